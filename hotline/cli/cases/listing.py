"""`hotline cases list`: open and lately closed cases, a page at a time."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.row_ids import CASE_ID
from hotline.cli.tips.desk import desk_code
from hotline.domain.places.places import place_name, place_within
from hotline.domain.tip import Urgency
from hotline.services.cases import case_list
from hotline.services.cases.case_list import ListedCase
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
