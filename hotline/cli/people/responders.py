"""`hotline responders`: who is enrolled. No command shows a number."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.people import enrolling
from hotline.cli.people.personnel import COMMANDS, state_of
from hotline.domain.places.places import place_name
from hotline.errors import ImportRefused
from hotline.services.people import enrolment, personnel
from hotline.services.people.dossiers.speaking import languages_of
from hotline.store.people.responders import Responder

NOBODY = """nobody was enrolled: mend these rows and import the file again. Its first line is
name,msisdn,language,level,districts,categories"""


@click.group()
def responders() -> None:
    """Enrol those who act on tips; list, show, move and remove them."""


for command in (*COMMANDS, *enrolling.COMMANDS):
    responders.add_command(command)


@responders.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--proving", is_flag=True, help="Nobody is told of a tip before `invite` and `approve`."
)
def import_(file: Path, proving: bool) -> None:
    """Enrol everybody in a CSV file, or nobody: every bad row is told with its line and the reason.

    Columns: name, msisdn, language (rw, fr, en), level (responder, deputy, coordinator, national), districts by
    name with ; between, categories likewise. Empty districts or categories mean all.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ImportRefused(["the file is not UTF-8: save it as CSV UTF-8"]) from None
    with console_kit() as kit:
        try:
            people = enrolment.import_responders(kit, text, proving=proving)
        except ImportRefused as refused:
            raise ImportRefused([*refused.problems, NOBODY]) from None
    click.echo(f"{'written down' if proving else 'enrolled'} {len(people)}")


@responders.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(as_json: bool) -> None:
    """Everybody who was ever enrolled, without numbers."""
    with console_kit() as kit:
        away = personnel.away(kit)
        people = [_row(person, away.get(person.id)) for person in enrolment.list_responders(kit)]
    if as_json:
        click.echo(json.dumps(people, indent=2, ensure_ascii=False))
        return
    if not people:
        click.echo("nobody is enrolled yet: `hotline responders import FILE.csv`", err=True)
    for person in people:
        places = ", ".join(person["districts"]) or "everywhere"
        work = ", ".join(person["categories"]) or "everything"
        spoken = ",".join(person["languages"])
        red = "" if person["living"] else click.style(f"  {person['state'].upper()}", fg="red")
        click.echo(
            f"{person['id']:4} {person['name']:20} {person['level']:11} {spoken}"
            f"  {places}; {work}{red}"
        )


def _row(person: Responder, back_at: datetime | None) -> Mapping[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "level": person.level,
        "language": person.language,
        "languages": languages_of(person),
        "districts": [place_name(code, "en") for code in person.districts],
        "categories": list(person.categories),
        "reachable": person.active and person.unreachable is None,
        "living": person.active and person.unreachable is None and back_at is None,
        "state": state_of(person, back_at=back_at),
    }
