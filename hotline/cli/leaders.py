"""`hotline leaders`: local leaders, who join with their district's code."""

import click

from hotline.cli import rolls
from hotline.domain.joining import Roll

ROLL = Roll.LEADERS


@click.group()
def leaders() -> None:
    """Local leaders: codes to join with, how many joined, and taking one off."""


@leaders.command()
@click.argument("district")
@rolls.days_option
@rolls.named
def code(district: str, days: int, name: str) -> None:
    """Make a code for DISTRICT's leaders, shown once: tell it to people you know, by word of mouth."""
    rolls.tell_code(ROLL, district, days, name)


@leaders.command()
@click.argument("district")
@rolls.named
def end(district: str, name: str) -> None:
    """End every code of DISTRICT now. Whoever joined with one stays."""
    rolls.end_codes(ROLL, district, name)


@leaders.command()
@click.argument("number", required=False)
@rolls.named
def remove(number: str | None, name: str) -> None:
    """Take a phone off the roll. The number is asked for where it is not given, and kept nowhere."""
    rolls.take_off(ROLL, number, name)


@leaders.command("list")
@rolls.as_json_option
def list_(*, as_json: bool) -> None:
    """How many joined in each district, and the codes that still let people in, without their digits."""
    rolls.list_roll(ROLL, as_json=as_json)
