"""`hotline responders invite` and `change-number`: phone and person are proved, and approved in the console.

A start PIN is written to a file that only its owner reads, and shown nowhere.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.signing import signed_by
from hotline.domain.accounts.account import Actor
from hotline.services.people import enrolling
from hotline.services.people.enrolling import StartPaper
from hotline.services.people.personnel import shown

READ_BY_OWNER = 0o600
PERSON = click.argument("person", metavar="NAME")


def paper_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--paper",
        type=click.Path(dir_okay=False, path_type=Path),
        required=True,
        help="The file that start PINs are written behind: only its owner reads it. Cut it, and destroy it.",
    )(command)


@click.command()
@click.argument("people", metavar="NAME...", nargs=-1, required=True)
@paper_option
@signed_by
def invite(people: Sequence[str], paper: Path, by: str, reason: str) -> None:
    """Send a code to each NAME's phone, and write her start PIN on paper: both make her six digits.

    Whoever is told of tips today stays so meanwhile. Said again, another code and another PIN take their place.
    """
    with console_kit() as kit:
        for name in people:
            write(paper, enrolling.invite(kit, Actor(by), name, reason))
            click.echo(f"{name}: a code is on its way; her start PIN is in {paper}")


@click.command("change-number")
@PERSON
@click.option("--number", help="Her new number; otherwise it is asked for.")
@paper_option
@signed_by
def change_number(person: str, number: str | None, paper: Path, by: str, reason: str) -> None:
    """Send a code to NAME's new number. The old one works until a second person approves, and is told.

    Key and PIN stay: they are hers, and not the telephone's.
    """
    number = number or str(click.prompt("Her new number", hide_input=True, err=True))
    with console_kit() as kit:
        write(paper, enrolling.change_number(kit, Actor(by), person, number, reason))
    click.echo(f"{person}: a code is on its way to the new number; her start PIN is in {paper}")


def write(paper: Path, start: StartPaper) -> None:
    """Behind what stands there."""
    line = (
        f"{start.name}: dial {start.dial}, then the code out of the SMS, then {start.start_pin}"
        f" (until {shown(start.until)})\n"
    )
    with os.fdopen(
        os.open(paper, os.O_WRONLY | os.O_CREAT | os.O_APPEND, READ_BY_OWNER), "a"
    ) as file:
        os.fchmod(file.fileno(), READ_BY_OWNER)
        file.write(line)


COMMANDS = (invite, change_number)
