"""Shows which of the texts that callers read are reviewed, for each text and language. Pure.

A reviewer signs a text together with its English text. If the reviewed text or its English text changes, the signature
is not valid any more. Kinyarwanda texts need two reviewers. Next to a text, a reviewer sees the doubtful glossary terms
that it contains, and questions that a careful reader wrote about the text. A term is doubtful if its Kinyarwanda
translation is unsure, or if no public source uses the translation.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from hotline.text.languages import CODES, FIRST

ENGLISH = "en"
NEEDED: Mapping[str, int] = {"rw": 2}
"""The number of people who must review a text, by language. A language that is not listed needs one person."""
PHRASES = "locales"
"""The first part of the place of a text that the code sends, such as an SMS. Such a text is in no flow."""
ENGINE = "engine"
"""The first part of the place of a text that the engine adds to screens. An example of a place is `engine.back`."""
CONSOLE = "console"
"""The first part of the place of a text on the console. No caller reads such a text."""


class ReviewState(StrEnum):
    """The state of review of a text in one language."""

    MISSING = "missing"
    """The text does not exist yet."""
    DRAFT = "draft"
    REVIEWED_ONCE = "read"
    """One person has signed the text, and one more person must sign it."""
    REVIEWED = "reviewed"
    STALE = "stale"
    """A reviewer signed the text, but the text has changed since then."""


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """One text in every language, and its place, such as `report.danger.menu.text`."""

    place: str
    words: Mapping[str, str]

    def digest(self, language: str) -> str:
        texts = self.words.get(language, ""), self.words.get(ENGLISH, "")
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]

    def saying(self, language: str, words: str) -> "ReviewedText":
        return ReviewedText(self.place, {**self.words, language: words})

    @property
    def in_flows(self) -> bool:
        """Returns True if the text comes from a flow file."""
        return self.place.partition(".")[0] not in (PHRASES, ENGINE, CONSOLE)


@dataclass(frozen=True, slots=True)
class Signature:
    place: str
    language: str
    digest: str
    by: str
    on: date


def texts_of(flows: Mapping[str, Any]) -> Iterator[ReviewedText]:
    """Yields every text of the flows in a document, in their order."""
    for name, flow in flows.items():
        for node, document in flow["nodes"].items():
            yield from _inside(f"{name}.{node}", document)


def _inside(place: str, value: Any) -> Iterator[ReviewedText]:
    if isinstance(value, list):
        value = {str(number): item for number, item in enumerate(value)}
    if not isinstance(value, Mapping):
        return
    if value and all(key in CODES for key in value):
        yield ReviewedText(place, {code: str(words).strip() for code, words in value.items()})
        return
    for key, item in value.items():
        if key not in ("review", "title", "description"):
            yield from _inside(f"{place}.{key}", item)


def valid_signatures(
    text: ReviewedText, language: str, signatures: Iterable[Signature]
) -> tuple[Signature, ...]:
    """Returns the signatures for exactly this text, in the given order. Only the first signature of each person
    counts."""
    digest = text.digest(language)
    matching = (
        s for s in signatures if (s.place, s.language, s.digest) == (text.place, language, digest)
    )
    found: dict[str, Signature] = {}
    for signature in matching:
        found.setdefault(signature.by.casefold(), signature)
    return tuple(found.values())


def state_of(text: ReviewedText, language: str, signatures: Iterable[Signature]) -> ReviewState:
    placed = [s for s in signatures if (s.place, s.language) == (text.place, language)]
    if not placed:
        return ReviewState.DRAFT
    by = valid_signatures(text, language, placed)
    if len(by) >= NEEDED.get(language, 1):
        return ReviewState.REVIEWED
    if by:
        return ReviewState.REVIEWED_ONCE
    return ReviewState.STALE


_ROW = re.compile(
    r"^\| (?P<en>[^|]+) \| (?P<fr>[^|]+) \| (?P<rw>[^|]+) \| (?P<sure>[ABC]) \|$", re.MULTILINE
)


class GlossaryTerm(NamedTuple):
    """One term of the glossary, in every language."""

    words: Mapping[str, str]
    sure: str
    """A means sure, B means fairly sure, and C means unsure."""

    @property
    def english(self) -> str:
        return self.words[ENGLISH]

    @property
    def is_doubtful(self) -> bool:
        return self.sure != "A"

    def forms(self, language: str = FIRST) -> tuple[str, ...]:
        """Returns the forms of the term that a text may contain, such as singular and plural."""
        return _forms(self.words[language])

    def occurs_in(self, text: str, language: str = FIRST) -> bool:
        return bool(_any_of((self.words[language],)).search(text))

    def __str__(self) -> str:
        return f"{self.sure}: {' / '.join(self.forms())} ({self.english})"


@cache
def _forms(cell: str) -> tuple[str, ...]:
    forms = re.split(r"[/;,]", re.sub(r"\([^)]*\)", "", cell))
    return tuple(form.strip(" .").casefold() for form in forms if form.strip(" ."))


@cache
def _any_of(cells: tuple[str, ...]) -> re.Pattern[str]:
    """Returns a pattern that matches every form of these terms. The pattern tries longer forms first."""
    forms = sorted({form for cell in cells for form in _forms(cell)}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, forms)) or '(?!)'})s?\b", re.IGNORECASE)


def term_spans(
    text: str, language: str, terms: Iterable[GlossaryTerm]
) -> Sequence[tuple[str, bool]]:
    """Divides a text at the terms of the glossary. Each piece comes with True if the piece is a term, and with False
    otherwise."""
    found, end = [], 0
    for match in _any_of(tuple(term.words[language] for term in terms)).finditer(text):
        found += [(text[end : match.start()], False), (match.group(), True)]
        end = match.end()
    return [piece for piece in (*found, (text[end:], False)) if piece[0]]


def glossary_terms(glossary: str) -> Iterator[GlossaryTerm]:
    """Yields the terms of `docs/glossary.md`."""
    for row in _ROW.finditer(glossary):
        yield GlossaryTerm({code: row[code].strip() for code in CODES}, row["sure"])


@dataclass(frozen=True, slots=True)
class ReviewAids:
    terms: Sequence[GlossaryTerm] = ()
    questions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The questions that a careful reader wrote about texts, by place and language of the text."""

    @property
    def doubts(self) -> Sequence[GlossaryTerm]:
        return [term for term in self.terms if term.is_doubtful]
