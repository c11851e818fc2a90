"""The figures on our pages, and what holds each: a command that prints it, a test, or a constant of the code.

`python -m tests.floorplan.figures` lists those that nothing holds.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import import_module
from string import Formatter

from tests.floorplan.documented import FENCE, documents
from tests.floorplan.proofs import is_there
from tests.floorplan.tree import ROOT

WORDS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
WORDS |= {"eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90}
UNITS = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 7 * 86400,
    "month": None,
    "year": 365 * 86400,
    "byte": 1,
    "kB": 1000,
    "KiB": 1024,
    "MB": 1_000_000,
    "GB": 1_000_000_000,
    "letter": 1,
    "%": 1,
}
"""How many seconds, bytes or letters each is; None where that cannot be said."""
NUMBER = rf"\d[\d,.]*\d|\d|{'|'.join(WORDS)}"
FIGURE = re.compile(
    rf"(?<![\w.-])(?P<number>{NUMBER})[ -]?"
    rf"(?:(?P<unit>{'|'.join(UNITS)})s?\b|(?<=[ -])(?:\w+ ){{0,3}}(?P<rate>a second|an hour|a day)\b|(?<= )times\b)"
)
CELL = re.compile(r"^\**\d[\d,.]*\**(?:(?: to | and |, )\**\d[\d,.]*\**)*$")
"""A cell of a table that is a measurement, whose unit the table's head says."""
MEASURES = re.compile(r"`(?:\w+=\S+ )?hotline (?:bench|chaos|drill)\b")
TESTED = re.compile(r"\btests/|\btest_\w+\.py|`hotline words cries")
BLOCK = re.compile(r"\n\n|\n(?=\||- |\d+\. )")
"""Between two paragraphs, rows of a table, or points of a list."""
GOAL = re.compile(r"\b(?:not built|[Tt]argets?|[Gg]oals?|[Ww]anted|What we want)\b")
BOUND = re.compile(r"^\| “(?P<phrase>[^”]+)” \| `(?P<holder>[^`]+)` \|$", re.M)
"""A row of the second table of `docs/claims.md`."""


@dataclass(frozen=True, slots=True)
class DocumentedFigure:
    page: str
    words: str
    held: str | None
    """How it is held; None where nothing does."""


@cache
def figures() -> list[DocumentedFigure]:
    return [
        DocumentedFigure(page.name, words, held)
        for page in documents()
        if page.name != "claims.md"
        for words, held in in_text(page.read_text(encoding="utf-8"), [*bound()])
    ]


def bound() -> dict[str, str]:
    """The phrases whose figure a constant or a test holds, as `docs/claims.md` has them."""
    text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    return {row["phrase"].replace(r"\|", "|"): row["holder"] for row in BOUND.finditer(text)}


def in_text(text: str, phrases: list[str]) -> Iterator[tuple[str, str | None]]:
    """Each figure of a page, and how it is held. Who names a measuring command names it for the whole section."""
    for section in re.split(r"^(?=#+ )", FENCE.sub("", text), flags=re.M):
        measured = MEASURES.search(section) is not None
        prose = re.sub(r"^\|.*", "", section, flags=re.M)
        for block in BLOCK.split(section):
            plain = " ".join(block.split())
            spans = [span for phrase in phrases for span in _spans(phrase, plain)]
            for start, words in _in_block(plain):
                if any(start in span for span in spans):
                    yield words, "a constant or a test"
                elif GOAL.search(plain):
                    yield words, "a goal"
                else:
                    beside = f"{prose} {plain}" if plain.startswith("|") else plain
                    named = measured or TESTED.search(beside) is not None
                    yield words, "a command or a test that is named beside it" if named else None


def _spans(phrase: str, text: str) -> Iterator[range]:
    yield from (range(*found.span()) for found in re.finditer(re.escape(phrase), text))


def _in_block(block: str) -> Iterator[tuple[int, str]]:
    """Where each figure stands in a paragraph or a row, and its words."""
    yield from ((found.start(), found[0]) for found in FIGURE.finditer(block))
    if block.startswith("|"):
        at = 0
        for cell in block.split("|"):
            if CELL.match(cell.strip()):
                yield at, cell.strip()
            at += len(cell) + 1


def fault(phrase: str, holder: str) -> str | None:
    """Why a phrase of the table does not hold; None where it does."""
    found = FIGURE.search(phrase)
    if found is None:
        return f"{phrase}: no figure in it"
    if holder.startswith("tests/"):
        return None if is_there(holder) else f"{phrase}: {holder} is not there"
    number, unit = _number(found["number"]), UNITS.get(found["unit"] or "")
    value = _value(holder)
    if value in {number, number * (unit or 1)}:
        return None
    return f"{phrase}: {holder} is {value}"


def _number(words: str) -> float:
    return WORDS.get(words) or float(words.replace(",", ""))


def _value(holder: str) -> float:
    """A constant of the code: a number, or how many seconds a time has."""
    module, _, path = holder.partition(":")
    value, _ = Formatter().get_field(f"module.{path}", (), {"module": import_module(module)})
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value / 1000 if path.endswith("_MS") else float(value)


if __name__ == "__main__":
    for figure in figures():
        if figure.held is None:
            sys.stdout.write(f"{figure.page}: {figure.words}\n")
