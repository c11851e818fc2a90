"""`hotline evidence`: what the figures of the line are, and what they leave out."""

import json
from collections.abc import Iterator
from dataclasses import asdict

import click

from hotline.cli.evidence import exporting, published
from hotline.cli.evidence.codes import codes
from hotline.cli.evidence.report import report
from hotline.cli.evidence.results import results
from hotline.domain.evidence.dictionary import DICTIONARY, NEVER_COUNTED, REVIEW, FigureEntry
from hotline.text.languages import CODES


@click.group()
def evidence() -> None:
    """What the figures of the line are, and what they leave out."""


@evidence.command()
@click.option("--language", type=click.Choice(CODES), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="All languages, for a program to read.")
def dictionary(language: str, as_json: bool) -> None:
    """Print each figure with one sentence, its unit, what it is a part of, and what it leaves out.

    A name that ends in `_...` is of several figures: `refused_...` of `refused_no_room`.
    """
    if as_json:
        document = {
            "never_counted": NEVER_COUNTED,
            "review": REVIEW,
            "figures": [asdict(entry) for entry in DICTIONARY],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for entry in DICTIONARY:
        click.echo("\n".join(_lines(entry, language)))
    click.echo(f"Never counted: {NEVER_COUNTED}")
    if REVIEW[language]:
        click.echo(f"The sentences in {language} are a {REVIEW[language]}.", err=True)


def _lines(entry: FigureEntry, language: str) -> Iterator[str]:
    name = f"{entry.name}_..." if entry.is_family else entry.name
    yield f"{name} ({entry.unit})"
    yield f"  {entry.says[language]}"
    part = f", of {entry.denominator}" if entry.denominator else ""
    yield f"  counts: {entry.numerator}{part}"
    yield f"  leaves out: {entry.leaves_out}"


evidence.add_command(codes)
evidence.add_command(published.periods)
evidence.add_command(published.show)
evidence.add_command(report)
evidence.add_command(exporting.export)
evidence.add_command(exporting.glotip)
evidence.add_command(results)
