"""Records the events of one story without random values, and finds the differences between the runs of two
checkouts."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

REFERENCE = re.compile(
    r"\b(?=[A-Z0-9]*[3479])(?=[A-Z0-9]*[A-Z])[ACDEFHJKMNPQRTUWXY23456789]{4,6}\b", re.IGNORECASE
)
"""Matches the reference of a case in an SMS, or in a person's reply."""
CERTIFICATE = re.compile(r"\b(?:[A-Z0-9]{4} ){2}[A-Z0-9]{4}\b")
DIGITS = re.compile(r"(?<![*\d])\d{3} \d{3} \d{3}\b|(?<![*\d])\d{5,9}\b")
"""Matches receipts, codes and start PINs."""
SHOWN_BEFORE = 6
"""The number of equal lines that the comparison prints before the first difference."""
TOLERANCE = 2
"""Equal SMS in two runs count as the same SMS if their times differ by at most this number of minutes."""
SHOWN = 5
"""The number of differing lines that the comparison prints for each checkout."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a story: the minute, the kind of event, and its text."""

    minute: int
    what: str
    text: str

    def is_nearly(self, other: "Entry") -> bool:
        """Returns True if both entries are the same SMS and their times differ by no more than `TOLERANCE` minutes."""
        is_same = (self.what, self.text) == (other.what, other.text)
        is_near = abs(self.minute - other.minute) <= TOLERANCE
        return is_same and is_near and self.what.startswith("SMS to ")

    def __str__(self) -> str:
        return f"{self.minute:>6} min  {self.what}: {self.text}"


@dataclass
class Transcript:
    """The events of one story that was run. `names` maps each case reference to its short name, such as REF1."""

    story: str
    numbered: bool = True
    """False if several stories share this transcript, so that all references have the name REF."""
    entries: list[Entry] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, minute: int, what: str, text: str) -> None:
        self.entries.append(Entry(minute, what, self.plain(text)))

    def plain(self, text: str) -> str:
        """Replaces the values in a text that are different in every run, such as references."""
        text = CERTIFICATE.sub("CERTIFICATE", text)
        text = REFERENCE.sub(self._named, text)
        return DIGITS.sub("DIGITS", text).replace("\n", " / ")

    def _named(self, found: re.Match[str]) -> str:
        if not self.numbered:
            return "REF"
        return self.names.setdefault(found[0].upper(), f"REF{len(self.names) + 1}")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which two runs of one story differ, with the lines before it."""

    story: str
    before: Sequence[str]
    ours: Sequence[str]
    theirs: Sequence[str]


def difference(ours: Sequence[Transcript], theirs: Sequence[Transcript]) -> Difference | None:
    """Returns the difference between the runs of one story, or None.

    A line is a difference if every run of one checkout has it more often than any run of the other checkout. So a line
    that a slow machine moved in one run is not a difference. The same lines in another order are a difference too. If
    several stories share a transcript, the order of its lines is random, so the function ignores the order.
    """
    one, other = _counted(ours), _counted(theirs)
    lines = {line for count in (*one, *other) for line in count}
    more = {line for line in lines if _least(one, line) > _most(other, line)}
    less = {line for line in lines if _least(other, line) > _most(one, line)}
    _pair_off(more, less)
    if more or less:
        return _shown(ours[-1], theirs[-1], more, less)
    if not ours[-1].numbered or any(count != one[0] for count in (*one, *other)):
        return None
    if any(mine.entries == yours.entries for mine in ours for yours in theirs):
        return None
    pairs = zip(ours[-1].entries, theirs[-1].entries, strict=True)
    moved = next(mine for mine, yours in pairs if mine != yours)
    return _shown(ours[-1], theirs[-1], {moved}, {moved})


def _pair_off(more: set[Entry], less: set[Entry]) -> None:
    """Removes from both sets each SMS that is in both, even if its times differ a little."""
    for line in sorted(more, key=lambda one: one.minute):
        twin = next((one for one in less if one.is_nearly(line)), None)
        if twin is not None:
            more.remove(line)
            less.remove(twin)


def _counted(plays: Sequence[Transcript]) -> list[Counter[Entry]]:
    return [Counter(play.entries) for play in plays]


def _least(counts: Sequence[Counter[Entry]], line: Entry) -> int:
    return min(count[line] for count in counts)


def _most(counts: Sequence[Counter[Entry]], line: Entry) -> int:
    return max(count[line] for count in counts)


def _shown(ours: Transcript, theirs: Transcript, more: set[Entry], less: set[Entry]) -> Difference:
    """Returns the lines before the first difference, and the first differing lines of each checkout."""
    first = min(
        next((at for at, line in enumerate(play.entries) if line in lines), len(play.entries))
        for play, lines in ((ours, more), (theirs, less))
    )
    return Difference(
        ours.story,
        [*map(str, ours.entries[max(0, first - SHOWN_BEFORE) : first])],
        [str(line) for line in ours.entries if line in more][:SHOWN],
        [str(line) for line in theirs.entries if line in less][:SHOWN],
    )


def told(found: Difference) -> Iterator[str]:
    """Yields the lines that the comparison prints for one difference."""
    yield f"--- {found.story}"
    yield from (f"   {line}" for line in found.before)
    yield from (f"  -{line}" for line in found.theirs or ["(nothing)"])
    yield from (f"  +{line}" for line in found.ours or ["(nothing)"])
