"""Tips as an account may know of them: the list, and one in clear. No page here holds a word that was told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from flask import Response, abort

from hotline.domain.cases.entries import NoteCode
from hotline.domain.places.places import districts, place_name
from hotline.domain.sms.rules_replies import BUTTONS, REPLIES, Verb
from hotline.domain.tip import (
    ABROAD,
    FORMS,
    OUTCOMES,
    UNSURE,
    Category,
    Matter,
    TipOutcome,
    Urgency,
)
from hotline.domain.tips.promises import TipFilter, TipStanding, Whose
from hotline.errors import NotFound
from hotline.services.tips import desk_acts, tip_lines, tip_sheet
from hotline.services.tips.tip_sheet import Came, TipSheet
from hotline.web.console.form import FormFaults
from hotline.web.console.tips import person_lines
from hotline.web.console.tips.tip_words import QUESTIONS, STANDINGS
from hotline.web.console.tips.tip_words import shown as in_words
from hotline.web.console.visit import Visit, page
from hotline.web.console.who import phrase

Member = TypeVar("Member", TipStanding, Whose, Matter)

CAME = {
    Came.TOLD: phrase("It was told."),
    Came.ALERTED: phrase("{who} was sent an alert."),
    Came.DELIVERED: phrase("The phone of {who} has it."),
    Came.SILENT: phrase("Nobody had taken it in time."),
    Came.TAKEN: phrase("{who} took it."),
    Came.DOUBTED: phrase("An answer came in the name of {who}, and nothing proves it."),
    Came.ON_SITE: phrase("{who} was there."),
    Came.HANDED: phrase("{who} said that somebody helps."),
    Came.PASSED: phrase("{who} passed it on."),
    Came.RELEASED: phrase("{who} was let go: it is no case of theirs any more."),
    Came.MOVED: phrase("Its place was corrected. Before: {place}"),
}
NOTES = {
    NoteCode.NOBODY: phrase("{who} noted: nobody there."),
    NoteCode.POLICE: phrase("{who} noted: waiting for police."),
    NoteCode.WOMAN: phrase("{who} noted: a woman officer is needed."),
    NoteCode.INTERPRETER: phrase("{who} noted: an interpreter is needed."),
    NoteCode.WORDS: phrase("{who} noted something: it stands with the words."),
}
REASONS = {
    "send": phrase("to send somebody"),
    "hand_over": phrase("to hand it over"),
    "answer": phrase("an answer came"),
}
"""Why words are opened; `other` wants a sentence."""
WHY_KEPT = {"named": phrase("It names them."), "asked": phrase("Whoever told it asked for that.")}


def listed(visit: Visit) -> Response:
    """All that is asked for stands in the address, so that a view is a link."""
    wanted = _filter(visit.query)
    before = _number(visit.query.get("before", ""))
    found = tip_lines.listed(visit.kit, visit.by, wanted, before=before)
    asked = {name: value for name, value in visit.query.items() if name in FILTERS and value}
    return page(
        visit,
        "tips.html",
        found=found,
        rows=[in_words(visit, line) for line in found.lines],
        wanted=wanted,
        shows_all=wanted == TipFilter(TipStanding.ALL) and before is None,
        asked=asked,
        options=_options(visit),
    )


def one(visit: Visit, tip_id: int) -> Response:
    return tip_page(visit, tip_id)


def tip_page(
    visit: Visit, tip_id: int, *, status: int = 200, wrong: FormFaults | None = None
) -> Response:
    """One tip in clear; 404 where this account may know of none of that number."""
    try:
        sheet = tip_sheet.one(visit.kit, visit.by, tip_id)
    except NotFound:
        abort(404)
    return page(
        visit,
        "tip.html",
        status=status,
        faults=wrong or FormFaults(),
        sheet=sheet,
        to_erase=_to_erase(visit, sheet),
        shown=in_words(visit, sheet.line),
        moments=_moments(visit, sheet),
        reasons=[(name, visit.say(words)) for name, words in REASONS.items()],
        outcomes=[(one.value, visit.say(row.label)) for one, row in OUTCOMES.items()],
        kept=[
            (
                str(one.id),
                one.name or place_name(one.desk or "", visit.language),
                visit.say(WHY_KEPT[one.why]),
            )
            for one in sheet.kept
        ],
        why_kept=[(name, visit.say(words)) for name, words in WHY_KEPT.items()],
        asks=_asks(visit, sheet),
        replies=_replies(visit, sheet),
        persons=person_lines.section(visit, sheet),
        typed=visit.form,
    )


def _moments(visit: Visit, sheet: TipSheet) -> list[tuple[datetime, str, str]]:
    """When, what, and the reason that somebody gave."""
    told = []
    for one in sheet.moments:
        if one.came is Came.LOGGED:
            outcome = OUTCOMES[TipOutcome(one.outcome)].label if one.outcome else None
            about = visit.say("tip {name}", name=sheet.line.id)
            said = visit.say(
                one.phrase, subject=about, outcome=visit.say(outcome) if outcome else ""
            )
            chosen = one.reason in REASONS.values()
            why = visit.say(one.reason) if chosen else one.reason
            told.append((one.at, f"{one.who} {said}".strip(), why))
        elif one.came is Came.PERSON:
            told.append((one.at, person_lines.in_clear(visit, one), ""))
        elif one.came is Came.NOTED:
            noted = NOTES[NoteCode(one.outcome or NoteCode.WORDS)]
            told.append((one.at, visit.say(noted, who=one.who), ""))
        else:
            place = place_name(one.place, visit.language)
            told.append((one.at, visit.say(CAME[one.came], who=one.who, place=place), ""))
    return told


def _replies(visit: Visit, sheet: TipSheet) -> list[tuple[str, str, str]]:
    """Returns the buttons of a responder: value, words and kind. Who holds the case is not asked to take it."""
    return [
        (value, visit.say(REPLIES[verb].button), "main" if verb is Verb.TAKE else "quiet")
        for value, verb in BUTTONS.items()
        if not (sheet.holds and verb is Verb.TAKE)
    ]


def _to_erase(visit: Visit, sheet: TipSheet) -> Sequence[int]:
    if sheet.line.erase_wanted_at is None or sheet.line.erased_at or not sheet.is_national:
        return ()
    return desk_acts.others_to_erase(visit.kit, visit.by, sheet.line.id)


def _asks(visit: Visit, sheet: TipSheet) -> list[tuple[str, str, str]]:
    """Each question that may be asked: its name, in the reader's words, and as the caller will see it."""
    language = sheet.line.language
    shown = []
    for name, question in sheet.questions.items():
        keys = enumerate(question.node.choices, 1)
        choices = " ".join(f"{key} {one.label.get(language, '')}" for key, one in keys)
        seen = f"{question.node.text.get(language, '')} {choices}".strip()
        shown.append((name, question.node.text.get(visit.language, name), seen))
    return shown


