"""Who acts on tips: the list, one person, and what changes of her. None of its pages shows a number."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, abort

from hotline.domain.call_back import KIGALI
from hotline.domain.people.enrolment import WantedPosting
from hotline.domain.tip import Category
from hotline.errors import HotlineError, NumberInvalid, PersonnelRefused
from hotline.services.people import leaves
from hotline.services.people.dossiers import leaving, people_list, postings, speaking, writing_down
from hotline.services.people.dossiers.people_list import PersonLine
from hotline.text.languages import CODES
from hotline.web.console import who
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.people import placing
from hotline.web.console.visit import Visit, page, see, why
from hotline.web.console.who import phrase
from hotline.web.console.writing.list_parts import part_of_list

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


def one(visit: Visit, responder_id: int) -> Response:
    return _one(visit, responder_id)


def place(visit: Visit, responder_id: int) -> Response:
    """Less at once; more waits for a second person."""
    wanted, wrong = placing.read(visit)
    if wrong:
        return _one(visit, responder_id, status=422, wrong=faults(place=wrong))
    known = set(Category)
    kinds = tuple(Category(one) for one in visit.form.many("categories") if one in known)
    posting = WantedPosting(wanted, kinds)

    def carry_out() -> object:
        reason = visit.form.text("reason", most=200)
        return postings.place(visit.kit, visit.by.actor, responder_id, posting, reason)

    return _done(visit, responder_id, "place", carry_out)


def speak(visit: Visit, responder_id: int) -> Response:
    spoken = [one for one in visit.form.many("languages") if one in CODES]
    first = visit.form.text("first")
    ordered = tuple(dict.fromkeys((first, *spoken))) if first in CODES else tuple(spoken)

    def carry_out() -> object:
        speaking.set_languages(visit.kit, visit.by.actor, responder_id, ordered)
        return None

    return _done(visit, responder_id, "languages", carry_out)


def leave(visit: Visit, responder_id: int) -> Response:
    starts, ends = _moment(visit.form.text("from")), _moment(visit.form.text("until"))
    if ends is None or (starts is None and visit.form.text("from")):
        says = visit.say("A day, as 2026-11-30.")
        return _one(visit, responder_id, status=422, wrong=faults(until=says))

    def carry_out() -> object:
        return leaves.leave(
            visit.kit,
            str(responder_id),
            starts_at=starts,
            ends_at=ends,
            by=visit.by.actor,
            reason=visit.form.text("reason", most=200),
        )

    return _done(visit, responder_id, "until", carry_out)


def back(visit: Visit, responder_id: int) -> Response:
    """The end of a leave, and of the mark of a number that was not reached."""

    def carry_out() -> object:
        return leaves.back(
            visit.kit,
            str(responder_id),
            number=visit.form.secret("number") or None,
            second=None,
            by=visit.by.actor,
            reason=visit.form.text("reason", most=200),
        )

    return _done(visit, responder_id, "back", carry_out)


def number(visit: Visit, responder_id: int) -> Response:
    """Typed once, and shown never again: a code goes to it, and a second admin decides."""
    reason = visit.form.text("reason", most=200)
    try:
        if not reason:
            raise PersonnelRefused(MISSING)
        paper = writing_down.change_number(
            visit.kit, visit.by.actor, responder_id, visit.form.secret("number"), reason
        )
    except (NumberInvalid, PersonnelRefused) as refused:
        return _one(visit, responder_id, status=422, wrong=_wrong("secret_number", visit, refused))
    return page(visit, "people_paper.html", papers=[paper])


def invite(visit: Visit, responder_id: int) -> Response:
    """Another code to her phone and another paper: also for who forgot her PIN."""
    reason = visit.form.text("reason", most=200)
    try:
        if not reason:
            raise PersonnelRefused(MISSING)
        paper = writing_down.invite(visit.kit, visit.by.actor, responder_id, reason)
    except PersonnelRefused as refused:
        return _one(visit, responder_id, status=422, wrong=_wrong("invite", visit, refused))
    return page(visit, "people_paper.html", papers=[paper])


def remove(visit: Visit, responder_id: int) -> Response:
    def carry_out() -> object:
        reason = visit.form.text("reason", most=200)
        return leaving.take_away(visit.kit, visit.by.actor, responder_id, reason)

    return _done(visit, responder_id, "remove", carry_out)


def _done(visit: Visit, responder_id: int, field: str, carry_out: Callable[[], object]) -> Response:
    try:
        if field != "languages" and not visit.form.text("reason"):
            raise PersonnelRefused(MISSING)
        carry_out()
    except (PersonnelRefused, NumberInvalid) as refused:
        return _one(visit, responder_id, status=422, wrong=_wrong(field, visit, refused))
    return see("people.one", responder_id=responder_id)


def _wrong(field: str, visit: Visit, refused: HotlineError) -> FormFaults:
    return faults(**{field: why(visit, refused)})


def _one(
    visit: Visit, responder_id: int, *, status: int = 200, wrong: FormFaults | None = None
) -> Response:
    seen = people_list.seen_desks(visit.kit, visit.by)
    if responder_id < 1:
        abort(404)
    person = people_list.one(visit.kit, responder_id, seen)
    return page(
        visit,
        "person.html",
        status=status,
        faults=wrong or FormFaults(),
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
