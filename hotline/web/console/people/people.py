"""Lists responders, shows and changes one, and enrols new ones from a form or a spreadsheet.

No page shows a phone number. The code goes to the phone, and the start PIN is printed on paper.
"""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from flask import Response, abort

from hotline.adapters import sheet_reading
from hotline.domain.call_back import KIGALI
from hotline.domain.people.enrolment import COLUMNS, WantedPosting
from hotline.domain.places.places import place_name
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL, Category, is_district
from hotline.errors import FormRefused, HotlineError, ImportRefused, NumberInvalid, PersonnelRefused
from hotline.services.people import leaves
from hotline.services.people.dossiers import desk_page, leaving, people_list, postings, writing_down
from hotline.services.people.dossiers.people_list import PersonLine
from hotline.services.people.dossiers.writing_down import TypedPerson
from hotline.services.people.enrolling import StartPaper
from hotline.text.languages import CODES
from hotline.web.console import who
from hotline.web.console.people import placing
from hotline.web.console.visit import Visit, page, part_of_list, posted
from hotline.web.console.who import phrase
from hotline.web.console.writing.wording import sheet_files

DAY = "%Y-%m-%d"
MISSING = phrase("A reason is missing.")
FIELDS = {"name": "name", "msisdn": "secret_number", "language": "languages"}
"""The form's field for each wrong column."""


def listed(visit: Visit) -> Response:
    wanted, desk = visit.asked("q").strip()[:80], visit.asked("desk")
    seen = desk_page.seen(visit.kit, visit.by)
    lines = [one for one in people_list.listed(visit.kit, seen) if _is_wanted(one, wanted, desk)]
    return page(
        visit,
        "people.html",
        part=part_of_list(lines, visit.asked("part")),
        count=len(lines),
        q=wanted,
        desk=desk,
        desks=placing.options(visit),
        placed=partial(placing.named, visit),
        may_change=visit.may(who.RUNNING),
    )


def _is_wanted(one: PersonLine, wanted: str, desk: str) -> bool:
    if wanted and wanted.casefold() not in one.name.casefold():
        return False
    return (
        not desk or desk in one.places or (people_list.EVERYWHERE in one.places and desk.isdigit())
    )


def one(visit: Visit, responder_id: int) -> Response:
    if responder_id < 1:
        abort(404)
    seen = desk_page.seen(visit.kit, visit.by)
    person = people_list.one(visit.kit, responder_id, seen)
    return page(
        visit,
        "person.html",
        person=person,
        line=person.line,
        waits=postings.asked_at(visit.kit, responder_id),
        rows=placing.rows(person.line.places),
        desks=placing.options(visit),
        levels=placing.LEVELS,
        categories=[*Category],
        placed=partial(placing.named, visit),
        may_change=visit.may(who.RUNNING) and person.left_at is None,
    )


def ask_new(visit: Visit) -> Response:
    typed = list(zip(visit.form.many("desk"), visit.form.many("level"), strict=False))
    return page(
        visit,
        "person_new.html",
        rows=typed or placing.rows({}),
        desks=placing.options(visit),
        levels=placing.LEVELS,
        categories=[*Category],
    )


def sheet(visit: Visit) -> Response:
    most, columns = writing_down.MOST_ROWS, ",".join(COLUMNS)
    return page(visit, "people_sheet.html", columns=columns, most=most)


@posted(one, "place", PersonnelRefused)
def place(visit: Visit, responder_id: int) -> None:
    """Changes where a responder works. A removal takes effect at once, and an addition needs an approver."""
    wanted, categories = placing.read(visit), visit.form.many("categories")
    kinds = tuple(Category(each) for each in categories if each in {*Category})
    reason, posting = visit.reason("place", MISSING), WantedPosting(wanted, kinds)
    postings.place(visit.kit, visit.by.actor, responder_id, wanted=posting, reason=reason)


@posted(one, "languages", PersonnelRefused)
def speak(visit: Visit, responder_id: int) -> None:
    ordered = tuple(_languages(visit))
    people_list.set_languages(visit.kit, visit.by.actor, responder_id, ordered)


@posted(one, "until", PersonnelRefused)
def leave(visit: Visit, responder_id: int) -> None:
    starts, ends = _moment(visit.form.text("from")), _moment(visit.form.text("until"))
    if ends is None or (starts is None and visit.form.text("from")):
        raise visit.wrong("until", "A day, as 2026-11-30.")
    reason, by = visit.reason("until", MISSING), visit.by.actor
    leaves.leave(visit.kit, str(responder_id), starts_at=starts, ends_at=ends, by=by, reason=reason)


