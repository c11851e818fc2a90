"""`hotline evidence`: what the figures of the line are, and what they leave out."""

import json
from collections.abc import Iterator, Sequence

import click

from hotline.cli.evidence import exporting, published
from hotline.cli.evidence.codes import codes
from hotline.cli.evidence.report import report
from hotline.cli.evidence.results import results
from hotline.domain.evidence.dictionary import DICTIONARY, NEVER_COUNTED, REVIEW, FigureEntry, Said
from hotline.domain.evidence.exporting.export_sheets import as_csv
from hotline.domain.evidence.telling import dictionary_table
from hotline.text.languages import CODES


@click.group()
def evidence() -> None:
    """What the figures of the line are, and what they leave out."""


@evidence.command()
@click.option("--language", type=click.Choice(CODES), help="Without it: English; with --json all.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.option("--csv", "as_sheet", is_flag=True, help="As a table: a row a figure.")
def dictionary(language: str | None, as_json: bool, as_sheet: bool) -> None:
    """Print each figure with one sentence, its unit, what it counts, of what it is a part, and what it leaves out.

    A name that ends in `_...` is of several figures: `refused_...` of `refused_no_room`.
    """
    if as_json and as_sheet:
        raise click.UsageError("choose --json or --csv")
    if as_json:
        document = _document([language] if language else CODES)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    said_in = language or "en"
    if as_sheet:
        rows = dictionary_table.rows(DICTIONARY, said_in)
        click.echo(as_csv(dictionary_table.head(said_in), rows).decode(), nl=False)
    else:
        for entry in DICTIONARY:
            click.echo("\n".join(_lines(entry, said_in)))
        click.echo(dictionary_table.never(said_in))
    if REVIEW[said_in]:
        click.echo(f"The words in {said_in} are a {REVIEW[said_in]}.", err=True)


def _document(languages: Sequence[str]) -> dict[str, object]:
    def within(said: Said) -> Said:
        return {code: said[code] for code in languages}

    figures = [
        {
            "name": entry.name,
            "is_family": entry.is_family,
            "says": within(entry.says),
            "unit": within(entry.units),
            "numerator": within(entry.numerator),
            "denominator": entry.denominator,
            "part_of": within(entry.part_of),
            "leaves_out": within(entry.leaves_out),
        }
        for entry in DICTIONARY
    ]
    return {
        "never_counted": within(NEVER_COUNTED),
        "review": within(REVIEW),
        "figures": figures,
    }


def _lines(entry: FigureEntry, language: str) -> Iterator[str]:
    told = dictionary_table.told(entry, language)
    _, _, _, _, counts, of, leaves_out = dictionary_table.head(language)
    yield f"{told.name} ({told.unit})"
    yield f"  {told.says}"
    yield f"  {counts.lower()}: {told.numerator}"
    if told.denominator:
        yield f"  {of.lower()}: {told.denominator}"
    yield f"  {leaves_out.lower()}: {told.leaves_out}"


evidence.add_command(codes)
evidence.add_command(published.periods)
evidence.add_command(published.show)
evidence.add_command(report)
evidence.add_command(exporting.export)
evidence.add_command(exporting.glotip)
evidence.add_command(results)
