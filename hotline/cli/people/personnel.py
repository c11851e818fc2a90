"""`hotline responders show`, `leave`, `back`, `move` and `remove`: changes of people. No command shows a number."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.moments import MOMENT, at_kigali
from hotline.cli.signing import agreed, signed_by
from hotline.domain.people.recipients import NATIONAL_LEAST
from hotline.domain.people.standing import EnrolmentState
from hotline.domain.places.places import place_name
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL, Category
from hotline.services.people import leaves, personnel, removals
from hotline.services.people.dossiers.speaking import languages_of
from hotline.services.people.personnel import Dossier, shown
from hotline.services.people.removals import Posting
from hotline.store.people.responders import Responder
from hotline.store.watch.alarms import STOPPED

UNPROVED_STATES: Mapping[EnrolmentState, str] = {
    EnrolmentState.PROVING: "has to prove phone and paper",
    EnrolmentState.WAITING: "waits for a second admin",
}
EVERYWHERE, EVERYTHING = "everywhere", "everything"
PERSON = click.argument("person", metavar="NAME")


@click.command()
@PERSON
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def show(person: str, as_json: bool) -> None:
    """Show how NAME stands: level, places, leave, and the cases on her hands. NAME is exact, or an id of the list."""
    with console_kit() as kit:
        row = _row(personnel.show(kit, person))
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    places = ", ".join(row["districts"]) or EVERYWHERE
    work = ", ".join(row["categories"]) or EVERYTHING
    besides = "".join(f", speaks {code}" for code in row["languages"][1:])
    click.echo(f"{row['id']:4} {row['name']}, {row['level']}, reads {row['language']}{besides}")
    click.echo(f"     {places}; {work}")
    click.echo(f"     {row['state']}")
    for one in row["leaves"]:
        click.echo(f"     on leave from {one['from']} until {one['until']}, says {one['by']}")
    for case in row["cases"]:
        click.echo(f"     {case['reference']}: tip {case['tip']}, {case['state']}")


@click.command()
@PERSON
@click.option("--from", "starts", type=MOMENT, help="The first moment, Kigali time; now otherwise.")
@click.option(
    "--until",
    "ends",
    type=MOMENT,
    required=True,
    help="The moment at which she is back, Kigali time: 2026-12-01 is the first minute of that day.",
)
@signed_by
def leave(person: str, starts: datetime | None, ends: datetime, by: str, reason: str) -> None:
    """Send NAME on leave: she is told of nothing new, and her open cases go on to others when it begins."""
    begins, until = at_kigali(starts), at_kigali(ends)
    assert until is not None
    with console_kit() as kit:
        given = leaves.leave(kit, person, starts_at=begins, ends_at=until, by=by, reason=reason)
    row = given.leave
    click.echo(
        f"{given.person.name}: on leave from {shown(row.starts_at)} until {shown(row.ends_at)}, Kigali time"
    )
    if given.alone:
        names = ", ".join(_desk(code) for code in given.alone)
        click.secho(
            f"nobody can be told then at {names}: tips go to the next who can, at once",
            fg="red",
            err=True,
        )


@click.command()
@PERSON
@click.option("--number", help="Her number, where it is on the stop list; asked for if it is.")
@agreed
@signed_by
def back(person: str, number: str | None, second: str | None, by: str, reason: str) -> None:
    """Let NAME be told again: ends her leave, a removal (with --second), and the mark of an unreachable number.

    A leave that runs is ended; where none runs, those that are planned.
    """
    with console_kit() as kit:
        found = personnel.show(kit, person)
        if found.person.unreachable == STOPPED and number is None:
            number = str(click.prompt("Her number", hide_input=True, err=True))
        done = leaves.back(kit, person, number=number, second=second, by=by, reason=reason)
    if not done.ended:
        click.echo(f"{done.person.name}: nothing kept her from being told")
        return
    click.echo(f"{done.person.name}: is told again; ended: {', '.join(done.ended)}")
    if "unreachable" in done.ended:
        click.echo(
            "the next message to her is the try: `hotline responders list` shows whether it came",
            err=True,
        )


@click.command()
@PERSON
@click.option("--level", type=click.Choice([one.value for one in Level]))
@click.option(
    "--district",
    "names",
    multiple=True,
    metavar="NAME",
    help=f"May be given several times; or {EVERYWHERE}.",
)
@click.option(
    "--category",
    "categories",
    multiple=True,
    type=click.Choice([*(one.value for one in Category), EVERYTHING]),
    help="May be given several times.",
)
@agreed
@signed_by
def move(
    person: str,
    level: str | None,
    names: Sequence[str],
    categories: Sequence[str],
    second: str | None,
    by: str,
    reason: str,
) -> None:
    """Change the level, the districts or the categories of NAME. What is given replaces what was.

    A higher level wants --second. Where a place of hers goes, her open cases go on to others.
    """
    if not (level or names or categories):
        raise click.UsageError("say what changes: --level, --district or --category")
    work = [Category(one) for one in _chosen(categories, EVERYTHING)]
    to = Posting(
        level=Level(level) if level else None,
        districts=_chosen(names, EVERYWHERE) if names else None,
        categories=work if categories else None,
    )
    with console_kit() as kit:
        moved = removals.move(kit, person, to, second=second, by=by, reason=reason)
    places = ", ".join(place_name(code, "en") for code in moved.districts) or EVERYWHERE
    about = ", ".join(moved.categories) or EVERYTHING
    click.echo(f"{moved.name}: {moved.level}, {places}; {about}")


@click.command()
@PERSON
@agreed
@signed_by
def remove(person: str, second: str | None, by: str, reason: str) -> None:
    """Remove NAME at once: she is told nothing more, and her open cases take their next step.

    One of the last two of the national desk goes with --second alone, and wakes those who watch over the line.
    `hotline responders back NAME --second NAME` undoes it.
    """
    with console_kit() as kit:
        gone = removals.remove(kit, person, second=second, by=by, reason=reason)
    click.echo(f"{gone.person.name}: removed; her open cases go on to others")
    if gone.is_red:
        click.secho(
            f"RED: {gone.national} of the national desk can be told, and {NATIONAL_LEAST} are the least."
            " Bring somebody there now: `hotline responders move NAME --level national`, `back`, or `import`",
            fg="red",
            err=True,
        )


COMMANDS = (show, leave, back, move, remove)


def _chosen(values: Sequence[str], every: str) -> Sequence[str]:
    """What was named; nothing, which means all, where the one word says so. Raises UsageError where both were said."""
    if every not in values:
        return values
    if len(values) > 1:
        raise click.UsageError(f"either {every}, or some by their names")
    return ()


def _row(found: Dossier) -> Mapping[str, Any]:
    person = found.person
    return {
        "id": person.id,
        "name": person.name,
        "level": person.level,
        "language": person.language,
        "languages": languages_of(person),
        "districts": [place_name(code, "en") for code in person.districts],
        "categories": list(person.categories),
        "state": state_of(person, back_at=found.back_at),
        "leaves": [
            {"from": shown(one.starts_at), "until": shown(one.ends_at), "by": one.asked_by}
            for one in found.leaves
        ],
        "cases": [
            {
                "tip": case.tip_id,
                "reference": case.reference,
                "state": "taken" if case.taken_at else "told",
            }
            for case in found.cases
        ],
    }


def state_of(person: Responder, *, back_at: datetime | None = None) -> str:
    """Whether she may be told, and why not."""
    if person.left_at is not None:
        return f"removed {shown(person.left_at)}"
    if person.state in UNPROVED_STATES:
        return UNPROVED_STATES[EnrolmentState(person.state)]
    if not person.active:
        return "removed"
    if person.unreachable is not None:
        return f"cannot be reached ({person.unreachable})"
    return "can be told" if back_at is None else f"on leave until {shown(back_at)}"


def _desk(code: str) -> str:
    return "the national desk" if code == NATIONAL else place_name(code, "en")
