"""`hotline evidence periods` and `show`: which figures are published, and the numbers themselves."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.tips.reader import language_option
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.dictionary import REVIEW, entry_of
from hotline.domain.evidence.edition import (
    Edition,
    FigureCell,
    PublishedFigures,
    Span,
    months_in,
    span_of,
)
from hotline.domain.evidence.exporting.data_package import period_said
from hotline.domain.evidence.screens.screen_figures import SCREEN
from hotline.domain.evidence.suppression import INSIDE, OUTSIDE, SIGN
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling.labels import value_label
from hotline.errors import NotFound
from hotline.services.evidence import editions
from hotline.services.people.personnel import shown

INVENTED = "INVENTED: nobody called, nobody was met. These figures are of a year that was made to be looked at."
LEAST = {Edition.INSIDE: INSIDE, Edition.OUTSIDE: OUTSIDE}
WIDEST = 6
"""More columns than that are lines."""
FIRST, COLUMN = 30, 14
edition_option = click.option(
    "--for",
    "edition",
    type=click.Choice([one.value for one in Edition]),
    default=Edition.INSIDE.value,
    show_default=True,
    help="Who reads it: those who work with the line, or everybody.",
)


def period_of(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """2026-11, 2026-Q4 or 2026; anything else is refused."""
    try:
        span_of(value)
    except ValueError as reason:
        raise click.BadParameter(str(reason)) from None
    return value


@click.command()
@edition_option
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def periods(edition: str, as_json: bool) -> None:
    """List the months, quarters and years of which figures are published, the newest first.

    A month is published 5 days after it ended, and once more, revised, 75 days after it; a quarter and a year when all
    their months are revised, and for everybody 90 days after they ended.
    """
    with console_kit() as kit:
        found = {span: editions.periods(kit, Edition(edition), span) for span in Span}
    if as_json:
        click.echo(json.dumps({"for": edition, **{f"{span}s": found[span] for span in Span}}))
        return
    for span, names in found.items():
        click.echo(f"{span}s: {', '.join(names) or 'none'}")


@click.command()
@click.argument("period", callback=period_of)
@edition_option
@click.option(
    "--version",
    type=click.Choice([one.value for one in MonthVersion]),
    help="Of a month: its first figures, or its revised ones. Without it: the newest.",
)
@click.option("--figure", help="One figure alone, by its name: `hotline evidence dictionary`.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def show(
    period: str, edition: str, version: str | None, figure: str | None, language: str, as_json: bool
) -> None:
    """Print what was published of PERIOD (2026-11, 2026-Q4 or 2026): a table a figure, and what each figure is.

    Figures are published once and never change: what is corrected later is in the revised month alone.
    """
    wanted = MonthVersion(version) if version else None
    with console_kit() as kit:
        found = editions.read(kit, period, Edition(edition), wanted)
    names = [one for one in found.figures() if figure in (None, one)]
    if not names:
        raise NotFound(f"{period}: nothing is published of the figure {figure}")
    if as_json:
        click.echo(json.dumps(document(found, names), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(lines(found, names, language)))


def document(found: PublishedFigures, names: Sequence[str]) -> dict[str, Any]:
    return {
        "period": found.period,
        "months": found.of_months or months_in(found.period),
        "for": found.edition,
        "version": found.version,
        "made_at": found.made_at.isoformat(timespec="seconds"),
        "made_by": found.made_by,
        "is_invented": found.is_invented,
        "hidden": SIGN,
        "cells": [
            {**asdict(one), "number": SIGN if one.number is None else one.number}
            for one in found.cells
            if one.figure in names
        ],
    }


def lines(found: PublishedFigures, names: Sequence[str], language: str) -> Iterator[str]:
    if found.is_invented:
        yield INVENTED
    yield f"{period_said(found)}, {found.edition}, {found.version}: published {shown(found.made_at)}"
    for name in names:
        yield ""
        yield from _figure(found, name, language, is_whole=len(names) == 1)
    yield ""
    yield (
        f"{SIGN} is kept back: fewer than {LEAST[found.edition]}, zero included, or it would give such a number away."
        " >= is so much at least, <= at most."
    )
    if REVIEW[language]:
        yield f"The words in {language} are a {REVIEW[language]}."


def _figure(found: PublishedFigures, name: str, language: str, *, is_whole: bool) -> Iterator[str]:
    """Screens have thousands of numbers: what they are by is printed where that figure alone is asked for."""
    entry = entry_of(name)
    yield f"{name} ({entry.units[language]})" if entry else name
    if entry:
        yield f"  {entry.says[language]}"
    cells = [one for one in found.cells if one.figure == name]
    if not is_whole:
        told = [one for one in cells if one.column == ALL or _by(one.row) != SCREEN]
        if len(told) < len(cells):
            cells = told
            yield f"  (by language, revision and week: --figure {name})"
    for by in dict.fromkeys(_by(one.row) for one in cells):
        yield from _table([one for one in cells if _by(one.row) == by], language)


def _table(cells: Sequence[FigureCell], language: str) -> Iterator[str]:
    """A grid, where it is narrow enough; else a line a number. What is hidden whole is one line."""
    if len(cells) > 1 and all(one.number is None for one in cells):
        by = _by(cells[0].row)
        name = ALL if by == ALL else f"each {by} by itself"
        yield f"  {name:{FIRST}}{SIGN:>{COLUMN}}"
        return
    columns = list(dict.fromkeys(one.column for one in cells))
    rows = list(dict.fromkeys(one.row for one in cells))
    if columns == [ALL] or len(rows) == 1 or len(columns) > WIDEST:
        for one in cells:
            names = [_label(name, language) for name in (one.row, one.column) if name != ALL]
            yield f"  {', '.join(names) or ALL:{FIRST}}{_said(one):>{COLUMN}}"
        return
    at = {(one.row, one.column): _said(one) for one in cells}
    head = [_label(column, language) for column in columns]
    widths = [max(COLUMN, len(one) + 2) for one in head]
    for first, told in (
        ("", head),
        *((_label(row, language), [at.get((row, one), "-") for one in columns]) for row in rows),
    ):
        numbers = (f"{one:>{width}}" for one, width in zip(told, widths, strict=True))
        yield f"  {first:{FIRST}}" + "".join(numbers)


def _said(cell: FigureCell) -> str:
    return SIGN if cell.number is None else f"{cell.bound}{cell.number}"


def _by(name: str) -> str:
    return name.partition(":")[0]


def _label(name: str, language: str) -> str:
    return f"{_by(name)} {value_label(name, language)}" if name != ALL else ALL
