"""`hotline exercise`: a fire drill through one district, and how everybody answered it."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import signed
from hotline.cli.tips.desk import desk_code
from hotline.domain.places.places import place_name
from hotline.domain.referrals.drills.exercise import ExerciseTold, StepOfAll, steps
from hotline.domain.tip import Urgency, is_district
from hotline.errors import ExerciseRefused
from hotline.services.people.personnel import shown
from hotline.services.referrals.drills import exercising
from hotline.services.referrals.drills.exercising import ExerciseReport, WantedExercise

ID = click.argument("exercise_id", metavar="ID", type=int)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For a program to read.")


@click.group()
def exercise() -> None:
    """A fire drill through one district: start, list, show, end.

    An alert that looks real goes out, and every step is timed.

    Whoever answers, reads or dials learns at once that it is one. It is in no figure, and never reaches the national
    desk. (`hotline drill` rehearses a restore.)
    """


@exercise.command()
@click.argument("district", metavar="DISTRICT")
@click.option("--urgency", type=click.IntRange(1, 2), default=1, help="1 danger, 2 seen.")
@click.option(
    "--climb", is_flag=True, help="Where nobody answers, up to the district's coordinator."
)
@click.option("--at-night", is_flag=True, help="Also between 22:00 and 06:00.")
@click.option("--again", is_flag=True, help="One more than four a year.")
@signed
def start(
    district: str, urgency: int, climb: bool, at_night: bool, again: bool, name: str, reason: str
) -> None:
    """Send an alert to DISTRICT's people on the lowest level: two of them for danger, else one.

    Refused while one runs there, while no message goes out, and while a real danger is open there or in its province.
    """
    place = desk_code(district)
    if not is_district(place):
        raise ExerciseRefused("an exercise goes through a district, and never to the national desk")
    wanted = WantedExercise(place, Urgency(urgency), climb, at_night, again)
    with console_kit() as kit:
        exercise_id = exercising.start(kit, wanted, name=name, reason=reason)
        found = exercising.report(kit, exercise_id)
    names = ", ".join(one.name for one in found.told)
    click.echo(f"exercise {exercise_id} runs until {shown(found.exercise.ends_at)}: told {names}")


@exercise.command("list")
@AS_JSON
def list_(as_json: bool) -> None:
    """Every exercise, the newest first."""
    with console_kit() as kit:
        found = exercising.listed(kit)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], indent=2, ensure_ascii=False))
        return
    if not found:
        click.echo("no exercise yet: `hotline exercise start DISTRICT`", err=True)
    for one in found:
        click.echo(_line(one))


@exercise.command()
@ID
@AS_JSON
def show(exercise_id: int, as_json: bool) -> None:
    """Who was told, and how long each step took."""
    with console_kit() as kit:
        found = exercising.report(kit, exercise_id)
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
        exercising.end(kit, exercise_id, name=name, reason=reason)
    click.echo(f"exercise {exercise_id} is over")


def _line(one: ExerciseReport) -> str:
    row = one.exercise
    over = f"ended {shown(row.ended_at)}, {row.why_ended}" if row.ended_at else "RUNS"
    place = place_name(row.place, "en")
    return f"{row.id:4}  {shown(row.started_at):17}  {place:14} P{one.urgency}  {over}  {row.started_by}: {row.reason}"


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
        "district": place_name(row.place, "en"),
        "urgency": one.urgency,
        "climbs": row.climbs,
        "started_at": _second(row.started_at),
        "started_by": row.started_by,
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
