"""Lists the people who act on tips, shows and changes one, and enrols new ones on a page or from a sheet.

No page shows a number. A code goes to the phone, and the start PIN is printed on paper.
"""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import Response, abort

from hotline.adapters import sheet_reading
from hotline.domain.call_back import KIGALI
from hotline.domain.people.enrolment import COLUMNS, WantedPosting
from hotline.domain.places.places import place_name
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL, Category, is_district
from hotline.errors import HotlineError, ImportRefused, NumberInvalid, PersonnelRefused
from hotline.services.people import leaves
from hotline.services.people.dossiers import leaving, people_list, postings, writing_down
from hotline.services.people.dossiers.people_list import PersonLine
from hotline.services.people.dossiers.writing_down import TypedPerson
from hotline.services.people.enrolling import StartPaper
from hotline.text.languages import CODES
from hotline.web.console import who
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.people import placing
from hotline.web.console.visit import Visit, page, part_of_list, see, why
from hotline.web.console.who import phrase
from hotline.web.console.writing.wording import sheet_files

DAY = "%Y-%m-%d"
MISSING = phrase("a reason is missing")


def listed(visit: Visit) -> Response:
    wanted, desk = visit.query.get("q", "").strip()[:80], visit.query.get("desk", "")
    seen = people_list.seen_desks(visit.kit, visit.by)
    lines = [one for one in people_list.listed(visit.kit, seen) if _is_wanted(one, wanted, desk)]
    return page(
        visit,
        "people.html",
        part=part_of_list(lines, visit.query.get("part", "")),
        count=len(lines),
        q=wanted,
        desk=desk,
        desks=placing.options(visit),
        placed=lambda code: placing.named(visit, code),
        may_change=bool(visit.by.roles & who.RUNNING),
    )


def place(visit: Visit, responder_id: int) -> Response:
    """Less at once; more waits for a second person."""
    wanted, wrong = placing.read(visit)
    if wrong:
        return one(visit, responder_id, faults(place=wrong))
    known = set(Category)
    kinds = tuple(Category(one) for one in visit.form.many("categories") if one in known)
    posting = WantedPosting(wanted, kinds)
    return _done(visit, responder_id, "place", partial(postings.place, wanted=posting))


def speak(visit: Visit, responder_id: int) -> Response:
    try:
        ordered = tuple(_languages(visit))
        people_list.set_languages(visit.kit, visit.by.actor, responder_id, ordered)
    except PersonnelRefused as refused:
        return one(visit, responder_id, faults(languages=why(visit, refused)))
    return see("people.one", responder_id=responder_id)


def leave(visit: Visit, responder_id: int) -> Response:
    starts, ends = _moment(visit.form.text("from")), _moment(visit.form.text("until"))
    if ends is None or (starts is None and visit.form.text("from")):
        says = visit.say("A day, as 2026-11-30.")
        return one(visit, responder_id, faults(until=says))

    return _done(
        visit,
        responder_id,
        "until",
        lambda kit, by, person, reason: leaves.leave(
            kit, str(person), starts_at=starts, ends_at=ends, by=by, reason=reason
        ),
    )


def back(visit: Visit, responder_id: int) -> Response:
    """The end of a leave, and of the mark of a number that was not reached."""
    number = visit.form.secret("number") or None

    return _done(
        visit,
        responder_id,
        "back",
        lambda kit, by, person, reason: leaves.back(
            kit, str(person), number=number, second=None, by=by, reason=reason
        ),
    )


def number(visit: Visit, responder_id: int) -> Response:
    """Typed once, and shown never again: a code goes to it, and a second admin decides."""
    act = partial(writing_down.change_number, number=visit.form.secret("number"))
    return _done(visit, responder_id, "secret_number", act)


def invite(visit: Visit, responder_id: int) -> Response:
    """Another code to her phone and another paper: also for who forgot her PIN."""
    return _done(visit, responder_id, "invite", writing_down.invite)


def remove(visit: Visit, responder_id: int) -> Response:
    return _done(visit, responder_id, "remove", leaving.take_away)


def _done(visit: Visit, responder_id: int, field: str, act: Callable[..., object]) -> Response:
    """Does it where a reason was given, and shows the paper that came of it once."""
    reason = visit.form.text("reason", most=200)
    try:
        if not reason:
            raise PersonnelRefused(MISSING)
        done = act(visit.kit, visit.by.actor, responder_id, reason=reason)
    except (PersonnelRefused, NumberInvalid) as refused:
        return one(visit, responder_id, faults(**{field: why(visit, refused)}))
    if isinstance(done, StartPaper):
        return page(visit, "people_paper.html", papers=[done])
    return see("people.one", responder_id=responder_id)


def one(visit: Visit, responder_id: int, wrong: FormFaults | None = None) -> Response:
    seen = people_list.seen_desks(visit.kit, visit.by)
    if responder_id < 1:
        abort(404)
    person = people_list.one(visit.kit, responder_id, seen)
    return page(
        visit,
        "person.html",
        wrong=wrong,
        person=person,
        line=person.line,
        waits=postings.asked_at(visit.kit, responder_id),
        rows=placing.rows(person.line.places),
        desks=placing.options(visit),
        levels=placing.LEVELS,
        categories=[*Category],
        placed=lambda code: placing.named(visit, code),
        may_change=bool(visit.by.roles & who.RUNNING) and person.left_at is None,
        typed=visit.form,
    )


