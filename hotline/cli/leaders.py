"""`hotline leaders`: local leaders, who join with their district's code. No command shows a number."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import checked
from hotline.domain.joining import VALID, Roll
from hotline.domain.places import place_name
from hotline.services import joining
from hotline.services.joining import Enlisted

ROLL = Roll.LEADERS
named = click.option(
    "--name", prompt="Your name", callback=checked, help="Who says so: kept in the audit log."
)


@click.group()
def leaders() -> None:
    """Local leaders: codes to join with, how many joined, and taking one off."""


@leaders.command()
@click.argument("district")
@click.option("--days", type=int, default=VALID.days, show_default=True)
@named
def code(district: str, days: int, name: str) -> None:
    """Make a code for DISTRICT's leaders, shown once: tell it to people you know, by word of mouth."""
    with console_kit() as kit:
        digits, row = joining.make_code(kit, ROLL, district, by=name, valid=timedelta(days=days))
    where = place_name(row.district, "en")
    click.echo(f"{digits}  {where}, until {row.ends_at:%Y-%m-%d}")
    click.echo("it is kept nowhere: write it down now", err=True)


@leaders.command()
@click.argument("district")
@named
def end(district: str, name: str) -> None:
    """End every code of DISTRICT now. Whoever joined with one stays."""
    with console_kit() as kit:
        ended = joining.end_codes(kit, ROLL, district, by=name)
    click.echo(f"ended {ended}")


@leaders.command()
@click.argument("number", required=False)
@named
def remove(number: str | None, name: str) -> None:
    """Take a phone off the roll. The number is asked for where it is not given, and kept nowhere."""
    number = number or str(click.prompt("Number", hide_input=True, err=True))
    with console_kit() as kit:
        joining.remove(kit, ROLL, number, by=name)
    click.echo("removed")


@leaders.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(as_json: bool) -> None:
    """How many joined in each district, and the codes that still let people in, without their digits."""
    with console_kit() as kit:
        rows = [_row(one) for one in joining.enlisted(kit, ROLL)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        click.echo("nobody joined yet: `hotline leaders code DISTRICT`", err=True)
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
