"""The doubts of the glossary: Kinyarwanda terms that were found in no public source, or are unsure. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

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