def _is_wanted(one: PersonLine, wanted: str, desk: str) -> bool:
    if wanted and wanted.casefold() not in one.name.casefold():
        return False
    return (
        not desk or desk in one.places or (people_list.EVERYWHERE in one.places and desk.isdigit())
    )


def _moment(typed: str) -> datetime | None:
    try:
        return datetime.strptime(typed, DAY).replace(tzinfo=KIGALI)
    except ValueError:
        return None


FIELDS = {"name": "name", "msisdn": "secret_number", "language": "languages"}
"""The field of a form, by the column that is wrong."""


def enrol(visit: Visit) -> Response:
    """Her paper is shown once: nobody can read it again."""
    desks, wrong = placing.read(visit)
    reason = visit.form.text("reason", most=200)
    if wrong or not reason:
        empty = "" if reason else why(visit, PersonnelRefused(MISSING))
        return ask_new(visit, faults(place=wrong, reason=empty))
    added = [code for code in desks if code != NATIONAL and not is_district(code)]
    if added or (NATIONAL in desks and len(desks) > 1):
        says = visit.say(
            "Write them down for districts, or for the national desk; more desks after."
        )
        return ask_new(visit, faults(place=says))
    typed = TypedPerson(
        name=visit.form.text("name", most=80),
        msisdn=visit.form.secret("number"),
        languages=_languages(visit),
        level=Level.NATIONAL if NATIONAL in desks else Level.RESPONDER,
        districts=[
            f"{place_name(code, 'en')}={level}" for code, level in desks.items() if code != NATIONAL
        ],
        categories=[one for one in visit.form.many("categories") if one in {*Category}],
    )
    if found := writing_down.faults_of(visit.kit, typed):
        return ask_new(visit, _by_field([one.reason.said(visit.say) for one in found]))
    try:
        paper = writing_down.write_down(visit.kit, visit.by.actor, typed, reason)
    except (ImportRefused, PersonnelRefused) as refused:
        return ask_new(visit, faults(name=why(visit, refused)))
    return page(visit, "people_paper.html", papers=[paper])


def judge_sheet(visit: Visit) -> Response:
    """Nothing is stored: the page says what would be taken."""
    raw = sheet_files.uploaded()
    if raw is None:
        return sheet(visit, visit.say("Choose a file first."))
    try:
        text = _text_of(raw)
    except ImportRefused as refused:
        return sheet(visit, sheet_files.not_taken(visit, refused))
    judged = writing_down.judge(visit.kit, visit.token, text)
    whys = [(one.line, one.reason.said(visit.say)) for one in judged.faults]
    return page(visit, "people_sheet_judged.html", judged=judged, whys=whys)


def take_sheet(visit: Visit) -> Response:
    """Everybody of the sheet, or nobody; their papers are shown once."""
    reason = visit.form.text("reason", most=200)
    locked = visit.form.secret("sheet")
    try:
        if not reason:
            raise PersonnelRefused(MISSING)
        papers = writing_down.take(visit.kit, visit.by.actor, visit.token, locked, reason)
    except HotlineError as refused:
        return sheet(visit, why(visit, refused))
    return page(visit, "people_paper.html", papers=papers)


def _languages(visit: Visit) -> list[str]:
    first = visit.form.text("first")
    spoken = [one for one in visit.form.many("languages") if one in CODES]
    return list(dict.fromkeys((first, *spoken))) if first in CODES else spoken


def _by_field(said: list[str]) -> FormFaults:
    """A fault names its column first; what names none of the form's fields stands at the places."""
    wrong: dict[str, str] = {}
    for words in said:
        column, _, rest = words.partition(": ")
        field = FIELDS.get(column, "place")
        wrong[field] = f"{wrong[field]} {rest or words}" if field in wrong else rest or words
    return faults(**wrong)


def _text_of(raw: bytes) -> str:
    """CSV, whichever of the two it is. Raises ImportRefused."""
    if len(raw) > sheet_files.LIMITS.size:
        raise ImportRefused([sheet_files.MORE_BYTES])
    if not raw.startswith(sheet_reading.BEGINS):
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ImportRefused([sheet_files.NOT_UTF8]) from None
    written = io.StringIO()
    rows = sheet_reading.read(raw, sheet_files.LIMITS)
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def ask_new(visit: Visit, wrong: FormFaults | None = None) -> Response:
    typed = list(zip(visit.form.many("desk"), visit.form.many("level"), strict=False))
    return page(
        visit,
        "person_new.html",
        wrong=wrong,
        rows=typed or placing.rows({}),
        desks=placing.options(visit),
        levels=placing.LEVELS,
        categories=[*Category],
        typed=visit.form,
    )


def sheet(visit: Visit, wrong: str = "") -> Response:
    return page(
        visit,
        "people_sheet.html",
        wrong=faults(sheet=wrong),
        columns=",".join(COLUMNS),
        most=writing_down.MOST_ROWS,
    )
