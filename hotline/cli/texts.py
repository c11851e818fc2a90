"""Runs `hotline texts check`, which checks that the catalogues contain a translation of every text in `core.wording`.

Also maintains `console.po`, the catalogue of the console's phrases. The module collects the phrases from templates
and code, and checks them. The file has one phrase on each line, sorted by English text, without dates and without the
places of the phrases in the code. So two people who add phrases rarely change the same lines.
"""

import ast
import inspect
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from hotline.alerts.rules_follow_up import FOLLOWS
from hotline.alerts.rules_replies import REPLIES
from hotline.cli.flows import FLOWS
from hotline.console import routes
from hotline.core import wording
from hotline.core.actors import ROLES, AccountState
from hotline.core.catalogues import CONSOLE, LOCALES, catalogue_path, load_console_words
from hotline.core.environment import CHECKOUT
from hotline.core.wording import Template
from hotline.duty.service_people_list import PersonState
from hotline.editing import service_publishing, service_reviews
from hotline.editing.service_publishing import placeholders
from hotline.editing.service_review_document import TextRefusal
from hotline.flows import document as documents
from hotline.flows.check import RULES
from hotline.flows.flow import Number
from hotline.flows.service_authoring import read_folder
from hotline.flows.service_check import place_lists
from hotline.people import rules_audit
from hotline.people.rules import DeskKind, Level
from hotline.people.rules_accounts import AccountFault
from hotline.statistics import rules_definitions
from hotline.text.languages import CODES
from hotline.text.places import FORMS
from hotline.tips import rules, rules_persons
from hotline.tips.rules import OUTCOMES, Urgency

PACKAGE = CHECKOUT / "hotline"
PAGES = PACKAGE / "console"
SOURCE = "en"
"""The language in which phrases are written in the code."""
FAULTS = (AccountFault, TextRefusal)
WORDS = ("_", "say", "phrase", "invalid")
"""The names of functions whose argument is a phrase of the console, in templates and in code."""
CODE_WORDS = {"message_text": None, "wrong": (2,), "reason": (2,), "reason_of": (3,)}
"""The names of further functions in code that take a phrase, each with the position of this argument."""
REFUSALS = ("NumberInvalid", "PersonnelRefused", "Undecided")
"""The errors whose text a page shows to the person who posted a form."""
SAYS_OTHERWISE = ("service_backup", "service_restore")
"""Modules whose function `say` reports a command's progress and marks no phrase of the console."""
KEYWORDS = dict.fromkeys(WORDS + REFUSALS) | CODE_WORDS
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "extensions": "jinja2.ext.do"}
HEADER = """\
# What the console says: `hotline/console` and the pages of each area. `tools/update_texts.py` brings it in step.
# Review: {review}
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
REVIEW = {SOURCE: "it is the source."}
DRAFT = "draft. Say here who has read it, and when."


@cache
def gathered() -> frozenset[str]:
    """Returns every phrase that a page may show."""
    found: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.html")):
        with path.open("rb") as file:
            found.update(
                _phrases(message for _, _, message, _ in babel_extract(file, WORDS, (), OPTIONS))
            )
    for path in sorted(path for path in PACKAGE.rglob("*.py") if path.stem not in SAYS_OTHERWISE):
        with path.open("rb") as file:
            found.update(_phrases(entry[1] for entry in extract("python", file, KEYWORDS)))
    return frozenset(found | set(_of_tables()))


def _phrases(messages: Iterable[object]) -> Iterator[str]:
    for message in messages:
        one = message[0] if isinstance(message, tuple) else message
        if isinstance(one, str) and one:
            yield one


def _of_tables() -> Iterator[str]:
    """Yields the phrases that the console's pages take from tables of other packages."""
    for table in tomllib.loads((PAGES / "words.toml").read_text("utf-8")).values():
        yield from (one if isinstance(one, str) else one[0] for one in table.values())
    yield from (page.menu for page in routes.PAGES if page.menu)
    yield from (rule[part] for rule in RULES.values() for part in ("says", "fix"))
    yield from rules_audit.SENTENCES.values()
    yield from rules_audit.OUTCOMES.values()
    yield from rules_audit.PROCESSES.values()
    yield from rules_persons.english_texts()
    yield from rules_definitions.texts()
    yield from (reply.button for reply in REPLIES.values() if reply.button)
    yield from (words for role, row in ROLES.items() for words in (str(role), row.does))
    yield from (state.value for state in AccountState)
    yield from (each.value for words in (PersonState, Level, DeskKind) for each in words)
    yield from (*FORMS.values(), *(row.label for row in OUTCOMES.values()))
    yield from (each.label for each in Urgency)
    yield from (
        rules.SAID_OPENLY,
        rules.NOT_ASKED,
        rules.NOT_SURE,
        rules.MARK_NOT_ASKED,
        rules.MARK_NOT_SURE,
    )
    yield from (
        one for row in rules.VISIT_SAFETIES.values() for one in (row.sentence, row.mark) if one
    )
    yield from (words for row in FOLLOWS.values() for words in (row.owed, row.until))
    yield from (fault.value for faults in FAULTS for fault in faults)


