"""`hotline cases show`: one case whole, as far as it stands in clear."""

import json
from collections.abc import Iterator

import click

from hotline.cli.cases.entry_lines import document_of, line_of
from hotline.cli.cases.listing import clocks, holder, persons, row_of
from hotline.cli.kit import console_kit
from hotline.cli.tips.reader import language_option
from hotline.domain import trial
from hotline.domain.places.places import place_within
from hotline.domain.tip import Urgency
from hotline.services.cases import case_list
from hotline.services.cases.case_list import CaseSheet
from hotline.services.people.personnel import shown

WIDTH = 10


@click.command()
@click.argument("name", metavar="REF")
@language_option
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def show(name: str, language: str, as_json: bool) -> None:
    """Print how one case stands, and what happened to it: REF is a reference, or a tip's id.

    Of persons it says how many were met. What is noted of them is read on a phone or in the console, with a key.
    """
    with console_kit() as kit:
        sheet = case_list.sheet(kit, name.upper())
        lines = [line_of(kit, one, language) for one in sheet.moments]
    if as_json:
        document = {
            **row_of(sheet.listed),
            "linked_to": [{"tip": one.tip_id, "why": one.why} for one in sheet.links],
            "entries": [document_of(one) for one in sheet.moments],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for label, value in _facts(sheet):
        click.echo(f"{label:{WIDTH}}{value}")
    click.echo("\n".join(lines))


def _facts(sheet: CaseSheet) -> Iterator[tuple[str, str]]:
    one, tip = sheet.listed, sheet.listed.case.tip
    yield "case", " ".join((f"T{tip.id}", *one.case.references))
    filed = f", filed {shown(tip.filed_at)}" if tip.filed_at is not None else ""
    yield "told of", place_within(tip.place, tip.within, "en") + filed
    if tip.channel == trial.DRILL:
        yield "exercise", "nobody told it: `hotline exercise list`"
    yield "urgency", Urgency(tip.urgency).label
    ended = f" {shown(tip.closed_at)}, {tip.outcome or 'no outcome'}" if tip.closed_at else ""
    yield "state", f"{one.stage}{ended}{', RED' if one.is_red else ''}"
    yield "held by", holder(one)
    yield "persons", persons(one)
    yield "clocks", ", ".join(clocks(one)) or "none runs"
    if sheet.links:
        yield "linked to", ", ".join(f"T{other.tip_id} ({other.why})" for other in sheet.links)
