"""Runs `hotline people`, which lists, imports, invites and removes responders. No command shows a phone number."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hotline.cli.command_context import cli_context
from hotline.cli.options import (
    FILE,
    NEW_FILE,
    agreed,
    as_json_option,
    attributes_of,
    by_and_reason,
    csv_in,
    print_rows,
)
from hotline.core.actors import Actor
from hotline.core.environment import CHECKOUT
from hotline.core.settings import Settings
from hotline.duty import service_enrolment, service_leaves, service_people_list, service_removal
from hotline.duty.service_leaves import format_time
from hotline.duty.service_people_list import PersonState
from hotline.gateway.rules import responders_short_code
from hotline.people.rules import MIN_NATIONAL
from hotline.people.tables import Responder
from hotline.text import documents
from hotline.text.errors import ImportRefused
from hotline.text.languages import CODES
from hotline.text.places import place_name

NO_ONE = """no one was enrolled: fix these rows and import the file again. Its first line is
name,msisdn,language,level,districts,categories"""
READ_BY_OWNER = 0o600
PERSON = click.argument("person", metavar="NAME")


@click.command("list")
@as_json_option
def list_(as_json: bool) -> None:
    """List all people who were ever enrolled, without phone numbers.

    Example: hotline people list
    """
    with cli_context() as context:
        away = service_leaves.on_leave(context)
        rows = [
            _row(person, away.get(person.id))
            for person in service_enrolment.list_responders(context)
        ]
    none = "no one is enrolled yet: `hotline people import FILE.csv`"
    print_rows(rows, _line, as_json=as_json, none=none)


def _line(person: Mapping[str, Any]) -> str:
    places = ", ".join(person["districts"]) or "everywhere"
    work = ", ".join(person["categories"]) or "everything"
    spoken = ",".join(person["languages"])
    state = "" if person["active"] else click.style(f"  {person['state'].upper()}", fg="red")
    return f"{person['id']:4} {person['name']:20} {person['level']:11} {spoken}  {places}; {work}{state}"


@click.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--proving",
    is_flag=True,
    help="Send no alerts to an imported person until a second admin has approved this person.",
)
def import_(file: Path, proving: bool) -> None:
    """Enrol all people in a CSV file, or enrol no one if any row is wrong. Print each wrong row with its line and
    reason.

    Columns: name, msisdn, language (rw, fr, en), level (responder, deputy, coordinator, national), districts,
    categories. Separate several districts or categories with semicolons. Empty districts or categories mean all.

    Example: hotline people import people.csv --proving
    """
    text = csv_in(file)
    with cli_context() as context:
        try:
            found = service_enrolment.import_responders(context, text, proving=proving)
        except ImportRefused as refused:
            raise ImportRefused([*refused.problems, NO_ONE]) from None
    click.echo(f"{'written down' if proving else 'enrolled'} {len(found)}")


@click.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option(
    "--out",
    type=NEW_FILE,
    required=True,
    help="File to which the command adds each start PIN (first PIN). Hand out PINs on paper, then destroy the file.",
)
@by_and_reason
def invite(names: Sequence[str], out: Path, by: str, reason: str) -> None:
    """Send a code to each NAME's phone, and write a start PIN into a file that you print for the responder.

    The responder enters the code and the start PIN to set a PIN of six digits. In the meantime, the responder still
    gets alerts. A second invitation replaces the code and the start PIN.

    Example: hotline people invite "Responder 7" --out papers.txt --by "Admin 1" --reason "new phone"
    """
    with cli_context() as context:
        for name in names:
            write(out, service_enrolment.invite(context, Actor(by), name, reason))
            click.echo(f"{name}: the code is sent by SMS; the start PIN is in {out}")


@click.command()
@PERSON
@agreed
@by_and_reason
def remove(person: str, second: str | None, by: str, reason: str) -> None:
    """Remove NAME from the hotline now. NAME's open cases escalate, and NAME gets no more alerts.

    To remove one of the last two people of the national desk, add --second. On-call contacts are then notified of the
    removal. `hotline people back NAME --second NAME` undoes the removal.

    Example: hotline people remove "Responder 7" --by "Admin 1" --reason "left the service"
    """
    with cli_context() as context:
        removal = service_removal.remove_responder(
            context, person, second=second, by=by, reason=reason
        )
    click.echo(f"{removal.person.name}: removed. Other responders get the open cases")
    if removal.is_below_minimum:
        click.secho(
            f"Warning: {removal.national} of the national desk can be alerted, but at least {MIN_NATIONAL} are needed."
            " Add a person to the national desk now, on the page People or with `hotline people back` or `import`",
            fg="red",
            err=True,
        )


@click.command()
@PERSON
@agreed
@by_and_reason
def back(person: str, second: str | None, by: str, reason: str) -> None:
    """Make the removed responder NAME active again. Two people are needed.

    Example: hotline people back "Responder 7" --second "Admin 2" --by "Admin 1" --reason "back in the district"
    """
    with cli_context() as context:
        responder, why = service_leaves.bring_back(
            context, person, number=None, second=second, by=by, reason=reason
        )
    text = f"is alerted again; ended: {', '.join(why)}" if why else "no removal to undo"
    click.echo(f"{responder.name}: {text}")


def write(paper: Path, start: service_enrolment.StartPaper) -> None:
    """Adds one line to the file of start PINs. Only the owner can read that file."""
    line = (
        f"{start.name}: dial {start.dial}, then key the code from the SMS, then {start.start_pin}"
        f" (until {format_time(start.until)})\n"
    )
    handle = os.open(paper, os.O_WRONLY | os.O_CREAT | os.O_APPEND, READ_BY_OWNER)
    with os.fdopen(handle, "a") as file:
        os.fchmod(file.fileno(), READ_BY_OWNER)
        file.write(line)


def _row(person: Responder, back_at: datetime | None) -> Mapping[str, Any]:
    is_reached = person.active and person.unreachable is None
    return {
        **attributes_of(person, "id", "name", "level", "language"),
        "languages": tuple(person.languages),
        "districts": [place_name(code, "en") for code in person.districts],
        "categories": person.categories,
        "reachable": is_reached,
        "active": is_reached and back_at is None,
        "state": state_of(person, back_at),
    }


def state_of(person: Responder, back_at: datetime | None = None) -> str:
    """Returns the state of a responder: active, on leave or removed, for example. If the responder gets no alerts,
    the state gives the reason."""
    state = service_people_list.state_of(person, back_at)
    if state is PersonState.REMOVED and person.removed_at is not None:
        return f"removed {format_time(person.removed_at)}"
    if state is PersonState.UNREACHABLE:
        return f"cannot be reached ({person.unreachable})"
    if state is PersonState.LEAVE and back_at is not None:
        return f"on leave until {format_time(back_at)}"
    return state.value


DOCS = CHECKOUT / "docs"
PAPERS = {"responder": "responder-guide", "first-ten-minutes": "first-ten-minutes"}
WRITTEN = "*384*777*90#"
"""The documents in docs/ use this short code as an example of the responders' short code. `hotline guide` replaces the
example with the short code of this hotline."""
FIRST = "en"
"""The language whose documents have no language code in their file name."""


@click.command()
@click.argument("paper_name", metavar="PAPER", type=click.Choice([*PAPERS]))
@click.option("--language", type=click.Choice(CODES), default=CODES[0], show_default=True)
@click.option(
    "--out",
    type=NEW_FILE,
    required=True,
    help="Path of the HTML file that the command writes. To print the file, open it in a browser.",
)
def guide(paper_name: str, language: str, out: Path) -> None:
    """Write a PAPER for responders to print: the paper `responder` is the guide, and the paper `first-ten-minutes` is
    a card of one page.

    The paper shows the short code of this hotline.

    Example: hotline guide responder --language rw --out guide.html
    """
    settings = Settings.read(os.environ)
    name = PAPERS[paper_name] + ("" if language == FIRST else f".{language}")
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    printed = documents.printed_page(
        page, language, lambda file_name: (DOCS / file_name).read_text(encoding="utf-8")
    )
    printed = printed.replace(WRITTEN, responders_short_code(settings.service_code))
    try:
        out.write_text(printed, encoding="utf-8")
    except OSError as broken:
        raise click.ClickException(f"{out}: {broken.strerror}") from None
