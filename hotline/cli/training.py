"""`hotline training`: officers who take lessons, and join with their district's code."""

import click

from hotline.cli import rolls
from hotline.domain.joining import Roll

ROLL = Roll.OFFICERS


@click.group()
def training() -> None:
    """Officers in training: codes to join with, how many joined, and taking one off."""


@training.command()
@click.argument("district")
@rolls.days_option
@rolls.named
def code(district: str, days: int, name: str) -> None:
    """Make a code for DISTRICT's officers, shown once: tell it in their office, by word of mouth."""
    rolls.tell_code(ROLL, district, days, name)


@training.command()
@click.argument("district")
@rolls.named
def end(district: str, name: str) -> None:
    """End every code of DISTRICT now. Whoever joined with one stays."""
    rolls.end_codes(ROLL, district, name)


@training.command()
@click.argument("number", required=False)
@rolls.named
def remove(number: str | None, name: str) -> None:
    """Take a phone off the roll. The number is asked for where it is not given, and kept nowhere."""
    rolls.take_off(ROLL, number, name)


@training.command("list")
@rolls.as_json_option
def list_(*, as_json: bool) -> None:
    """How many joined in each district, and the codes that still let people in, without their digits."""
    rolls.list_roll(ROLL, as_json=as_json)
