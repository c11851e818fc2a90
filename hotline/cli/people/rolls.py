"""What both rolls have alike: the commands of `hotline leaders` and `hotline training`. No command shows a number."""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import checked
from hotline.domain.places.places import place_name
from hotline.domain.rolls.joining import VALID, Roll
from hotline.services.rolls import joining
from hotline.services.rolls.joining import Enlisted

DISTRICT = click.Argument(["district"])
NUMBER = click.Argument(["number"], required=False)
DAYS = click.Option(["--days"], type=int, default=VALID.days, show_default=True)
BY = click.Option(
    ["--by"], prompt="Your name", callback=checked, help="Who says so: kept in the audit log."
)
AS_JSON = click.Option(["--json", "as_json"], is_flag=True, help="For a program to read.")


def commands_of(roll: Roll, *, about: str, making: str) -> click.Group:
    """A roll's commands: `about` says who is on it, `making` whom its codes are for."""
    commands = (
        click.Command(
            "code", callback=partial(tell_code, roll), params=[DISTRICT, DAYS, BY], help=making
        ),
        click.Command(
            "end",
            callback=partial(end_codes, roll),
            params=[DISTRICT, BY],
            help="End every code of DISTRICT now. Whoever joined with one stays.",
        ),
        click.Command(
            "remove",
            callback=partial(take_off, roll),
            params=[NUMBER, BY],
            help="Take a phone off the roll. The number is asked for where it is not given, and kept nowhere.",
        ),
        click.Command(
            "list",
            callback=partial(list_roll, roll),
            params=[AS_JSON],
            help="How many joined in each district, and the codes that still let people in, without their digits.",
        ),
    )
    return click.Group(roll, commands=commands, help=about)


def tell_code(roll: Roll, district: str, days: int, by: str) -> None:
    with console_kit() as kit:
        digits, row = joining.make_code(kit, roll, district, by=by, valid=timedelta(days=days))
    where = place_name(row.district, "en")
    click.echo(f"{digits}  {where}, until {row.ends_at:%Y-%m-%d}")
    click.echo("it is kept nowhere: write it down now", err=True)


def end_codes(roll: Roll, district: str, by: str) -> None:
    with console_kit() as kit:
        ended = joining.end_codes(kit, roll, district, by=by)
    click.echo(f"ended {ended}")


def take_off(roll: Roll, number: str | None, by: str) -> None:
    number = number or str(click.prompt("Number", hide_input=True, err=True))
    with console_kit() as kit:
        joining.remove(kit, roll, number, by=by)
    click.echo("removed")


def list_roll(roll: Roll, *, as_json: bool) -> None:
    with console_kit() as kit:
        rows = [_row(one) for one in joining.enlisted(kit, roll)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        click.echo(f"nobody joined yet: `hotline {roll} code DISTRICT`", err=True)
    for row in rows:
        click.echo(f"{row['district']:16} {row['phones']:5} phones")
        for one in row["codes"]:
            click.echo(f"{'':16} a code until {one['until']}, used {one['uses']} times")


def _row(one: Enlisted) -> Mapping[str, Any]:
    return {
        "district": place_name(one.district, "en"),
        "phones": one.phones,
        "codes": [
            {"until": f"{row.ends_at:%Y-%m-%d}", "uses": row.uses, "made_by": row.made_by}
            for row in one.codes
        ],
    }