def update(locales: Path) -> Iterator[str]:
    """Updates the catalogue of every language: adds new phrases without translation, and removes old phrases. Yields
    one line of output for each language."""
    wanted, known = gathered(), _known(locales)
    for language in CODES:
        _write(locales, language, known[language])
        there = len(wanted) if language == SOURCE else len(wanted & known[language].keys())
        yield f"{language}: {there} of {len(wanted)} phrases of the console"


def _write(locales: Path, language: str, words: Mapping[str, str]) -> Path:
    catalogue = Catalog(locale=language, fuzzy=False)
    for phrase in gathered():
        catalogue.add(phrase, phrase if language == SOURCE else words.get(phrase, ""))
    written = io.BytesIO()
    write_po(written, catalogue, width=0, omit_header=True, sort_output=True)
    head = HEADER.format(language=language, review=REVIEW.get(language, DRAFT))
    path = catalogue_path(locales, language, CONSOLE)
    path.write_bytes(head.encode() + written.getvalue())
    return path


def _known(locales: Path) -> Mapping[str, Mapping[str, str]]:
    if not all(catalogue_path(locales, language, CONSOLE).exists() for language in CODES):
        return {language: {} for language in CODES}
    return load_console_words(locales)


def faults(locales: Path) -> Iterator[str]:
    """Yields one line for each fault in the console's catalogues."""
    wanted, known = gathered(), _known(locales)
    for language in CODES:
        for phrase in sorted(wanted - known[language].keys()):
            yield f"{language}: the console has a text without translation: {phrase}"
        for phrase, words in sorted(known[language].items()):
            if phrase not in wanted:
                yield f"{language}: the console says no more: {phrase}"
            elif placeholders(phrase) != placeholders(words):
                yield f"{language}: needs exactly the placeholders of its English: {phrase}"


@click.command()
@click.option(
    "--locales",
    type=click.Path(file_okay=False, path_type=Path),
    show_default="the project's own",
    help="Folder with the translations of the texts that phones show.",
)
def check(locales: Path | None) -> None:
    """Check the catalogues, and fail if a catalogue is outdated, lacks a text, or has a text that no handset shows.

    Example: hotline texts check
    """
    problems = list(text_faults(locales or LOCALES))
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"{len(Template)} phrases in {len(CODES)} languages: all well")


def text_faults(locales: Path, folder: Path = FLOWS) -> Iterator[str]:
    """Yields one line for each fault in the translations of the texts that phones and the console show. A text of a
    phone may contain only the phone numbers of the flows in `folder`."""
    document = read_folder(folder)
    numbers = documents.bind_lists(documents.read(document), place_lists()).numbers
    yield from service_reviews.overstated_files(document, service_reviews.read_signatures(folder))
    yield from faults(locales)
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


def gathered_texts() -> Catalog:
    """Returns a catalogue of the texts in `core.wording`, with comments for translators."""
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
    """Returns the docstring below each member of the class `Template`, by the member's name."""
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
    """Yields the faults in the translation of one phrase."""
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
