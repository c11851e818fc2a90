"""Runs `hotline texts check`, which checks that the catalogues contain a translation of every text.

Also updates the catalogues: `messages.po` with the texts in `core.wording`, and `console.po` with the texts that the
module collects from the console's templates and code. The files have no dates and no places of the texts in the code.
So two people who add texts rarely change the same lines.
"""

import ast
import inspect
import io
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import NamedTuple

import click
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from hotline.alerts.rules_follow_up import FOLLOWS
from hotline.alerts.rules_replies import REPLIES
from hotline.cli.flows import FLOWS
from hotline.console import routes
from hotline.core import wording
from hotline.core.actors import ROLES, AccountState
from hotline.core.catalogues import CONSOLE, LOCALES, catalogue_path, read_catalogue
from hotline.core.environment import CHECKOUT
from hotline.core.wording import Template
from hotline.duty.service_people_list import PersonState
from hotline.editing import service_reviews
from hotline.editing.service_publishing import phrase_faults, placeholders
from hotline.editing.service_review_document import TextRefusal
from hotline.flows import document as documents
from hotline.flows.check import RULES
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
"""Maps the names of further functions that take a phrase to the position of the phrase among their arguments."""
REFUSALS = ("NumberInvalid", "PersonnelRefused", "Undecided")
"""The errors whose text a page shows to the person who posted a form."""
SAYS_OTHERWISE = ("service_backup", "service_restore")
"""Modules in which the function `say` reports a command's progress, so its argument is not a phrase of the console."""
KEYWORDS = dict.fromkeys(WORDS + REFUSALS) | CODE_WORDS
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "extensions": "jinja2.ext.do"}
HEADER = """\
# {about}
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
    """Returns every text that a page may show."""
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
        text = message[0] if isinstance(message, tuple) else message
        if isinstance(text, str) and text:
            yield text


def _of_tables() -> Iterator[str]:
    """Yields the phrases that the console's pages take from tables of other packages."""
    for table in tomllib.loads((PAGES / "words.toml").read_text("utf-8")).values():
        yield from (entry if isinstance(entry, str) else entry[0] for entry in table.values())
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


def _notes() -> dict[str, str]:
    """Returns the text of each template, with the docstring below the template as a comment for translators."""
    body = ast.parse(inspect.getsource(wording.Template)).body[0]
    assert isinstance(body, ast.ClassDef)
    notes = {template.value: "" for template in Template}
    for member, below in pairwise(body.body):
        match member, below:
            case (
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(note))),
            ):
                notes[Template[name].value] = " ".join(note.split())
    return notes


class CatalogueFile(NamedTuple):
    """One of the two files of texts that each language has."""

    name: str
    about: str
    """The first comment in a new file."""
    gather: Callable[[], Mapping[str, str]]
    """Returns every English text of the file, with its comment for translators."""

    def known(self, locales: Path, language: str) -> Mapping[str, str]:
        """Returns the translations in the file. The result is empty if the file does not exist."""
        path = catalogue_path(locales, language, self.name)
        return read_catalogue(path) if path.exists() else {}

    def write(self, locales: Path, language: str) -> str:
        """Adds new texts without translation, and removes old texts. Returns one line for the person who waits."""
        path, texts = catalogue_path(locales, language, self.name), self.known(locales, language)
        notes, catalogue = self.gather(), Catalog(locale=language, fuzzy=False)
        for text, note in notes.items():
            translation = text if language == SOURCE else texts.get(text, "")
            catalogue.add(text, translation, auto_comments=[note] if note else [])
        written = io.BytesIO()
        write_po(written, catalogue, width=0, omit_header=True)
        review = REVIEW.get(language, DRAFT)
        head = HEADER.format(about=self.about, review=review, language=language)
        if path.exists():
            head, blank, _ = path.read_text(encoding="utf-8").partition("\n\n")
            head += blank
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(head.encode() + written.getvalue())
        count = len(notes if language == SOURCE else notes.keys() & texts.keys())
        return f"{language}: {count} of {len(notes)} texts in {path.name}"


FILES = (
    CatalogueFile("messages", "Texts of phones: hotline/core/wording.py.", _notes),
    CatalogueFile(
        CONSOLE,
        "Texts of the console: `hotline/console` and the pages of each area.",
        lambda: dict.fromkeys(sorted(gathered()), ""),
    ),
)


def update(locales: Path) -> Iterator[str]:
    """Updates both files of every language. Yields one line of output for each file."""
    for file in FILES:
        yield from (file.write(locales, language) for language in CODES)


def faults(locales: Path, folder: Path = FLOWS) -> Iterator[str]:
    """Yields one line for each fault in the translations. A text of a phone may contain only the phone numbers of the
    flows in `folder`."""
    document = read_folder(folder)
    numbers = documents.bind_lists(documents.read(document), place_lists()).numbers
    yield from service_reviews.overstated_files(document, service_reviews.read_signatures(folder))
    for file, language in product(FILES, CODES):
        notes, texts = file.gather(), file.known(locales, language)
        place = f"{language}/{file.name}.po"
        yield from (f"{place}: not translated: {text}" for text in notes if text not in texts)
        for text, translation in texts.items():
            if text not in notes:
                yield f"{place}: no longer in the code: {text}"
            elif language == SOURCE and text != translation:
                yield f"{place}: differs from the code, which is the English: {text}"
            elif file.name == CONSOLE and placeholders(text) != placeholders(translation):
                yield f"{place}: needs exactly the placeholders of its English: {text}"
            elif file.name != CONSOLE:
                found = phrase_faults(Template(text), language, translation, numbers)
                yield from (f"{place}: {fault}: {text}" for fault in found)


@click.command()
def check() -> None:
    """Check the catalogues, and fail if a catalogue is outdated, lacks a text, or has a text that no handset shows.

    Example: hotline texts check
    """
    problems = list(faults(LOCALES))
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"{len(Template)} phrases in {len(CODES)} languages: all well")