@posted(one, "back", PersonnelRefused, NumberInvalid)
def back(visit: Visit, responder_id: int) -> None:
    """Ends a leave, or marks a number as reachable again."""
    leaves.back(
        visit.kit,
        str(responder_id),
        number=visit.form.secret("number") or None,
        second=None,
        by=visit.by.actor,
        reason=visit.reason("back", MISSING),
    )


@posted(one, "secret_number", PersonnelRefused, NumberInvalid)
def number(visit: Visit, responder_id: int) -> Response:
    """Changes the phone number. It is typed once and never shown. A code goes to it, and a second admin approves."""
    reason, typed = visit.reason("secret_number", MISSING), visit.form.secret("number")
    act = writing_down.change_number
    return _papers(visit, act(visit.kit, visit.by.actor, responder_id, typed, reason))


@posted(one, "invite", PersonnelRefused, NumberInvalid)
def invite(visit: Visit, responder_id: int) -> Response:
    """Sends a new code to the phone and prints a new start paper. This also helps responders who forgot their PIN."""
    reason = visit.reason("invite", MISSING)
    return _papers(visit, writing_down.invite(visit.kit, visit.by.actor, responder_id, reason))


def _papers(visit: Visit, *papers: StartPaper) -> Response:
    """Shows start papers once. They cannot be shown again."""
    return page(visit, "people_paper.html", papers=papers)


@posted(one, "remove", PersonnelRefused)
def remove(visit: Visit, responder_id: int) -> None:
    reason = visit.reason("remove", MISSING)
    leaving.take_away(visit.kit, visit.by.actor, responder_id, reason=reason)


def _moment(typed: str) -> datetime | None:
    try:
        return datetime.strptime(typed, DAY).replace(tzinfo=KIGALI)
    except ValueError:
        return None


@posted(ask_new, "name", ImportRefused, PersonnelRefused)
def enrol(visit: Visit) -> Response:
    desks, reason = placing.read(visit), visit.reason("reason", MISSING)
    added = [code for code in desks if code != NATIONAL and not is_district(code)]
    if added or (NATIONAL in desks and len(desks) > 1):
        raise visit.wrong(
            "place", "Write them down for districts, or for the national desk; more desks after."
        )
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
        raise FormRefused(_by_field([one.reason.said(visit.say) for one in found]))
    return _papers(visit, writing_down.write_down(visit.kit, visit.by.actor, typed, reason))


@posted(sheet)
def judge_sheet(visit: Visit) -> Response:
    """Checks a spreadsheet and shows the people it would enrol. Stores nothing."""
    text = sheet_files.uploaded(visit, _text_of)
    judged = writing_down.judge(visit.kit, visit.token, text)
    whys = [(one.line, one.reason.said(visit.say)) for one in judged.faults]
    return page(visit, "people_sheet_judged.html", judged=judged, whys=whys)


@posted(sheet, "sheet", HotlineError)
def take_sheet(visit: Visit) -> Response:
    """Enrols all people in the checked spreadsheet together, or none of them."""
    reason, locked = visit.reason("sheet", MISSING), visit.form.secret("sheet")
    act = writing_down.take
    return _papers(visit, *act(visit.kit, visit.by.actor, visit.token, locked, reason))


def _languages(visit: Visit) -> list[str]:
    first = visit.form.text("first")
    spoken = [one for one in visit.form.many("languages") if one in CODES]
    return list(dict.fromkeys((first, *spoken))) if first in CODES else spoken


def _by_field(said: list[str]) -> Mapping[str, str]:
    """Returns the messages by form field. A message names its column first. Other columns go to the places."""
    wrong: dict[str, str] = {}
    for words in said:
        column, _, rest = words.partition(": ")
        field = FIELDS.get(column, "place")
        wrong[field] = f"{wrong[field]} {rest or words}" if field in wrong else rest or words
    return wrong


def _text_of(raw: bytes) -> str:
    """Returns an uploaded CSV file or workbook as CSV text. Raises ImportRefused."""
    if not sheet_files.is_workbook(raw):
        return sheet_files.decoded(raw)
    written = io.StringIO()
    rows = sheet_reading.read(raw, sheet_files.LIMITS)
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
