"""Somebody new: written down on a page, her code on its way, her start PIN on paper; and many by a sheet."""

import csv
import io
from contextlib import closing

from flask import Response, request

from hotline.adapters import sheet_reading
from hotline.domain.people.enrolment import COLUMNS
from hotline.domain.places.places import place_name
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL, Category, is_district
from hotline.errors import HotlineError, ImportRefused, PersonnelRefused
from hotline.services.people.dossiers import writing_down
from hotline.services.people.dossiers.writing_down import JudgedPeople, TypedPerson
from hotline.text.languages import CODES
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.people import placing
from hotline.web.console.visit import Visit, page, why
from hotline.web.console.who import phrase
from hotline.web.console.writing.wording import sheet_files

FIELDS = {"name": "name", "msisdn": "secret_number", "language": "languages"}
"""The field of a form, by the column that is wrong."""
MISSING = phrase("a reason is missing")


def ask(visit: Visit) -> Response:
    return _ask(visit)


def make(visit: Visit) -> Response:
    """Her paper is shown once: nobody can read it again."""
    desks, wrong = placing.read(visit)
    reason = visit.form.text("reason", most=200)
    if wrong or not reason:
        empty = "" if reason else why(visit, PersonnelRefused(MISSING))
        return _ask(visit, faults(place=wrong, reason=empty))
    added = [code for code in desks if code != NATIONAL and not is_district(code)]
    if added or (NATIONAL in desks and len(desks) > 1):
        says = visit.say(
            "Write them down for districts, or for the national desk; more desks after."
        )
        return _ask(visit, faults(place=says))
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
        return _ask(visit, _by_field([one.reason.said(visit.say) for one in found]))
    try:
        paper = writing_down.write_down(visit.kit, visit.by.actor, typed, reason)
    except (ImportRefused, PersonnelRefused) as refused:
        return _ask(visit, faults(name=why(visit, refused)))
    return page(visit, "people_paper.html", papers=[paper])


def sheet(visit: Visit) -> Response:
    return _sheet(visit)


def judge(visit: Visit) -> Response:
    """Nothing is stored: the page says what would be taken."""
    upload = request.files.get("sheet")
    if upload is None or not upload.filename:
        return _sheet(visit, visit.say("Choose a file first."))
    with closing(upload):
        raw = upload.read(sheet_files.LIMITS.size + 1)
    try:
        text = _text_of(raw)
    except ImportRefused as refused:
        return _sheet(visit, sheet_files.not_taken(visit, refused))
    return _judged(visit, writing_down.judge(visit.kit, visit.token, text))


def take(visit: Visit) -> Response:
    """Everybody of the sheet, or nobody; their papers are shown once."""
    reason = visit.form.text("reason", most=200)
    locked = visit.form.secret("sheet")
    try:
        if not reason:
            raise PersonnelRefused(MISSING)
        papers = writing_down.take(visit.kit, visit.by.actor, visit.token, locked, reason)
    except HotlineError as refused:
        return _sheet(visit, why(visit, refused))
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


def _ask(visit: Visit, wrong: FormFaults | None = None) -> Response:
    typed = list(zip(visit.form.many("desk"), visit.form.many("level"), strict=False))
    return page(
        visit,
        "person_new.html",
        status=422 if wrong else 200,
        faults=wrong or FormFaults(),
        rows=typed or placing.rows({}),
        desks=placing.options(visit),
        levels=placing.LEVELS,
        categories=[*Category],
        typed=visit.form,
    )


def _sheet(visit: Visit, wrong: str = "") -> Response:
    return page(
        visit,
        "people_sheet.html",
        status=422 if wrong else 200,
        faults=faults(sheet=wrong),
        columns=",".join(COLUMNS),
        most=writing_down.MOST_ROWS,
    )


def _judged(visit: Visit, judged: JudgedPeople) -> Response:
    whys = [(one.line, one.reason.said(visit.say)) for one in judged.faults]
    return page(visit, "people_sheet_judged.html", judged=judged, whys=whys)
