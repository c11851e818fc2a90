"""How far the texts that callers read have been reviewed, text by text and language by language. Pure.

A signature belongs to the words that were read and to the English they say: when either changes it is stale, and nobody
has to remember to take it back. Kinyarwanda wants two people.

The doubts of the glossary: Kinyarwanda terms that were found in no public source, or are unsure. Pure.

What a reviewer is told beside a text: the glossary's doubts, and what a careful reader asked. Pure.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from hotline.text.languages import CODES

ENGLISH = "en"
NEEDED: Mapping[str, int] = {"rw": 2}
"""How many people read a text of this language; one where nothing is said."""
PHRASES = "locales"
"""Stands in front of the name of a phrase of the code, where a flow's name stands in front of a node."""
ENGINE = "engine"
"""Stands there in front of a word of the engine's own: `engine.back`."""
CONSOLE = "console"
"""Stands there in front of the digest of a phrase of the console: no caller reads it."""


class ReviewState(StrEnum):
    """How far people have read a text of one language."""

    MISSING = "missing"
    """It has no words yet."""
    DRAFT = "draft"
    READ = "read"
    """Somebody has signed it, and it wants one more."""
    REVIEWED = "reviewed"
    STALE = "stale"
    """It was signed, and has changed since."""


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """One text in every language, and where it stands: `report.danger.menu.text`."""

    place: str
    words: Mapping[str, str]

    def digest(self, language: str) -> str:
        said = self.words.get(language, ""), self.words.get(ENGLISH, "")
        return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]

    def saying(self, language: str, words: str) -> "ReviewedText":
        return ReviewedText(self.place, {**self.words, language: words})

    @property
    def in_flows(self) -> bool:
        """Whether a flow file holds it."""
        return self.place.partition(".")[0] not in (PHRASES, ENGINE, CONSOLE)


@dataclass(frozen=True, slots=True)
class Signature:
    place: str
    language: str
    digest: str
    by: str
    on: date


def texts_of(flows: Mapping[str, Any]) -> Iterator[ReviewedText]:
    """Every text of a document's flows, in their order."""
    for name, flow in flows.items():
        for node, written in flow["nodes"].items():
            yield from _inside(f"{name}.{node}", written)


def _inside(place: str, value: Any) -> Iterator[ReviewedText]:
    if isinstance(value, list):
        value = {str(number): each for number, each in enumerate(value)}
    if not isinstance(value, Mapping):
        return
    if value and all(key in CODES for key in value):
        yield ReviewedText(place, {code: str(words).strip() for code, words in value.items()})
        return
    for key, each in value.items():
        if key != "review":
            yield from _inside(f"{place}.{key}", each)


def readers(
    text: ReviewedText, language: str, signatures: Iterable[Signature]
) -> tuple[Signature, ...]:
    """Who has signed exactly these words, each once, the first first."""
    digest = text.digest(language)
    here = (
        s for s in signatures if (s.place, s.language, s.digest) == (text.place, language, digest)
    )
    found: dict[str, Signature] = {}
    for signature in here:
        found.setdefault(signature.by.casefold(), signature)
    return tuple(found.values())


def state_of(text: ReviewedText, language: str, signatures: Iterable[Signature]) -> ReviewState:
    signed = [s for s in signatures if (s.place, s.language) == (text.place, language)]
    if not signed:
        return ReviewState.DRAFT
    by = readers(text, language, signed)
    if len(by) >= NEEDED.get(language, 1):
        return ReviewState.REVIEWED
    if by:
        return ReviewState.READ
    return ReviewState.STALE


_ROW = re.compile(
    r"^\| (?P<en>[^|]+) \| [^|]+ \| (?P<rw>[^|]+) \| (?P<sure>[BC]) \|$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Doubt:
    english: str
    terms: tuple[str, ...]
    sure: str
    """B is fairly sure, C is not."""

    def stands_in(self, text: str) -> bool:
        return bool(self.terms and _any_of(self.terms).search(text.casefold()))

    def __str__(self) -> str:
        return f"{self.sure}: {' / '.join(self.terms)} ({self.english})"


@cache
def _any_of(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, terms))})\b")


def doubts(glossary: str) -> Iterator[Doubt]:
    """The rows of `docs/glossary.md` that are marked B or C."""
    for row in _ROW.finditer(glossary):
        terms = re.split(r"[/;]", re.sub(r"\([^)]*\)", "", row["rw"]))
        bare = tuple(term.strip(" .").casefold() for term in terms if term.strip(" ."))
        yield Doubt(row["en"].strip(), bare, row["sure"])


@dataclass(frozen=True, slots=True)
class ReviewAids:
    doubts: Sequence[Doubt] = ()
    questions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By place and language."""
