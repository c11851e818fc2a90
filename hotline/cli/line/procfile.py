"""Reads the Procfile, the list of the line's processes, one `name: command` a line."""

import re
from dataclasses import dataclass

import click

from hotline.cli.options import FILE
from hotline.environment import CHECKOUT
from hotline.errors import SettingsInvalid

LINE = re.compile(r"^(?P<name>[a-z][a-z0-9_-]*):\s*(?P<command>\S.*)$")

procfile_option = click.option(
    "--procfile", type=FILE, default=CHECKOUT / "Procfile", help="Another list of processes."
)


@dataclass(frozen=True, slots=True)
class ProcfileLine:
    name: str
    command: str
    """A command for `sh`. It may name settings, as in `${HOTLINE_PORT:-8000}`."""


def read_procfile(text: str) -> tuple[ProcfileLine, ...]:
    """Returns the processes in their order. Raises SettingsInvalid with every line that is invalid or repeated."""
    entries: dict[str, ProcfileLine] = {}
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.match(line)
        if found is None:
            problems.append(f"Procfile line {number}: not `name: command`")
        elif found["name"] in entries:
            problems.append(f"Procfile line {number}: {found['name']} stands there twice")
        else:
            entries[found["name"]] = ProcfileLine(found["name"], found["command"].strip())

    if problems:
        raise SettingsInvalid(problems)
    return tuple(entries.values())
