"""Runs `hotline texts check`, which compares the catalogues of the code's own texts with `core.wording`."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from hotline.cli import console_catalogue
from hotline.cli.flows import FLOWS
from hotline.core import wording
from hotline.core.catalogues import LOCALES, catalogue_path
from hotline.core.wording import Template
from hotline.editing import service_publishing, service_reviews
from hotline.flows import document as documents
from hotline.flows.numbers import Number
from hotline.flows.service_authoring import read_folder
from hotline.flows.service_check import place_lists
from hotline.text.languages import CODES

SOURCE = "en"
"""The language in which texts are written in the code."""


@click.command()
@click.option(
    "--locales",
    type=click.Path(file_okay=False, path_type=Path),
    show_default="the project's own",
    help="Folder with the translated texts.",
)
def check(locales: Path | None) -> None:
    """Check the catalogues, and fail if one is outdated, has a gap, or has a text that no handset shows.

    Example: hotline texts check
    """
    problems = list(faults(locales or LOCALES))
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"{len(Template)} phrases in {len(CODES)} languages: all well")


def faults(locales: Path, folder: Path = FLOWS) -> Iterator[str]:
    """Yields one line for each fault. A text may contain the phone numbers of the flows in `folder`."""
    document = read_folder(folder)
    numbers = documents.bind_lists(documents.read(document), place_lists()).numbers
    yield from service_reviews.overstated_files(document, service_reviews.read_signatures(folder))
    yield from console_catalogue.faults(locales)
    for language in CODES:
        path = catalogue_path(locales, language)
        if not path.exists():
            yield f"{language}: no catalogue: python tools/update_texts.py"
            continue
        catalogue = read(path)
        for phrase in sorted(phrases(catalogue).keys() - {template.value for template in Template}):
            yield f"{language}: the code has no such text any more: {phrase}"
        for template in Template:
            for fault in faults_of(catalogue, template, language, numbers):
                yield f"{language}: {template.name}: {fault}"


def gathered() -> Catalog:
    """Returns the texts of the code as a catalogue, with comments for translators."""
    catalogue = empty_catalogue(None)
    notes = _notes()
    for template in Template:
        note = notes.get(template.name)
        catalogue.add(template.value, auto_comments=[note] if note else [])
    return catalogue


def empty_catalogue(language: str | None) -> Catalog:
    review = "" if language is None else "\n# Review: draft. Say here who has read it, and when."
    return Catalog(
        locale=language,
        header_comment="# The words that the code itself says to a handset: hotline/core/wording.py."
        + review,
        project="hotline",
        version="1",
        msgid_bugs_address=" ",
        last_translator="",
        language_team="",
        charset="utf-8",
        fuzzy=False,
    )


def _notes() -> dict[str, str]:
    """Returns the docstring below each member, by the member's name."""
    body = ast.parse(inspect.getsource(wording.Template)).body[0]
    assert isinstance(body, ast.ClassDef)
    notes = {}
    for member, below in zip(body.body, body.body[1:], strict=False):
        match member, below:
            case (
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(note))),
            ):
                notes[name] = " ".join(note.split())
    return notes


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100)


def phrases(catalogue: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string or "") for message in catalogue if message.id}


def faults_of(
    catalogue: Catalog, template: Template, language: str, numbers: Mapping[str, Number]
) -> Iterator[str]:
    """Yields the faults of one phrase."""
    message = catalogue.get(template.value)
    text = phrases(catalogue).get(template, "")
    if not text:
        yield "missing"
        return
    if message and message.fuzzy:
        yield "fuzzy: read it again and take the mark away"
    if language == SOURCE and text != template.value:
        yield "differs from the code, which is the English"
    yield from map(str, service_publishing.phrase_faults(template, language, text, numbers))
