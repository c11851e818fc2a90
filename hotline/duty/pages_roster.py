"""Shows and changes the roster of a week, for the whole country or for one desk, and prints it."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from flask import Response

from hotline.console.form import number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.duty import service_roster
from hotline.duty.pages import named
from hotline.errors import PersonnelRefused
from hotline.people.rules_roster import DAY, WEEK, GapReason, monday_of, week_of
from hotline.text.phrases import phrase

REASONS: Mapping[GapReason, str] = {
    GapReason.NO_ONE: phrase("no one"),
    GapReason.LEAVE: phrase("on leave"),
    GapReason.UNREACHABLE: phrase("unreachable"),
    GapReason.NO_PIN: phrase("no PIN"),
}
DAYS = tuple(map(phrase, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")))
HALVES = (phrase("day"), phrase("night"))


def initials(name: str) -> str:
    """Returns the first letters of a name's words. A number stays whole, as in R12 for Responder 12."""
    return "".join(word if word.isdecimal() else word[:1].upper() for word in name.split())


def show(visit: Visit, template: str = "roster.html") -> Response:
    """Shows the week's grid of half-days. The address or the form names the week and the desk."""
    week, desk = asked(visit)
    found = service_roster.week_roster(visit.context, visit.by, week, desk)
    heads = [f"{visit.say(day)} {visit.say(half)}" for day in DAYS for half in HALVES]
    short = {who: initials(name) for who, name in found.names.items()}
    hours, many, alone = service_roster.board(visit.context, visit.by)
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
        reasons=lambda gap: ", ".join(visit.say(REASONS[one]) for one in gap.reasons),
        hours=", ".join(f"{named(visit, code)} {count}" for code, count in hours.items()),
        many=", ".join(f"{name} ({count})" for name, count in sorted(many.items())),
        alone=", ".join(sorted(alone)),
    )


def printed(visit: Visit) -> Response:
    """Shows the same grid for paper: initials only, and a title that does not name the hotline."""
    return show(visit, "roster_print.html")


@form_view(show, "who", PersonnelRefused)
def change(visit: Visit) -> Response:
    """Puts people on duty or takes them off duty, or copies the week before."""
    (week, desk), do, context, by = asked(visit), visit.form.text("do"), visit.context, visit.by
    if do == "copy":
        service_roster.copy_last_week(context, by, week, desk)
    else:
        pairs = [one.rpartition(".") for one in visit.form.many("c")]
        cells = [(code, int(half)) for code, _, half in pairs if half in _HALF_NUMBERS]
        who = number_of(visit.form.text("who"), digits=9) or None
        service_roster.change(context, by, week, cells, who, puts=do == "put")
    return redirect_to("roster.show", week=str(week), desk=desk)


_HALF_NUMBERS = frozenset(map(str, range(service_roster.HALVES)))


def asked(visit: Visit) -> tuple[date, str]:
    """Returns the Monday of the week and the desk. Without a week, it is this week."""
    typed = visit.asked("week") or visit.form.text("week", most=10)
    try:
        week = monday_of(date.fromisoformat(typed))
    except (ValueError, OverflowError):
        week = week_of(visit.context.now())
    return week, (visit.asked("desk") or visit.form.text("desk", most=40))
