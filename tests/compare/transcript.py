"""Writes down what one story did and saw, without what is random, and finds where two plays of it differ."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

REFERENCE = re.compile(
    r"\b(?=[A-Z0-9]*[3479])(?=[A-Z0-9]*[A-Z])[ACDEFHJKMNPQRTUWXY23456789]{4,6}\b"
)
"""What an SMS calls a case."""
CERTIFICATE = re.compile(r"\b(?:[A-Z0-9]{4} ){2}[A-Z0-9]{4}\b")
DIGITS = re.compile(r"(?<![*\d])\d{3} \d{3} \d{3}\b|(?<![*\d])\d{5,9}\b")
"""Receipts, codes and start PINs."""
SHOWN_BEFORE = 6
"""Lines of the story before the first difference."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a story: when, what kind of thing, and its words."""

    minute: int
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.minute:>6} min  {self.what}: {self.text}"


@dataclass
class Transcript:
    """One story as it was played. `names`: by reference, what it is called here."""

    story: str
    numbered: bool = True
    """False: references have no number, since several stories share this transcript."""
    entries: list[Entry] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, minute: int, what: str, text: str) -> None:
        self.entries.append(Entry(minute, what, self.plain(text)))

    def plain(self, text: str) -> str:
        """Takes out what is another in each play."""
        text = CERTIFICATE.sub("CERTIFICATE", text)
        text = REFERENCE.sub(self._named, text)
        return DIGITS.sub("DIGITS", text).replace("\n", " / ")

    def _named(self, found: re.Match[str]) -> str:
        if not self.numbered:
            return "REF"
        return self.names.setdefault(found[0], f"REF{len(self.names) + 1}")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two plays of one story differ, with what led to it."""

    story: str
    before: Sequence[str]
    ours: Sequence[str]
    theirs: Sequence[str]


def difference(ours: Transcript, theirs: Transcript) -> Difference | None:
    """Returns the first difference of two plays; None where they are equal."""
    if ours.entries == theirs.entries:
        return None
    for kind, one, to, other, end in SequenceMatcher(
        None, ours.entries, theirs.entries, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            return Difference(
                ours.story,
                [*map(str, ours.entries[max(0, one - SHOWN_BEFORE) : one])],
                [*map(str, ours.entries[one:to][:3])],
                [*map(str, theirs.entries[other:end][:3])],
            )
    return None


def told(found: Difference) -> Iterator[str]:
    """The lines that a reader sees of one difference."""
    yield f"--- {found.story}"
    yield from (f"   {line}" for line in found.before)
    yield from (f"  -{line}" for line in found.theirs or ["(nothing)"])
    yield from (f"  +{line}" for line in found.ours or ["(nothing)"])
