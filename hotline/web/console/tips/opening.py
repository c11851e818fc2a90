"""The words of a tip, in the answer to a POST alone: nothing keeps them, prints them, or leaves them open for long."""

from flask import Response, abort, url_for

from hotline.domain.places.places import place_name
from hotline.errors import AskRefused, KeyMissing, NotFound, SealBroken
from hotline.services.desk import reading
from hotline.services.tips import desk_reading, tip_sheet
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.tips.tip_words import shown
from hotline.web.console.tips.tips import REASONS, tip_page
from hotline.web.console.visit import Visit, page, see

OPEN_SECONDS = 300
"""So long a page of words stands, unless somebody closes it before."""
OTHER = "other"
MOST_LETTERS = 200


def read(visit: Visit, tip_id: int) -> Response:
    """The only page that holds words. Its audit row is committed before it is drawn."""
    why = reason_of(visit, "why")
    if not why:
        return tip_page(
            visit, tip_id, status=422, wrong=faults(why=visit.say("Say why you open the words."))
        )
    try:
        sheet = tip_sheet.one(visit.kit, visit.by, tip_id)
        told = desk_reading.read(visit.kit, visit.by, visit.token, tip_id, why)
    except (KeyMissing, SealBroken):
        return tip_page(visit, tip_id, status=422, wrong=_closed(visit, "why"))
    except NotFound:
        abort(404)
    answer = page(
        visit,
        "tip_opened.html",
        sheet=sheet,
        shown=shown(visit, sheet.line),
        told=reading.worded(visit.kit, told, visit.language),
        earlier=[place_name(one, visit.language) for one in told.earlier],
        minutes=OPEN_SECONDS // 60,
    )
    back = url_for("tips.one", tip_id=tip_id)
    answer.headers["Refresh"] = f"{OPEN_SECONDS}; url={back}?auto"
    return answer


def ask(visit: Visit, tip_id: int) -> Response:
    """One question of the signed list, behind the receipt of whoever told it."""
    question, reason = visit.form.text("question", most=40), visit.form.text("reason", most=200)
    wrong = faults(
        question="" if question else visit.say("Choose a question."),
        **{"reason-ask": "" if reason else visit.say("Say why.")},
    )
    if wrong:
        return tip_page(visit, tip_id, status=422, wrong=wrong)
    try:
        desk_reading.ask(visit.kit, visit.by, visit.token, tip_id, question, reason)
    except (KeyMissing, SealBroken):
        return tip_page(visit, tip_id, status=422, wrong=_closed(visit, "question"))
    except AskRefused:
        words = visit.say(
            "This question cannot be asked now: one was asked before, there is no receipt, or more is being told."
        )
        return tip_page(visit, tip_id, status=422, wrong=faults(question=words))
    except NotFound:
        abort(404)
    return see("tips.one", tip_id=tip_id)


def reason_of(visit: Visit, field: str) -> str:
    """In English, as the audit log keeps it: one of the list, or what was typed."""
    chosen = visit.form.text(field, most=20)
    if chosen == OTHER:
        return visit.form.text("other", most=MOST_LETTERS)
    return REASONS.get(chosen, "")


def _closed(visit: Visit, field: str) -> FormFaults:
    words = visit.say(
        "No key of yours opens these words: they are erased, or your desk must let you in again."
    )
    return faults(**{field: words})
