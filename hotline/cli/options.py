"""Defines options, arguments and prompts that several commands share. The module imports nothing that is slow to
import."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from hotline.text.errors import ImportRefused, PassphraseWrong
from hotline.text.export_sheets import MAX_ROW_ID
from hotline.text.languages import CODES
from hotline.text.time import KIGALI

Options = Callable[..., Any]
Row = TypeVar("Row")
MAX_LETTERS = 120
NUMBER = re.compile(r"\d(?:[ .-]?\d){7,}")
"""Matches eight or more digits, with at most one space, dot or hyphen between them. These digits may be a phone
number."""
ENGLISH = "en"

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
"""A time such as `"2026-12-01 18:00"`, or a day such as `2026-12-01`. A day means the midnight at its beginning."""


def check_reason(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """Returns the text without spaces at its ends. The function refuses a text that is empty, too long, or has
    several lines. The function also refuses a text with a phone number, because the audit log must never contain a
    phone number."""
    value = value.strip()
    if not value:
        raise click.BadParameter("enter a text: it must not be empty")
    if len(value) > MAX_LETTERS or not value.isprintable():
        raise click.BadParameter(f"enter one line of at most {MAX_LETTERS} letters")
    if NUMBER.search(value):
        raise click.BadParameter("enter no phone number, because the audit log keeps this text")
    return value


def locale_language(environ: Mapping[str, str] = os.environ) -> str:
    """Returns the terminal's language if the hotline has texts in it. Otherwise returns English."""
    locale_names = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    code = next(filter(None, locale_names), "")[:2].casefold()
    return code if code in CODES else ENGLISH


TIP_ID = click.IntRange(1, MAX_ROW_ID)
"""The number of a tip, as `hotline tips list` prints it. The largest number is the largest that a database accepts."""
TIP = click.argument("tip_id", metavar="ID", type=TIP_ID)
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
language_option = click.option(
    "--language",
    type=click.Choice(CODES),
    default=locale_language,
    help="Language of the output. Default: the terminal's language (LANG) if supported, otherwise English.",
)
by_option = click.option(
    "--by",
    prompt="Your name",
    callback=check_reason,
    help="Your name. The audit log records your name.",
)
second_person_option = click.option(
    "--second",
    prompt="Name of a second person, who is with you and agrees to this command",
    callback=check_reason,
    help="Name of a second person, who is with you and agrees to this command. The audit log records this name.",
)
"""Asks for the name of a second person. Two people must agree to a command with this option."""
agreed = click.option(
    "--second",
    metavar="NAME",
    callback=lambda click_context, option, value: (
        value and check_reason(click_context, option, value)
    ),
    help="Name of a second person who agrees to this command. The audit log records this name.",
)


def by_and_reason(command: Options) -> Options:
    """Adds the options `--by` and `--reason`. If `--by` or `--reason` is not given, the command asks for it."""
    option = click.option(
        "--reason",
        prompt="Reason",
        callback=check_reason,
        help="Reason for this command. The audit log records the reason.",
    )
    return by_option(option(command))


yes_option = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def passphrase_option(secret: str, name: str = "--passphrase-file") -> Callable[[Options], Options]:
    return click.option(
        name, type=NEW_FILE, help=f"The command reads {secret} from the first line of this file."
    )


def since_option(rows: str) -> Callable[[Options], Options]:
    """Adds the option `--since`, a time in the time zone of Kigali."""
    return click.option(
        "--since",
        type=MOMENT,
        metavar="MOMENT",
        callback=lambda _context, _option, typed: typed and typed.replace(tzinfo=KIGALI),
        help=f'Show only {rows} from this time on. Use Kigali time: 2026-12-01 or "2026-12-01 18:00".',
    )


def csv_in(file: Path) -> str:
    """Returns the text of a CSV file. Raises ImportRefused."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ImportRefused(["the file is not UTF-8: save it as CSV UTF-8"]) from None


def passphrase_in(file: Path) -> str:
    """Returns the first line of a passphrase file. Raises PassphraseWrong if the file is empty or cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise PassphraseWrong(
            "the passphrase file cannot be read: check its path and its owner"
        ) from None
    if not lines or not lines[0].strip():
        raise PassphraseWrong("the passphrase file is empty: write the passphrase in line 1")
    return lines[0].strip()


def passphrase_of(file: Path | None, prompt: str, *, twice: bool = False) -> str:
    """Returns the passphrase from `file`, or asks the operator for the passphrase. Raises PassphraseWrong."""
    if file is not None:
        return passphrase_in(file)
    typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True)
    return typed.strip()


def print_json(document: object) -> None:
    """Prints a document for programs. A time is ISO text with seconds."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=_as_text))


def _as_text(value: object) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def print_rows(
    rows: Sequence[Row], line_of: Callable[[Row], str], *, as_json: bool, none: str = ""
) -> None:
    """Prints rows as JSON for programs, or one line for each row. Without any row, prints the text `none` instead."""
    if as_json:
        print_json(rows)
        return
    if none and not rows:
        click.echo(none, err=True)
    for row in rows:
        click.echo(line_of(row))


def progress(words: str) -> None:
    """Prints the current step of a long command for the person who waits."""
    click.echo(f"{words} ...", err=True)


def attributes_of(row: object, *names: str) -> dict[str, Any]:
    """Returns the named attributes of a row, for output that other programs read."""
    return {name: getattr(row, name) for name in names}
