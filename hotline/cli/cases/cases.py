"""`hotline cases`: how each case stands and what happened to it, without a word of what was told or noted."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.row_ids import CASE_ID
from hotline.cli.tips.desk import desk_code
from hotline.cli.tips.reader import language_option
from hotline.domain import trial
from hotline.domain.call_back import KIGALI
from hotline.domain.places.places import place_name, place_within
from hotline.domain.tip import Urgency
from hotline.ports import Kit
from hotline.services.cases import case_list, line_of_time
from hotline.services.cases.case_list import CaseSheet, ListedCase
from hotline.services.cases.line_of_time import CaseMoment
from hotline.services.people.personnel import shown
from hotline.store.tips.visible import THE_LINE, of_desk

PAGE = 50


@click.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that nobody has closed.")
@click.option("--district", metavar="DISTRICT", help="Only those that its desk may know of.")
@click.option("--before", type=CASE_ID, metavar="ID", help="Older than this one: the next page.")
@click.option("--limit", type=click.IntRange(1), help=f"How many; {PAGE}, or all with --json.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(
    only_open: bool, district: str | None, before: int | None, limit: int | None, as_json: bool
) -> None:
    """Cases that are open or were closed in the last 30 days, the newest first.

    Each with its reference, its place, how far it came, who has it, how many persons were met, and the clocks that run.
    What is noted of a person stands nowhere here. No complaint, nobody's drill and no trial is a case.
    """
    viewer = of_desk(desk_code(district)) if district else THE_LINE
    most = limit or (None if as_json else PAGE)
    with console_kit() as kit:
        asked = most and most + 1
        found = case_list.cases(kit, only_open=only_open, viewer=viewer, before=before, limit=asked)
    page = found[:most]
    if as_json:
        rows = [row_of(one) for one in page]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not page:
        click.echo("no such cases", err=True)
    for one in page:
        click.echo(_line(one))
    if len(found) > len(page):
        click.echo(f"older ones: the same with --before {page[-1].case.tip.id}", err=True)


def _line(one: ListedCase) -> str:
    tip = one.case.tip
    place = place_within(tip.place, tip.within, "en")
    known_as = next(iter(one.case.references), "-")
    return f"T{tip.id:<5} {known_as:7} {place:14} {Urgency(tip.urgency).label:6} {'  '.join(_standing(one))}"


def _standing(one: ListedCase) -> Iterator[str]:
    tip = one.case.tip
    yield f"{one.stage:12}"
    if one.is_red:
        yield click.style("RED", fg="red", bold=True)
    yield holder(one)
    yield f"persons: {persons(one)}"
    if tip.closed_at is not None:
        yield f"closed {shown(tip.closed_at)}"
    yield from clocks(one)


def holder(one: ListedCase) -> str:
    return one.case.holder or ("-" if one.case.tip.closed_at is not None else "nobody has it")


def persons(one: ListedCase) -> str:
    return "not kept any more" if one.case.persons is None else str(one.case.persons)


def clocks(one: ListedCase) -> Iterator[str]:
    for due_at, kind in one.clocks:
        yield f"{kind} due {shown(due_at)}"


def row_of(one: ListedCase) -> Mapping[str, Any]:
    """A case as a program reads it."""
    tip = one.case.tip
    return {
        "tip": tip.id,
        "references": one.case.references,
        "place": place_name(tip.place, "en"),
        "within": tip.within and place_name(tip.within, "en"),
        "urgency": tip.urgency,
        "state": one.stage,
        "red": one.is_red,
        "held_by": one.case.holder,
        "filed_at": _second(tip.filed_at),
        "closed_at": _second(tip.closed_at),
        "outcome": tip.outcome,
        "persons_met": one.case.persons,
        "clocks": [{"clock": kind, "due_at": _second(due_at)} for due_at, kind in one.clocks],
    }


def _second(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def line_of(kit: Kit, one: CaseMoment, language: str) -> str:
    """Returns the time, the event and the channel. A correction shows its number and the one it corrects."""
    said = one.kind.value if one.template is None else kit.phrases.say(language, one.template)
    codes = ", ".join(f"{name} {code}" for name, code in one.codes.items())
    known_as = f"#{one.entry_id}" if one.supersedes or one.corrected_by else ""
    corrects = f"corrects #{one.supersedes}" if one.supersedes else ""
    corrected = f"corrected by #{one.corrected_by}" if one.corrected_by else ""
    details = (
        one.way,
        one.who or one.desk,
        f"({codes})" if codes else "",
        known_as,
        corrects,
        corrected,
    )
    return "  ".join(
        (f"{one.at.astimezone(KIGALI):%Y-%m-%d %H:%M}", said, " ".join(filter(None, details)))
    )


def document_of(one: CaseMoment) -> dict[str, object]:
    return {
        "id": one.entry_id,
        "at": one.at.isoformat(),
        "kind": one.kind,
        "way": one.way,
        "who": one.who,
        "desk": one.desk,
        "codes": dict(one.codes),
        "supersedes": one.supersedes,
        "corrected_by": one.corrected_by,
    }


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
        yield "exercise", "nobody told it: see Exercises in the console"
    yield "urgency", Urgency(tip.urgency).label
    ended = f" {shown(tip.closed_at)}, {tip.outcome or 'no outcome'}" if tip.closed_at else ""
    yield "state", f"{one.stage}{ended}{', RED' if one.is_red else ''}"
    yield "held by", holder(one)
    yield "persons", persons(one)
    yield "clocks", ", ".join(clocks(one)) or "none runs"
    if sheet.links:
        yield "linked to", ", ".join(f"T{other.tip_id} ({other.why})" for other in sheet.links)


@click.group()
def cases() -> None:
    """How each case stands, and what happened to it."""


@cases.command("log")
@click.argument("name", metavar="REF")
@language_option
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def log(name: str, language: str, as_json: bool) -> None:
    """Print the line of time of one case, the first first: REF is a reference, or a tip's id.

    An entry that was corrected stays, and says by which; nothing here says what was answered of a person.
    """
    with console_kit() as kit:
        tip_id, moments = line_of_time.by_name(kit, name.upper())
        lines = [line_of(kit, one, language) for one in moments]
    if as_json:
        entries = [document_of(one) for one in moments]
        click.echo(json.dumps({"tip": tip_id, "entries": entries}, indent=2))
        return
    click.echo(f"tip {tip_id}")
    for line in lines:
        click.echo(line)


cases.add_command(list_)
cases.add_command(show)
