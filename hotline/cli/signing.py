"""Who says so, and why: the two options of every command that leaves a person's name in the audit log."""

import re
from collections.abc import Callable
from typing import Any

import click

LONGEST = 120
NUMBER = re.compile(r"\d(?:[ .-]?\d){7,}")
"""Eight digits in a row, however they are written: what could be somebody's number."""


def checked(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """One line of letters, and no number: the audit log never holds one."""
    value = value.strip()
    if not value:
        raise click.BadParameter("must not be empty")
    if len(value) > LONGEST or not value.isprintable():
        raise click.BadParameter(f"must be one line of at most {LONGEST} letters")
    if NUMBER.search(value):
        raise click.BadParameter("must hold no telephone number: it is kept in the audit log")
    return value


def by_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--by`, asked for where it is not given."""
    text = "Who says so: kept in the audit log."
    return click.option("--by", prompt="Your name", callback=checked, help=text)(command)


def signed(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--by` and `--reason`, both asked for where they are not given."""
    text = "Why: kept in the audit log."
    return by_option(click.option("--reason", prompt="Why", callback=checked, help=text)(command))


def recovering(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--second`, asked for where it is not given: a desk opens by the passphrase before two people alone."""
    return click.option(
        "--second",
        prompt="A second person who is there",
        callback=checked,
        help="Who is there besides you: the passphrase is a recovery, and the audit log keeps both.",
    )(command)


def agreed(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--second`: the person who decides with the first."""
    return click.option(
        "--second",
        metavar="NAME",
        callback=lambda context, option, value: value and checked(context, option, value),
        help="A second person who agrees: kept in the audit log.",
    )(command)
