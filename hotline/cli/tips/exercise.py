"""`hotline exercise`: a fire drill through one desk, and how everybody answered it."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.people.desks import named
from hotline.cli.row_ids import EXERCISE_ID, PLAN_ID
from hotline.cli.signing import checked, signed
from hotline.domain.accounts.account import Actor
from hotline.domain.places.places import place_name
from hotline.domain.referrals.drills.exercise import (
    ExerciseTold,
    StepOfAll,
    WantedExercise,
    steps,
)
from hotline.domain.tip import Urgency
from hotline.errors import ExerciseRefused
from hotline.ports import Kit
from hotline.services.people.personnel import shown
from hotline.services.referrals.drills import exercising, plans, reports, telling
from hotline.services.referrals.drills.plans import PlannedExercise
from hotline.services.referrals.drills.reports import ExerciseReport

ID = click.argument("exercise_id", metavar="ID", type=EXERCISE_ID)
PLAN = click.argument("plan_id", metavar="PLAN", type=PLAN_ID)
DESK = click.argument("desk", metavar="DESK")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For a program to read.")
URGENCY = click.option("--urgency", type=click.IntRange(1, 2), default=1, help="1 Urgent, 2 Soon.")
CLIMB = click.option(
    "--climb", is_flag=True, help="Where nobody answers, up to the coordinator of the desk."
)


@click.group()
def exercise() -> None:
    """A fire drill through one desk: start, plan, begin, list, show, end, call-off.

    An alert that looks real goes out, and every step is timed.

    Whoever answers, reads or dials learns at once that it is one. It is in no figure, and alerts nobody of the national
    desk. (`bin/bench restore` rehearses a restore.)
    """


@exercise.command()
@DESK
@URGENCY
@CLIMB
@signed
def start(desk: str, urgency: int, climb: bool, name: str, reason: str) -> None:
    """Send an alert to the people of DESK on the lowest level: two of them for danger, else one.

    DESK is a district, or the code of a border post's or a camp's desk. The national desk is told by SMS that it runs,
    and so are coordinators who are not tried themselves.

    Refused at night and where it would run into the night, after four in a year, within a week after another, while one
    runs there, while no message goes out, and while a real danger is open there or in its province. At night and
    oftener: `hotline exercise plan`.
    """
    wanted = WantedExercise(named(desk), Urgency(urgency), climb)
    with console_kit() as kit:
        try:
            exercise_id = exercising.start(kit, wanted, by=Actor(name), reason=reason)
        except ExerciseRefused as refused:
            if not refused.lifted_by:
                raise
            todo = f"`hotline exercise plan {desk} {refused.lifted_by}`"
            raise ExerciseRefused(f"{refused}: {todo}") from None
        _say_begun(kit, exercise_id)


@exercise.command()
@DESK
@URGENCY
@CLIMB
@click.option("--at-night", is_flag=True, help="Also between 22:00 and 06:00, once in 30 days.")
@click.option("--again", is_flag=True, help="One more than four a year.")
@click.option(
    "--second",
    prompt="A second person who agrees",
    callback=checked,
    help="Who agrees besides you: the audit log keeps both.",
)
@signed
def plan(
    desk: str,
    urgency: int,
    climb: bool,
    at_night: bool,
    again: bool,
    second: str,
    name: str,
    reason: str,
) -> None:
    """Plan an exercise by two people. Begin it within a week by `hotline exercise begin`, or call it off.

    The national desk and the coordinators of DESK are told by SMS that it comes, and not when; at night the SMS waits
    until six. One at night begins four hours after that at the earliest.
    """
    wanted = WantedExercise(named(desk), Urgency(urgency), climb, at_night, again)
    with console_kit() as kit:
        planned = plans.plan_at_server(kit, (name, second), wanted, reason)
    click.echo(
        f"planned: `hotline exercise begin {planned.id}` before {shown(planned.until)},"
        f" or `hotline exercise call-off {planned.id}`"
    )


@exercise.command()
@PLAN
@click.option("--name", prompt="Your name", callback=checked, help="Kept in the audit log.")
def begin(plan_id: int, name: str) -> None:
    """Begin what two people planned. It is refused as `start` is, but for what they lifted."""
    with console_kit() as kit:
        _say_begun(kit, exercising.begin(kit, plan_id, by=Actor(name)))


@exercise.command("call-off")
@PLAN
@signed
def call_off(plan_id: int, name: str, reason: str) -> None:
    """What two people planned does not take place. Who was told of it learns that."""
    with console_kit() as kit:
        plans.call_off(kit, Actor(name), plan_id, reason)
    click.echo("called off")


def _say_begun(kit: Kit, exercise_id: int) -> None:
    found = reports.report(kit, exercise_id)
    names = ", ".join(one.name for one in found.told)
    click.echo(f"exercise {exercise_id} runs until {shown(found.exercise.ends_at)}: told {names}")


@exercise.command("list")
@AS_JSON
def list_(as_json: bool) -> None:
    """Every exercise, the newest first; before them what two people planned and nobody has begun."""
    with console_kit() as kit:
        found, planned = reports.listed(kit), plans.planned(kit)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], indent=2, ensure_ascii=False))
        return
    if not found and not planned:
        click.echo("no exercise yet: `hotline exercise start DESK`", err=True)
    for plan in planned:
        click.echo(_plan_line(plan))
    for one in found:
        click.echo(_line(one))


@exercise.command()
@ID
@AS_JSON
def show(exercise_id: int, as_json: bool) -> None:
    """Who was told, and how long each step took."""
    with console_kit() as kit:
        found = reports.report(kit, exercise_id)
    if as_json:
        click.echo(json.dumps(_row(found), indent=2, ensure_ascii=False))
        return
    click.echo(_line(found))
    for one in found.told:
        click.echo(_person(one))
    for step, all_of_it in steps(found.told).items():
        click.echo(f"{step:10} {_of_all(all_of_it, len(found.told))}")


@exercise.command()
@ID
@signed
def end(exercise_id: int, name: str, reason: str) -> None:
    """Call it off: nothing more goes out, and who was told and has not answered learns that it was one."""
    with console_kit() as kit:
        exercising.end(kit, exercise_id, by=Actor(name), reason=reason)
    click.echo(f"exercise {exercise_id} is over")


def _line(one: ExerciseReport) -> str:
    row = one.exercise
    over = f"ended {shown(row.ended_at)}, {row.why_ended}" if row.ended_at else "RUNS"
    what = f"{telling.desk_named(row.desk, 'en'):14} {Urgency(one.urgency).label}"
    by = f"{row.started_by}: {row.reason}"
    return f"{row.id:4}  {shown(row.started_at):17}  {what}  {over}  {by}"


def _plan_line(one: PlannedExercise) -> str:
    what = f"{telling.desk_named(one.wanted.desk, 'en')} {Urgency(one.wanted.urgency).label}"
    night = ", also at night" if one.wanted.at_night else ""
    two = f"{plans.name_of(one.asked_by)} and {one.agreed_by}"
    return f"plan {one.id}: {what} before {shown(one.until)}{night}  {two}: {one.reason}"


def _person(one: ExerciseTold) -> str:
    took = (
        f"{step} {_long(at - one.told_at) if at else 'never'}"
        for step, at in (
            ("delivered", one.delivered_at),
            ("answered", one.answered_at),
            ("opened", one.opened_at),
        )
    )
    lost = f"  ({one.lost})" if one.lost else ""
    return f"      {one.name:24} {'  '.join(took)}{lost}"


def _of_all(step: StepOfAll, told: int) -> str:
    if step.median is None or step.worst is None:
        return f"nobody of {told}"
    return (
        f"{step.count} of {told}, half within {_long(step.median)}, the slowest {_long(step.worst)}"
    )


def _long(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes} min {seconds:02} s"


def _row(one: ExerciseReport) -> Mapping[str, Any]:
    row = one.exercise
    return {
        "id": row.id,
        "tip": row.tip_id,
        "desk": row.desk,
        "district": place_name(row.place, "en"),
        "urgency": one.urgency,
        "climbs": row.climbs,
        "started_at": _second(row.started_at),
        "started_by": row.started_by,
        "agreed_by": row.agreed_by,
        "reason": row.reason,
        "ends_at": _second(row.ends_at),
        "ended_at": _second(row.ended_at),
        "ended_by": row.ended_by,
        "why_ended": row.why_ended,
        "told": [
            {
                "name": told.name,
                "level": told.level,
                "told_at": _second(told.told_at),
                "delivered_at": _second(told.delivered_at),
                "answered_at": _second(told.answered_at),
                "opened_at": _second(told.opened_at),
                "lost": told.lost,
            }
            for told in one.told
        ],
    }


def _second(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
