"""Starts and ends drills, and lists drills with the time of each step."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from flask import Response

from hotline.alerts import service_drills
from hotline.alerts.rules_drills import DrillRequest, step_summaries
from hotline.console.role_groups import table
from hotline.console.visit import Visit, form_view, page
from hotline.duty import pages, service_desk_page
from hotline.errors import HotlineError
from hotline.people.rules_desks import DeskKind
from hotline.text.places import districts
from hotline.tips.rules import Urgency

DESKS = (DeskKind.BORDER, DeskKind.PROTECTION)
SHOWN = 60
"""The number of drills in the list, the newest first. For thirty districts, these are the drills of about half a
year.
"""
URGENCIES = table("exercise_urgencies")


def drills(visit: Visit) -> Response:
    return page(
        visit,
        "exercises.html",
        desks=_desks(visit),
        every=service_drills.list_drills(visit.context),
        most=SHOWN,
        steps=step_summaries,
        long=partial(_long, visit),
    )


def _reason(visit: Visit, field: str) -> str:
    return visit.reason(field, "Enter a reason.", most=120, is_printable=True)


@form_view(drills, "reason", HotlineError)
def start(visit: Visit) -> None:
    """Starts a drill, and sends its alert at once."""
    form = visit.form
    desk, urgency = form.text("desk", most=40), form.text("urgency", most=1)
    if desk not in _desks(visit) or urgency not in URGENCIES:
        raise visit.wrong("desk", "Choose a desk from the list.")
    wanted = DrillRequest(desk, Urgency(int(urgency)), form.ticked("climbs"))
    service_drills.start(visit.context, wanted, by=visit.by.actor, reason=_reason(visit, "reason"))


@form_view(drills, "end-{drill_id}", HotlineError)
def end(visit: Visit, drill_id: int) -> None:
    """Ends a drill. Alerted responders who have not answered yet get an SMS that it was a drill."""
    reason = _reason(visit, f"end-{drill_id}")
    service_drills.call_off(visit.context, drill_id, by=visit.by.actor, reason=reason)


def _long(visit: Visit, span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return visit.say("{minutes} min {seconds} s", minutes=minutes, seconds=seconds)


def _desks(visit: Visit) -> Mapping[str, str]:
    """Returns the desks that can have a drill, by code: first the districts, then border posts and camps."""
    added = {
        one.code: pages.head_name(visit, one)
        for one in service_desk_page.list_desks(visit.context)
        if one.kind in DESKS and one.retired_at is None
    }
    return {area.code: area.name for area in districts()} | added
