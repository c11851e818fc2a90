"""`hotline words`: the catalogues of what the code itself says, kept in step with `domain.wording`."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import click
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from hotline.adapters.catalogues import LOCALES, catalogue_path
from hotline.domain import wording
from hotline.domain.wording import Template
from hotline.text.gsm7 import strangers, substitute
from hotline.text.languages import CODES
from hotline.text.segments import segments

LONGEST = {
    "ref": "K7Q4AC",
    "place": "Nyamasheke place",
    "code": "*384*77777*90#",
    "name": "a page of the runbook",
    "time": "24/11 14:05",
}
"""Values at their longest, to see what an SMS can cost."""
SOURCE = "en"
"""Its catalogue is the English itself."""

locales_option = click.option(
    "--locales",
    type=click.Path(file_okay=False, path_type=Path),
    default=LOCALES,
    show_default="the project's own",
    help="The folder of the catalogues.",
)


@click.group()
def words() -> None:
    """The words the code itself says, in every language."""


@words.command()
@locales_option
def extract(locales: Path) -> None:
    """Write messages.pot anew from the code, where it has changed."""
    if not _stale(locales):
        click.echo("messages.pot is up to date")
        return
    _write(_pot_path(locales), gathered())
    click.echo(f"messages.pot: {len(Template)} phrases")


@words.command()
@locales_option
def update(locales: Path) -> None:
    """Bring every language's catalogue in step with the code: new phrases empty, old ones out."""
    if _stale(locales):
        _write(_pot_path(locales), gathered())
    for language in CODES:
        path = catalogue_path(locales, language)
        before = _read(path) if path.exists() else None
        catalogue = before or _blank(language)
        known = _phrases(catalogue)
        catalogue.update(gathered(), no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        if language == SOURCE:
            for message in catalogue:
                message.string = message.id or message.string
        if before is None or _phrases(catalogue) != known:
            _write(path, catalogue)
        empty = sum(not text for text in _phrases(catalogue).values())
        click.echo(f"{language}: {len(Template) - empty} of {len(Template)} phrases")


@words.command()
@locales_option
def check(locales: Path) -> None:
    """Fail where a catalogue is stale, has a gap, or says what a handset cannot show."""
    problems = list(faults(locales))
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"{len(Template)} phrases in {len(CODES)} languages: all well")


def faults(locales: Path) -> Iterator[str]:
    """Everything that is wrong, one line each."""
    if _stale(locales):
        yield "messages.pot is stale: hotline words extract"
    for language in CODES:
        path = catalogue_path(locales, language)
        if not path.exists():
            yield f"{language}: no catalogue: hotline words update"
            continue
        catalogue = _read(path)
        for phrase in sorted(
            _phrases(catalogue).keys() - {template.value for template in Template}
        ):
            yield f"{language}: nobody says this any more: {phrase}"
        for template in Template:
            for fault in _faults_of(catalogue, template, language):
                yield f"{language}: {template.name}: {fault}"


def _faults_of(catalogue: Catalog, template: Template, language: str) -> Iterator[str]:
    message = catalogue.get(template.value)
    text = _phrases(catalogue).get(template, "")
    if not text:
        yield "missing"
        return
    if message and message.fuzzy:
        yield "fuzzy: read it again and take the mark away"
    if language == SOURCE and text != template.value:
        yield "differs from the code, which is the English"
    if _placeholders(text) != _placeholders(template.value):
        yield f"needs exactly these placeholders: {', '.join(sorted(_placeholders(template)))}"
        return
    for letter in strangers(text):
        yield f"U+{ord(letter):04X} {letter} is not on a basic phone: write {substitute(letter)}"
    if segments(text.format_map(LONGEST)) > 1:
        yield "longer than one SMS"


def gathered() -> Catalog:
    """The table of the code as a catalogue, with its comments for whoever translates."""
    catalogue = _blank(None)
    notes = _notes()
    for template in Template:
        note = notes.get(template.name)
        catalogue.add(template.value, auto_comments=[note] if note else [])
    return catalogue


def _blank(language: str | None) -> Catalog:
    review = "" if language is None else "\n# Review: draft. Say here who has read it, and when."
    return Catalog(
        locale=language,
        header_comment="# The words that the code itself says to a handset: hotline/domain/wording.py."
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
    """The docstring under each member, by its name."""
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


def _stale(locales: Path) -> bool:
    path = _pot_path(locales)
    if not path.exists():
        return True
    return _signature(_read(path)) != _signature(gathered())


def _signature(catalogue: Catalog) -> list[tuple[str, str]]:
    return [(str(m.id), " ".join(m.auto_comments)) for m in catalogue if m.id]


def _phrases(catalogue: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string or "") for message in catalogue if message.id}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _pot_path(locales: Path) -> Path:
    return locales / "messages.pot"


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100)
