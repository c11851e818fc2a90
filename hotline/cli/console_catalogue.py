"""Maintains `console.po`, the catalogue of the console's texts. Collects its phrases from templates and code, and
checks them.

The file has one phrase on each line, sorted by English text, without dates or places. So two people who add phrases
rarely change the same lines.
"""

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from hotline.alerts.rules_follow_up import FOLLOWS
from hotline.alerts.rules_replies import REPLIES
from hotline.core.actors import ROLES, AccountState
from hotline.core.catalogues import CONSOLE, catalogue_path, load_console_words
from hotline.core.environment import CHECKOUT
from hotline.duty.service_people_list import PersonState
from hotline.editing.service_numbers import NumberFault, ShortCodeFault
from hotline.editing.service_review_document import TextRefusal
from hotline.flows.check import RULES
from hotline.people import rules_audit
from hotline.people.rules import Level
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_desks import DeskKind
from hotline.statistics import rules_definitions
from hotline.text.codes import FORMS
from hotline.text.languages import CODES
from hotline.tips import rules_person_codes, rules_visit_safety
from hotline.tips.rules import OUTCOMES, Urgency

PACKAGE = CHECKOUT / "hotline"
PAGES = PACKAGE / "console"
SOURCE = "en"
"""The language in which phrases are written in the code."""
FAULTS = (AccountFault, TextRefusal, NumberFault, ShortCodeFault)
WORDS = ("_", "say", "phrase", "invalid")
"""Functions that mark a phrase in templates and in code."""
CODE_WORDS = {"message_text": None, "wrong": (2,), "reason": (2,), "reason_of": (3,)}
"""More functions that mark a phrase in code, each with the position of the argument that is the phrase."""
SAYS_OTHERWISE = ("service_backup", "service_restore")
"""Modules whose function `say` reports a command's progress and marks no phrase of the console."""
KEYWORDS = dict.fromkeys(WORDS) | CODE_WORDS
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
    """Yields the phrases that pages take from tables of other packages."""
    for table in tomllib.loads((PAGES / "words.toml").read_text("utf-8")).values():
        yield from (one if isinstance(one, str) else one[0] for one in table.values())
    rows = csv.DictReader((PAGES / "routes.csv").read_text("utf-8").splitlines())
    yield from (row["menu"] for row in rows if row["menu"])
    yield from (rule[part] for rule in RULES.values() for part in ("says", "fix"))
    yield from rules_audit.SENTENCES.values()
    yield from rules_audit.OUTCOMES.values()
    yield from rules_audit.PROCESSES.values()
    yield from rules_person_codes.english_texts()
    yield from rules_definitions.texts()
    yield from (reply.button for reply in REPLIES.values() if reply.button)
    yield from (words for role, row in ROLES.items() for words in (str(role), row.does))
    yield from (state.value for state in AccountState)
    yield from (each.value for words in (PersonState, Level, DeskKind) for each in words)
    yield from (*FORMS.values(), *(row.label for row in OUTCOMES.values()))
    yield from (each.label for each in Urgency)
    yield from (
        rules_visit_safety.SAID_OPENLY,
        rules_visit_safety.NOT_ASKED,
        rules_visit_safety.NOT_SURE,
        rules_visit_safety.MARK_NOT_ASKED,
        rules_visit_safety.MARK_NOT_SURE,
    )
    yield from (
        one
        for row in rules_visit_safety.VISIT_SAFETIES.values()
        for one in (row.sentence, row.mark)
        if one
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
    """Yields one line for each fault in the catalogues."""
    wanted, known = gathered(), _known(locales)
    for language in CODES:
        for phrase in sorted(wanted - known[language].keys()):
            yield f"{language}: the console has a text without translation: {phrase}"
        for phrase, words in sorted(known[language].items()):
            if phrase not in wanted:
                yield f"{language}: the console says no more: {phrase}"
            elif _placeholders(phrase) != _placeholders(words):
                yield f"{language}: needs exactly the placeholders of its English: {phrase}"


def _placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}
