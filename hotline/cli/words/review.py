"""`hotline words review`: every text for those who grew up with its language, out as a sheet and back in."""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hotline.adapters import sheet_reading, spreadsheet
from hotline.adapters.catalogues import LOCALES, catalogue_path
from hotline.cli.words import console_catalogue
from hotline.cli.words.catalogue import SOURCE, faults_of, phrases, read, write
from hotline.cli.words.flows import folder_option
from hotline.domain.flows import sheet
from hotline.domain.flows.glossary import doubts
from hotline.domain.flows.review import (
    CONSOLE,
    ENGINE,
    PHRASES,
    ReviewedText,
    Signature,
    readers,
    state_of,
    texts_of,
)
from hotline.domain.flows.sheet import SheetRow
from hotline.domain.wording import Template
from hotline.engine import words as engine_words
from hotline.engine.check.sizes.lengths import left
from hotline.engine.document import document as documents
from hotline.engine.flow import Book
from hotline.engine.run import Place
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.environment import CHECKOUT
from hotline.services.flows import reviewing
from hotline.services.flows.authoring import read_folder
from hotline.services.flows.phrasing import LONGEST
from hotline.services.flows.places import place_lists
from hotline.services.words import reading_aids
from hotline.text.gsm7 import septets
from hotline.text.languages import CODES, FIRST

WORKBOOK = ".xlsx"
SCREEN = "-"


def save(file: Path, rows: Sequence[Mapping[str, str]], language: str) -> None:
    """Raises ClickException where the file cannot be written."""
    if str(file) == SCREEN:
        click.echo(sheet.write(rows), nl=False)
        return
    if file.suffix.casefold() == WORKBOOK:
        written = spreadsheet.write(
            sheet.table(rows),
            widths=sheet.WIDTHS,
            writable=(language, "agreed"),
            choices={"agreed": "yes"},
        )
    else:
        written = sheet.write(rows).encode("utf-8-sig")
    try:
        file.write_bytes(written)
    except OSError as broken:
        raise click.ClickException(f"{file}: {broken.strerror}") from None


def load(file: Path, language: str) -> Sequence[SheetRow]:
    """Raises ImportRefused, and ClickException where it cannot be read."""
    try:
        raw = sys.stdin.buffer.read() if str(file) == SCREEN else file.read_bytes()
    except OSError as broken:
        raise click.ClickException(f"{file}: {broken.strerror}") from None
    if raw.startswith(sheet_reading.BEGINS):
        return sheet.rows_of(sheet_reading.read(raw), language)
    try:
        return sheet.read(raw.decode("utf-8-sig"), language)
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: not UTF-8: save it as .xlsx or CSV UTF-8") from None


GLOSSARY = CHECKOUT / "docs" / "glossary.md"
SEGMENT = 160

locales_option = click.option(
    "--locales",
    type=click.Path(file_okay=False, path_type=Path),
    default=LOCALES,
    show_default="the project's own",
    help="The folder of the catalogues.",
)
language_option = click.option(
    "--language",
    type=click.Choice(CODES),
    default=FIRST,
    show_default=True,
    help="Which to review.",
)
file_argument = click.argument(
    "file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path)
)


@click.group()
def review() -> None:
    """What native readers have read, and the sheet on which they do."""


@review.command("list")
@folder_option
@locales_option
@language_option
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def listed(folder: Path, locales: Path, language: str, as_json: bool) -> None:
    """Every text with its state: draft, read by one, reviewed, or stale since it changed."""
    signatures = reviewing.read_signatures(folder)
    rows = [
        {
            "place": text.place,
            "state": state_of(text, language, signatures).value,
            "words": text.words.get(language, ""),
            "by": [{"name": s.by, "on": str(s.on)} for s in readers(text, language, signatures)],
        }
        for text in _texts(read_folder(folder), locales).values()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['state']:9} {row['place']}")
    counted = Counter(str(row["state"]) for row in rows)
    click.echo(", ".join(f"{many} {state}" for state, many in sorted(counted.items())))


@review.command()
@file_argument
@folder_option
@locales_option
@language_option
def export(file: Path, folder: Path, locales: Path, language: str) -> None:
    """Write a sheet to FILE (.xlsx, else CSV; - is the screen), for somebody who grew up with the language."""
    document = read_folder(folder)
    texts, signatures = _texts(document, locales), reviewing.read_signatures(folder)
    rows = _sheet(document, texts, language, signatures, reading_aids.read_questions(folder))
    save(file, rows, language)
    told = f"{len(rows)} texts. Change the column {language}, write yes into `agreed`."
    click.echo(f"{file}: {told}", err=str(file) == SCREEN)