FILTERS = ("state", "matter", "whose", "place", "urgency", "category", "question", "soon", "owes")


def _filter(query: Mapping[str, str]) -> TipFilter:
    """What no select offers asks for everything."""
    category, question = query.get("category", ""), query.get("question", "")
    urgency = _number(query.get("urgency", ""))
    return TipFilter(
        standing=_member(TipStanding, query.get("state", ""), TipStanding.WAITS),
        matter=_member(Matter, query.get("matter", ""), Matter.TIP),
        whose=_member(Whose, query.get("whose", ""), Whose.ANYBODY),
        place=query.get("place", "")[:20],
        urgency=urgency if urgency in {*Urgency} else None,
        category=category if category in {*Category} else "",
        question=question if question in QUESTIONS else "",
        soon=query.get("soon") == "yes",
        owes=query.get("owes") == "yes",
    )


def _member(kind: type[Member], value: str, otherwise: Member) -> Member:
    return kind(value) if value in {one.value for one in kind} else otherwise


def _options(visit: Visit) -> Mapping[str, list[tuple[str, str]]]:
    """What each select of the filter offers."""
    anything = ("", visit.say("anything"))
    elsewhere = [(code, place_name(code, visit.language)) for code in (ABROAD, UNSURE)]
    places = sorted(((one.code, one.name) for one in districts()), key=lambda one: one[1])
    return {
        "state": [(one.value, visit.say(words)) for one, words in STANDINGS.items()],
        "whose": [
            (Whose.ANYBODY.value, visit.say("anybody's")),
            (Whose.MINE.value, visit.say("mine")),
        ],
        "place": [anything, *places, *elsewhere],
        "urgency": [anything, *((str(one.value), visit.say(one.label)) for one in Urgency)],
        "category": [
            anything,
            *((one.value, visit.say(FORMS[one])) for one in Category),
        ],
        "question": [anything, *((one, visit.say(words)) for one, words in QUESTIONS.items())],
    }


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None
