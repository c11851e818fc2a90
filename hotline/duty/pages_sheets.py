"""Checks a sheet of people or of shifts before anything is imported, and shows the progress of imports."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, url_for

from hotline.console import role_groups, uploads
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.duty import pages_roster, service_sheets
from hotline.duty.pages import MISSING, named
from hotline.duty.service_sheets import JudgedRow
from hotline.errors import HotlineError
from hotline.people.rules import COLUMNS
from hotline.people.rules_roster import COLUMNS as SHIFT_COLUMNS
from hotline.people.rules_roster import DAY, WEEK, RowEffect, moment
from hotline.people.tables_sheets import SheetKind
from hotline.text.phrases import phrase
from hotline.text.time import KIGALI

EFFECTS: Mapping[RowEffect, tuple[str, str]] = {
    RowEffect.NEW: (phrase("new"), "good"),
    RowEffect.CHANGED: (phrase("changed"), "warn"),
    RowEffect.SAME: (phrase("unchanged"), "soft"),
    RowEffect.REMOVED: (phrase("taken off"), "warn"),
    RowEffect.WRONG: (phrase("wrong"), "bad"),
}
"""The text and the colour of each effect of a row."""
RELOADED = 3
"""The seconds after which the page shows the progress of an import again."""
EXAMPLES: Mapping[SheetKind, str] = {
    SheetKind.PEOPLE: f"{','.join(COLUMNS)}\n"
    "Gasabo 1,+250788000000,rw;en,responder,Gasabo=deputy;Kicukiro,labour",
    SheetKind.ROSTER: f"{','.join(SHIFT_COLUMNS)}\nGasabo,Gasabo 1,Mon,18:00,06:00,1",
}
"""The sheet that its page shows as an example: the names of the columns, and one row."""
HINTS: Mapping[SheetKind, str] = {
    SheetKind.PEOPLE: phrase(
        "Separate districts or languages with a semicolon (;). Write a district with its own level "
        "like Gasabo=deputy. The hotline sends SMS in the first language. An empty cell means all "
        "districts or languages. A sheet can hold at most {most} people."
    ),
    SheetKind.ROSTER: phrase(
        "Enter times like 18:00. The sheet replaces all weekly shifts of each desk that it "
        "names. A sheet can hold at most {most} shifts."
    ),
}


def sheet_form(visit: Visit, sheet: str) -> Response:
    """Shows the form for a sheet, and the progress of imports. It reloads itself until they have ended."""
    kind = _kind(visit, sheet)
    recent = service_sheets.recent(visit.context, visit.by, kind)
    answer = _page(
        visit,
        "import_sheet.html",
        kind,
        example=EXAMPLES[kind],
        hint=visit.say(HINTS[kind], most=service_sheets.MAX_ROWS[kind]),
        recent=recent,
    )
    if any(not one.is_over for one in recent) and not visit.faults:
        again = url_for("sheets.ask", sheet=sheet, week=visit.asked("week"), auto="")
        answer.headers["Refresh"] = f"{RELOADED}; url={again}"
    return answer


def _kind(visit: Visit, sheet: str) -> SheetKind:
    """Returns the kind of a sheet. Only admins and the national desk import people."""
    if sheet not in {*SheetKind} or not (sheet == "roster" or visit.may(role_groups.RUNNING)):
        abort(404)
    return SheetKind(sheet)


def _page(visit: Visit, template: str, kind: SheetKind, **values: Any) -> Response:
    week, desk = pages_roster.asked(visit)
    here = {"week": week, "desk": desk} if kind is SheetKind.ROSTER else {}
    return page(visit, template, kind=kind, here=here, ends=week + WEEK - DAY, **values)


@form_view(sheet_form)
def check_sheet(visit: Visit, sheet: str) -> Response:
    """Shows the change that each row of a sheet would make. Stores nothing."""
    kind, (week, _) = _kind(visit, sheet), pages_roster.asked(visit)
    text = uploads.read_upload(visit, uploads.text_of)
    judged = service_sheets.check(visit.context, visit.by, visit.token, kind, text, week)
    first = sorted(judged.rows, key=lambda one: one.effect is not RowEffect.WRONG)
    rows = [(one.line, *EFFECTS[one.effect], _said(visit, one)) for one in first]
    return _page(visit, "import_sheet_judged.html", kind, judged=judged, rows=rows, effects=EFFECTS)


def _said(visit: Visit, row: JudgedRow) -> str:
    if row.reason or row.shift is None:
        return row.reason.said(visit.say) if row.reason else row.name
    one = row.shift
    times = [
        f"{moment(one.week, at).astimezone(KIGALI):%H:%M}" for at in (one.from_min, one.to_min)
    ]
    day = visit.say(pages_roster.DAYS[one.weekday])
    return f"{named(visit, one.desk)}: {row.name}, {day} {'-'.join(times)}"


@form_view(sheet_form, "sheet", HotlineError)
def take_sheet(visit: Visit, sheet: str) -> Response:
    """Starts the import of a checked sheet. The page of the form then shows its progress."""
    kind, (week, desk) = _kind(visit, sheet), pages_roster.asked(visit)
    reason = visit.reason("sheet", MISSING) if kind is SheetKind.PEOPLE else ""
    locked = visit.form.secret("sheet")
    service_sheets.confirm(visit.context, visit.by, visit.token, kind, locked, week, reason)
    return redirect_to("sheets.ask", sheet=sheet, week=str(week), desk=desk)
