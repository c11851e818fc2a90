"""Exercises: what two people planned, what runs, what came of it; asking for one, beginning it, calling it off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response

from hotline.domain.desk.desks import DeskKind
from hotline.domain.places.places import districts
from hotline.domain.referrals.drills.exercise import (
    ExerciseEnd,
    ExerciseTold,
    StepOfAll,
    WantedExercise,
    steps,
)
from hotline.domain.tip import Urgency
from hotline.errors import HotlineError, NotFound, Unavailable
from hotline.services.people.dossiers import desk_page
from hotline.services.referrals.drills import exercising, plans, reports
from hotline.services.referrals.drills.plans import PlannedExercise
from hotline.services.referrals.drills.reports import ExerciseReport
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.people import placing
from hotline.web.console.visit import Visit, page, see, why
from hotline.web.console.who import phrase

TRIED = (DeskKind.BORDER, DeskKind.PROTECTION)
SHOWN = 60
"""Exercises in the list, the newest first: half a year of thirty districts."""
URGENCIES: Mapping[str, str] = {
    "1": phrase("danger: two people are told, and it lasts an hour"),
    "2": phrase("seen: one is told, and it lasts two hours"),
}
ENDS: Mapping[str, str] = {
    ExerciseEnd.CALLED_OFF: phrase("called off"),
    ExerciseEnd.TIME: phrase("its time was over"),
    ExerciseEnd.DANGER: phrase("a real danger was told near"),
}
STEPS: Mapping[str, str] = {
    "delivered": phrase("the alert arrived"),
    "answered": phrase("answered"),
    "opened": phrase("read"),
}
MISSING = phrase("Say why: the log keeps it.")


@dataclass(frozen=True, slots=True)
class ExerciseLine:
    """One in the list."""

    id: int
    started_at: datetime
    desk: str
    ended: str
    """Why; empty while it runs."""
    told: int
    answered: int


def listed(visit: Visit) -> Response:
    return _listed(visit)


def ask(visit: Visit) -> Response:
    """Somebody else agrees, under Approvals."""
    form = visit.form
    desk, urgency = form.text("desk", most=40), form.text("urgency", most=1)
    reason = form.text("reason", most=120)
    if desk not in {code for code, _ in _desks(visit)} or urgency not in URGENCIES:
        return _listed(visit, faults(desk=visit.say("Choose one of the list.")))
    if not reason or not reason.isprintable():
        return _listed(visit, faults(reason=visit.say(MISSING)))
    wanted = WantedExercise(
        desk,
        Urgency(int(urgency)),
        form.ticked("climbs"),
        form.ticked("at_night"),
        form.ticked("again"),
    )
    return _done(visit, "desk", lambda: plans.ask(visit.kit, visit.by.actor, wanted, reason))


def begin(visit: Visit, approval_id: int) -> Response:
    """What two people planned, at this moment."""
    act = exercising.begin
    return _done(
        visit, f"plan-{approval_id}", lambda: act(visit.kit, approval_id, by=visit.by.actor)
    )


def call_off(visit: Visit, approval_id: int) -> Response:
    return _with_reason(
        visit,
        f"plan-{approval_id}",
        lambda reason: plans.call_off(visit.kit, visit.by.actor, approval_id, reason),
    )


def end(visit: Visit, exercise_id: int) -> Response:
    """Who was told and has not answered learns that it was one."""
    return _with_reason(
        visit,
        f"end-{exercise_id}",
        lambda reason: exercising.end(visit.kit, exercise_id, by=visit.by.actor, reason=reason),
    )


def _with_reason(visit: Visit, field: str, act: Callable[[str], object]) -> Response:
    reason = visit.form.text("reason", most=120)
    if not reason or not reason.isprintable():
        return _listed(visit, faults(**{field: visit.say(MISSING)}))
    return _done(visit, field, lambda: act(reason))


def _done(visit: Visit, field: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except Unavailable:
        raise
    except HotlineError as refused:
        return _listed(visit, faults(**{field: why(visit, refused)}))
    return see("exercises.listed")


def _listed(visit: Visit, wrong: FormFaults | None = None) -> Response:
    every = reports.listed(visit.kit)
    return page(
        visit,
        "exercises.html",
        status=422 if wrong else 200,
        faults=wrong or FormFaults(),
        typed=visit.form,
        desks=_desks(visit),
        urgencies=[(value, visit.say(words)) for value, words in URGENCIES.items()],
        waiting=[(one, _desk(visit, one.wanted.desk)) for one in plans.waiting(visit.kit)],
        planned=[
            (one, _desk(visit, one.wanted.desk), _two(one)) for one in plans.planned(visit.kit)
        ],
        running=[
            (one.exercise, _desk(visit, one.exercise.desk))
            for one in every
            if not one.exercise.ended_at
        ],
        lines=[_line(visit, one) for one in every[:SHOWN]],
        report=_report(visit),
    )


def _report(visit: Visit) -> Mapping[str, object] | None:
    """The one that the address asks for; an address of none shows none."""
    asked = visit.query.get("report", "")
    if not asked.isdecimal():
        return None
    try:
        found = reports.report(visit.kit, int(asked[:9]))
    except NotFound:
        return None
    together = steps(found.told)
    return {
        "head": _line(visit, found),
        "exercise": found.exercise,
        "people": [(one, _times(visit, one)) for one in found.told],
        "steps": [
            (visit.say(words), _of_all(visit, together[step], len(found.told)))
            for step, words in STEPS.items()
        ],
    }


def _times(visit: Visit, one: ExerciseTold) -> Sequence[str]:
    each = (one.delivered_at, one.answered_at, one.opened_at)
    return [_long(visit, at - one.told_at) if at else visit.say("never") for at in each]


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


def _line(visit: Visit, one: ExerciseReport) -> ExerciseLine:
    row = one.exercise
    ended = visit.say(ENDS[row.why_ended]) if row.why_ended else ""
    answered = sum(told.answered_at is not None for told in one.told)
    return ExerciseLine(
        row.id, row.started_at, _desk(visit, row.desk), ended, len(one.told), answered
    )


def _two(one: PlannedExercise) -> tuple[str, str]:
    return plans.name_of(one.asked_by), one.agreed_by


def _desks(visit: Visit) -> Sequence[tuple[str, str]]:
    """Whose people may be tried: districts, then border posts and camps."""
    added = [
        (one.code, placing.of_head(visit, one))
        for one in desk_page.listed(visit.kit)
        if one.kind in TRIED and one.retired_at is None
    ]
    return (*((area.code, area.name) for area in districts()), *added)


def _desk(visit: Visit, code: str) -> str:
    return dict(_desks(visit)).get(code, code)