@review.command("import")
@file_argument
@click.option("--reader", required=True, help="The name of whoever read and agreed.")
@folder_option
@locales_option
@language_option
def taken(file: Path, reader: str, folder: Path, locales: Path, language: str) -> None:
    """Take the agreed rows of FILE, and refuse by name what is stale or cannot be shown. Ends with 1 where any was."""
    reader = " ".join(reader.split())
    if not reader:
        raise click.BadParameter("needs a name", param_hint="--reader")
    rows = load(file, language)
    document = read_folder(folder)
    texts = _texts(document, locales)
    judge = reviewing.judge(document, language)

    def faults(new: Mapping[str, ReviewedText]) -> Mapping[str, str]:
        unfit = _unfit_phrases(new, locales, document, language)
        of_pages = dict(console_catalogue.unfit(new, language))
        return {**judge(new), **unfit, **of_pages, **_ours(new, texts, language)}

    done = reviewing.weigh(rows, texts, language, faults)
    for line in done.refused:
        click.echo(line, err=True)
    if done.accepted:
        today = datetime.now(UTC).date()
        for path in reviewing.write(folder, done, language, reader, today):
            click.echo(path)
        _write_phrases(done, locales, language)
        changed = [text for text in done.accepted if text.place in done.changed]
        for path in console_catalogue.take(locales, language, changed):
            click.echo(path)
    click.echo(
        f"{len(done.accepted)} taken, {len(done.changed)} of them with new words, "
        f"{len(done.refused)} refused, {done.waiting} not agreed yet"
    )
    sys.exit(1 if done.refused else 0)


def _texts(document: Mapping[str, Any], locales: Path) -> Mapping[str, ReviewedText]:
    """Every text by its place: the flows', the phrases of the code, the engine's own words, then the console's."""
    found = {text.place: text for text in texts_of(document["flows"])}
    said = {code: phrases(read(catalogue_path(locales, code))) for code in CODES}
    for template in Template:
        words = {code: said[code].get(template, "") for code in CODES} | {SOURCE: template.value}
        place = f"{PHRASES}.{template.name}"
        found[place] = ReviewedText(place, words)
    for name, said_by_engine in engine_words.every().items():
        place = f"{ENGINE}.{name}"
        found[place] = ReviewedText(place, said_by_engine)
    return found | {text.place: text for text in console_catalogue.texts(locales)}


def _sheet(
    document: Mapping[str, Any],
    texts: Mapping[str, ReviewedText],
    language: str,
    signatures: tuple[Signature, ...],
    questions: Mapping[tuple[str, str], str],
) -> list[dict[str, str]]:
    book = documents.bind(documents.read(document), place_lists())
    unsure = list(doubts(GLOSSARY.read_text(encoding="utf-8"))) if GLOSSARY.exists() else []
    return [
        {
            "place": text.place,
            **{code: text.words.get(code, "") for code in CODES},
            "letters left": str(_left(book, text, language)),
            "doubts": "; ".join(str(d) for d in unsure if d.stands_in(text.words.get(FIRST, ""))),
            "question": questions.get((text.place, language), ""),
            "state": state_of(text, language, signatures).value,
            "agreed": "",
            "digest": text.digest(language),
        }
        for text in texts.values()
    ]


def _left(book: Book, text: ReviewedText, language: str) -> int:
    flow, node, *_ = text.place.split(".")
    if flow in (ENGINE, CONSOLE):
        return 0
    if flow == PHRASES:
        return SEGMENT - septets(text.words.get(language, "").format_map(LONGEST))
    return left(book, Place(flow, node), language, DEFAULT_LIMIT) or 0


def _unfit_phrases(
    texts: Mapping[str, ReviewedText], locales: Path, document: Mapping[str, Any], language: str
) -> Mapping[str, str]:
    numbers = documents.bind(documents.read(document), place_lists()).numbers
    catalogue = read(catalogue_path(locales, language))
    found: dict[str, str] = {}
    for template in Template:
        place = f"{PHRASES}.{template.name}"
        message = catalogue.get(template.value)
        if place in texts and message is not None:
            message.string = texts[place].words[language]
            for fault in faults_of(catalogue, template, language, numbers):
                found.setdefault(place, fault)
    return found


def _ours(
    texts: Mapping[str, ReviewedText], before: Mapping[str, ReviewedText], language: str
) -> Mapping[str, str]:
    """A word that stands on every screen is not changed by a sheet: room for it is held back, and screens move."""
    return {
        place: f"{text.words[language]!r} is for the programmer: engine/words.py, then export anew"
        for place, text in texts.items()
        if place.startswith(f"{ENGINE}.") and text != before[place]
    }


def _write_phrases(done: reviewing.ReviewTaken, locales: Path, language: str) -> None:
    path = catalogue_path(locales, language)
    catalogue = read(path)
    changed = {text.place: text for text in done.accepted if text.place in done.changed}
    for template in Template:
        message = catalogue.get(template.value)
        text = changed.get(f"{PHRASES}.{template.name}")
        if text is not None and message is not None:
            message.string = text.words[language]
    if any(place.startswith(f"{PHRASES}.") for place in changed):
        write(path, catalogue)
        click.echo(path)
