"""Exercises: starts one, stops it, and lists those held with the time of each step."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Response

from hotline.domain.desk.desks import DeskKind
from hotline.domain.places.places import districts
from hotline.domain.referrals.drills.exercise import (
    StepOfAll,
    WantedExercise,
    steps,
)
from hotline.domain.tip import Urgency
from hotline.errors import HotlineError
from hotline.services.people.dossiers import desk_page
from hotline.services.referrals.drills import exercising
from hotline.services.referrals.drills.exercising import ExerciseReport
from hotline.web.console.people import placing
from hotline.web.console.visit import Visit, page, posted
from hotline.web.console.who import table

TRIED = (DeskKind.BORDER, DeskKind.PROTECTION)
SHOWN = 60
"""Exercises in the list, the newest first: half a year of thirty districts."""
URGENCIES = table("exercise_urgencies")
ENDS = table("exercise_ends")


def listed(visit: Visit) -> Response:
    every, desks = exercising.listed(visit.kit), _desks(visit)
    return page(
        visit,
        "exercises.html",
        desks=desks.items(),
        running=[
            (one.exercise, desks.get(one.exercise.desk, one.exercise.desk))
            for one in every
            if not one.exercise.ended_at
        ],
        lines=[_line(visit, one, desks) for one in every[:SHOWN]],
    )


def _reason(visit: Visit, field: str) -> str:
    return visit.reason(field, "Say why: the log keeps it.", most=120, is_printable=True)


@posted(listed, "reason", HotlineError)
def start(visit: Visit) -> None:
    """Its alert goes out at once."""
    form = visit.form
    desk, urgency = form.text("desk", most=40), form.text("urgency", most=1)
    if desk not in _desks(visit) or urgency not in URGENCIES:
        raise visit.wrong("desk", "Choose one of the list.")
    wanted = WantedExercise(desk, Urgency(int(urgency)), form.ticked("climbs"))
    exercising.start(visit.kit, wanted, by=visit.by.actor, reason=_reason(visit, "reason"))


@posted(listed, "end-{exercise_id}", HotlineError)
def end(visit: Visit, exercise_id: int) -> None:
    """Who was told and has not answered learns that it was one."""
    reason = _reason(visit, f"end-{exercise_id}")
    exercising.end(visit.kit, exercise_id, by=visit.by.actor, reason=reason)


def _line(visit: Visit, one: ExerciseReport, desks: Mapping[str, str]) -> Mapping[str, object]:
    row = one.exercise
    return {
        "id": row.id,
        "started_at": row.started_at,
        "desk": desks.get(row.desk, row.desk),
        "ended": visit.say(ENDS[row.why_ended]) if row.why_ended else "",
        "reason": row.reason,
        "steps": [_of_all(visit, step, len(one.told)) for step in steps(one.told).values()],
        "people": [
            (
                told,
                [
                    _long(visit, at - told.told_at) if at else visit.say("never")
                    for at in (told.delivered_at, told.answered_at, told.opened_at)
                ],
            )
            for told in one.told
        ],
    }


def _of_all(visit: Visit, step: StepOfAll, told: int) -> str:
    if step.median is None or step.worst is None:
        return visit.say("nobody of {told}", told=told)
    return visit.say(
        "{count} of {told}, half of them within {median}, the slowest after {worst}",
        count=step.count,
        told=told,
        median=_long(visit, step.median),
        worst=_long(visit, step.worst),
    )


def _long(visit: Visit, span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return visit.say("{minutes} min {seconds} s", minutes=minutes, seconds=seconds)


def _desks(visit: Visit) -> Mapping[str, str]:
    """Returns whose people may be tried, by code: districts, then border posts and camps."""
    added = {
        one.code: placing.of_head(visit, one)
        for one in desk_page.listed(visit.kit)
        if one.kind in TRIED and one.retired_at is None
    }
    return {area.code: area.name for area in districts()} | added
