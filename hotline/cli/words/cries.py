"""`hotline words cries`: how well the words for a cry by SMS hear the tables of the project's own tests."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from hotline.domain.sms.hearing import Comes, CryFigures, HeardRow, figures
from hotline.environment import CHECKOUT
from hotline.text.languages import CODES

TABLES = CHECKOUT / "tests" / "domain"
ALL = "all"
ASIDE = "_aside"
"""The tables that nobody looks at while words are chosen end so."""
FORMS = "_forms"
"""Tables of one kind of words in many persons and tenses end so: hurt, dying, dead, killed, taken away, papers."""
TABLE_ENDS = (("seen", ""), ("aside", ASIDE), ("forms", FORMS))


@click.command()
@click.option(
    "--tables",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=TABLES,
    show_default="the project's own",
    help="A folder with cries.csv and harmless.csv, and the same with _aside and _forms.",
)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def cries(tables: Path, as_json: bool) -> None:
    """Say how many cries for help by SMS are heard, and how many harmless messages wake somebody.

    Fails where fewer than 95 of 100 cries are heard rightly, one is dropped, or more than 5 of 100 harmless ones are
    called urgent. The tables that are kept aside were written before the words, and were not looked at for them.
    Those of forms hold verbs in many persons and tenses.
    """
    found = {name: _figures(read(tables, end)) for name, end in TABLE_ENDS}
    if as_json:
        rows = {name: [asdict(one) for one in each] for name, each in found.items()}
        click.echo(json.dumps(rows, indent=2))
    else:
        for name, each in found.items():
            for one in each:
                click.echo(f"{name:5}  {_sentence(one)}")
    if not all(one.good for each in found.values() for one in each):
        raise SystemExit(1)


def read(tables: Path, end: str = "") -> Sequence[HeardRow]:
    """The cries and the harmless messages of a pair of tables."""
    return (*_rows(tables / f"cries{end}.csv"), *_rows(tables / f"harmless{end}.csv"))


def _rows(path: Path) -> Iterator[HeardRow]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            must = row.get("must")
            yield HeardRow(row["language"], row["text"], Comes(must) if must else None)


def _figures(rows: Sequence[HeardRow]) -> Sequence[CryFigures]:
    each = [figures(code, (row for row in rows if row.language == code)) for code in CODES]
    return (*each, figures(ALL, rows))


def _sentence(one: CryFigures) -> str:
    return (
        f"{one.language:3}  {one.right} of {one.cries} cries heard rightly ({_share(one.right, one.cries)}),"
        f" {one.dropped} dropped; {one.alarms} of {one.harmless} harmless called urgent"
        f" ({_share(one.alarms, one.harmless)})"
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
