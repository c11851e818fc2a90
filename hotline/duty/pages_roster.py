"""Shows, changes and prints the roster of a week, for the whole country or for one desk.

Also imports spreadsheets of people or of shifts. The module checks each spreadsheet before the import, and shows the
progress of imports.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from flask import Response, abort, url_for

from hotline.console import routes, uploads
from hotline.console.templating import number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.duty import service_roster, service_sheets
from hotline.duty.pages import MISSING, desk_names, named
from hotline.duty.service_roster import WeekRoster
from hotline.duty.service_sheets import JudgedRow
from hotline.people.rules import COLUMNS
from hotline.people.rules_roster import COLUMNS as SHIFT_COLUMNS
from hotline.people.rules_roster import DAY, WEEK, GapReason, RowEffect, moment, monday_of, week_of
from hotline.people.tables_roster import SheetKind
from hotline.text.errors import HotlineError, PersonnelRefused
from hotline.text.languages import phrase
from hotline.text.time import KIGALI

REASONS: Mapping[GapReason, str] = {
    GapReason.NO_ONE: phrase("no one"),
    GapReason.LEAVE: phrase("on leave"),
    GapReason.UNREACHABLE: phrase("unreachable"),
    GapReason.NO_PIN: phrase("no PIN"),
}
DAYS = (
    *(phrase("Mon"), phrase("Tue"), phrase("Wed"), phrase("Thu")),
    *(phrase("Fri"), phrase("Sat"), phrase("Sun")),
)
HALVES = (phrase("day"), phrase("night"))
phrase("(holiday)")
HOLIDAY = re.compile(r"\d{4}-\d\d-\d\d\.[0-6]")
"""Matches a public holiday in the address of a page. The matched text is the date of the holiday, and the number (0 to
6) of the weekday whose shifts apply on the holiday."""


def initials(name: str) -> str:
    """Returns the first letter of each word in a name. A number stays whole, as in R12 for Responder 12."""
    return "".join(word if word.isdecimal() else word[:1].upper() for word in name.split())


def show(visit: Visit, template: str = "roster.html") -> Response:
    """Shows the roster of a week as a grid of half-days. The week and the desk come from the page's address or from the
    sent form."""
    week, desk = asked(visit)
    found = service_roster.week_roster(visit.context, visit.by, week, desk)
    heads = [_head(visit, found, half) for half in range(service_roster.HALVES)]
    short = {responder_id: initials(name) for responder_id, name in found.names.items()}
    hours, many, alone = service_roster.board(visit.context, visit.by)
    alike: dict[int, list[str]] = {}
    for code, count in hours.items():
        alike.setdefault(count, []).append(code)
    return page(
        visit,
        template,
        found=found,
        desk=desk,
        heads=heads,
        short=short,
        shown=found.names if desk else short,
        ends=week + WEEK - DAY,
        before=week - WEEK,
        after=week + WEEK,
        placed=partial(named, visit),
        days=[visit.say(day) for day in DAYS],
        weekdays=[(n, visit.say(day)) for n, day in zip(_WEEKDAYS, DAYS, strict=True)],
        may_set=visit.may(routes.RUNNING),
        undo=visit.asked("undo") if HOLIDAY.fullmatch(visit.asked("undo")) else "",
        reasons=lambda whys: ", ".join(visit.say(REASONS[reason]) for reason in whys),
        whole=found.whole_week(),
        desk_list=partial(desk_names, visit),
        hours="; ".join(
            f"{visit.say('{number} h', number=n)} ({desk_names(visit, codes)})"
            for n, codes in alike.items()
        ),
        many=[f"{name} ({count})" for name, count in sorted(many.items())],
        alone=", ".join(sorted(alone)),
    )


def _head(visit: Visit, found: WeekRoster, half: int) -> str:
    words = f"{visit.say(DAYS[half // 2])} {visit.say(HALVES[half % 2])}"
    is_free = found.week + half // 2 * DAY in found.holidays
    return f"{words} {visit.say('(holiday)')}" if is_free else words


def printed(visit: Visit) -> Response:
    """Shows the roster of a week for printing: with initials only, and with a title that does not name the hotline."""
    return show(visit, "roster_print.html")


@form_view(show, "who", PersonnelRefused)
def change(visit: Visit) -> Response:
    """Changes the roster of the week: puts people on duty, takes people off duty, or copies the roster of the week
    before. Also makes a day a public holiday, or ends the holiday."""
    (week, desk), do, context, by = asked(visit), visit.form.text("do"), visit.context, visit.by
    if do == "copy":
        service_roster.copy_last_week(context, by, week, desk)
    elif do.startswith("holiday"):
        return _set_holiday(visit, do, week, desk)
    else:
        pairs = [cell.rpartition(".") for cell in visit.form.many("c")]
        cells = [(code, int(half)) for code, _, half in pairs if half in _HALF_NUMBERS]
        responder_id = number_of(visit.form.text("who"), digits=9) or None
        service_roster.change(context, by, week, cells, responder_id, puts=do == "put")
    return redirect_to("roster.show", week=str(week), desk=desk)


def _set_holiday(visit: Visit, do: str, week: date, desk: str) -> Response:
    """Sets or ends the public holiday that the pressed button names, or sets the holiday that the user typed. After the
    end of a holiday, the page offers to set the holiday again."""
    act, _, named_day = do.partition(".")
    day, _, like = (named_day or f"{visit.form.text('day')}.{visit.form.text('like')}").partition(
        "."
    )
    try:
        on, weekday = date.fromisoformat(day), _WEEKDAYS.index(like)
    except ValueError:
        raise visit.wrong("day", "Enter a date like 2026-11-30.") from None
    ends = act == "holiday-end"
    service_roster.set_holiday(visit.context, visit.by, on, None if ends else weekday)
    undo = named_day if ends else ""
    return redirect_to("roster.show", week=str(week), desk=desk, undo=undo)


_WEEKDAYS = ("0", "1", "2", "3", "4", "5", "6")
_HALF_NUMBERS = frozenset(map(str, range(service_roster.HALVES)))


def asked(visit: Visit) -> tuple[date, str]:
    """Returns the Monday of the week and the desk that the request names. If the request names no week, returns the
    Monday of the present week."""
    typed = visit.asked("week") or visit.form.text("week", most=10)
    try:
        week = monday_of(date.fromisoformat(typed))
    except (ValueError, OverflowError):
        week = week_of(visit.context.now())
    return week, (visit.asked("desk") or visit.form.text("desk", most=40))


EFFECTS: Mapping[RowEffect, tuple[str, str]] = {
    RowEffect.NEW: (phrase("new"), "good"),
    RowEffect.CHANGED: (phrase("changed"), "warn"),
    RowEffect.SAME: (phrase("unchanged"), "soft"),
    RowEffect.REMOVED: (phrase("taken off"), "warn"),
    RowEffect.WRONG: (phrase("wrong"), "bad"),
}
"""Maps each effect that a row of a spreadsheet can have to the text and the colour that the page shows."""
RELOADED = 3
"""The number of seconds after which the page with the progress of an import reloads."""
EXAMPLES: Mapping[SheetKind, str] = {
    SheetKind.PEOPLE: f"{','.join(COLUMNS)}\n"
    "Gasabo 1,+250788000000,rw;en,responder,Gasabo=deputy;Kicukiro,labour",
    SheetKind.ROSTER: f"{','.join(SHIFT_COLUMNS)}\nGasabo,Gasabo 1,Mon,18:00,06:00,1",
}
"""Maps each kind of spreadsheet to the example on its upload page: the names of the columns, and one row."""
HINTS: Mapping[SheetKind, str] = {
    SheetKind.PEOPLE: phrase(
        "Separate districts or languages with a semicolon (;). If a person has another level in one district, write "
        "the level after this district, such as Gasabo=deputy. The hotline sends SMS in the first language of the row. "
        "An empty cell means all districts or languages. A sheet can hold at most {most} people."
    ),
    SheetKind.ROSTER: phrase(
        "Enter times like 18:00. The sheet replaces all weekly shifts of each desk that it "
        "names. A sheet can hold at most {most} shifts."
    ),
}


def sheet_form(visit: Visit, sheet: str) -> Response:
    """Shows the form in which a user uploads a spreadsheet, and the progress of imports. The page reloads until all
    imports of spreadsheets have ended."""
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
    if any(not status.is_over for status in recent) and not visit.faults:
        again = url_for("sheets.ask", sheet=sheet, week=visit.asked("week"), auto="")
        answer.headers["Refresh"] = f"{RELOADED}; url={again}"
    return answer


def _kind(visit: Visit, sheet: str) -> SheetKind:
    """Returns the kind of spreadsheet that the page's address names. For a spreadsheet of people, answers 404 unless
    the user is an admin or works at the national desk."""
    if sheet not in {*SheetKind} or not (sheet == "roster" or visit.may(routes.RUNNING)):
        abort(404)
    return SheetKind(sheet)


def _page(visit: Visit, template: str, kind: SheetKind, **values: Any) -> Response:
    week, desk = asked(visit)
    link_values = {"week": week, "desk": desk} if kind is SheetKind.ROSTER else {}
    return page(visit, template, kind=kind, here=link_values, ends=week + WEEK - DAY, **values)


@form_view(sheet_form)
def check_sheet(visit: Visit, sheet: str) -> Response:
    """Shows the change that each row of a spreadsheet would make to the stored people or shifts. Stores nothing."""
    kind, (week, _) = _kind(visit, sheet), asked(visit)
    text = uploads.read_upload(visit, uploads.text_of)
    judged = service_sheets.check(visit.context, visit.by, visit.token, kind, text, week)
    first = sorted(judged.rows, key=lambda row: row.effect is not RowEffect.WRONG)
    rows = [(row.line, *EFFECTS[row.effect], _row_text(visit, row)) for row in first]
    return _page(visit, "import_sheet_judged.html", kind, judged=judged, rows=rows, effects=EFFECTS)


def _row_text(visit: Visit, row: JudgedRow) -> str:
    if row.reason or row.shift is None:
        return row.reason.said(visit.say) if row.reason else row.name
    one = row.shift
    times = [
        f"{moment(one.week, at).astimezone(KIGALI):%H:%M}" for at in (one.from_min, one.to_min)
    ]
    day = visit.say(DAYS[one.weekday])
    return f"{named(visit, one.desk)}: {row.name}, {day} {'-'.join(times)}"


@form_view(sheet_form, "sheet", HotlineError)
def take_sheet(visit: Visit, sheet: str) -> Response:
    """Starts the import of a checked spreadsheet. The upload page then shows the progress of the import."""
    kind, (week, desk) = _kind(visit, sheet), asked(visit)
    reason = visit.reason("sheet", MISSING) if kind is SheetKind.PEOPLE else ""
    locked = visit.form.secret("sheet")
    service_sheets.confirm(visit.context, visit.by, visit.token, kind, locked, week, reason)
    return redirect_to("sheets.ask", sheet=sheet, week=str(week), desk=desk)
