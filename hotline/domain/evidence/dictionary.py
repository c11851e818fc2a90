"""The dictionary of figures: what each number that the line counts is, and leaves out, in three languages. Pure.

A figure has its own entry, or that of its family: `refused_no_room` is read by `refused`. French and Kinyarwanda are
drafts until somebody has signed them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.entries.answer_entries import ANSWER
from hotline.domain.evidence.entries.case_entries import CASES
from hotline.domain.evidence.entries.figure_entry import UNITS, EntryParts, FigureUnit, Words
from hotline.domain.evidence.entries.help_entries import FAMILIES, OFFERS
from hotline.domain.evidence.entries.learning_entries import LEARNING
from hotline.domain.evidence.entries.left_out import NOWHERE
from hotline.domain.evidence.entries.reach_entries import REACH
from hotline.domain.evidence.entries.screen_entries import SCREENS
from hotline.text.languages import CODES

Said = Mapping[str, str]
"""By language."""
REVIEW: Said = {"rw": "draft", "en": "", "fr": "draft"}
"""Whether the words of a language are somebody's word yet."""


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """What one figure is."""

    name: str
    """As exports and commands print it."""
    says: Said
    """One sentence."""
    unit: FigureUnit
    numerator: Said
    denominator: str
    """The figure that the numerator is a part of; empty where the figure is a number and no part."""
    leaves_out: Said
    """Besides what no figure counts."""
    is_family: bool
    """Whether it is of several figures, whose names begin with its own."""

    @property
    def units(self) -> Said:
        return _by_language(UNITS[self.unit])

    @property
    def part_of(self) -> Said:
        """What the denominator counts."""
        whole = entry_of(self.denominator)
        return whole.numerator if whole is not None else dict.fromkeys(CODES, "")


def _by_language(words: Words) -> Said:
    return dict(zip(CODES, words, strict=True))


def _entry(name: str, parts: EntryParts) -> FigureEntry:
    out = {
        code: "; ".join(words[at] for words in parts.leaves_out) for at, code in enumerate(CODES)
    }
    return FigureEntry(
        name,
        _by_language(parts.says),
        parts.unit,
        _by_language(parts.numerator),
        parts.denominator,
        out,
        is_family=name in FAMILIES,
    )


NEVER_COUNTED: Said = _by_language(NOWHERE)
"""What no figure counts."""
DICTIONARY: Sequence[FigureEntry] = [
    _entry(name, parts)
    for written in (REACH, LEARNING, SCREENS, CASES, OFFERS, ANSWER, FAMILIES)
    for name, parts in written.items()
]
_BY_NAME = {entry.name: entry for entry in DICTIONARY}


def entry_of(figure: str) -> FigureEntry | None:
    """Its own, or that of its family."""
    own = _BY_NAME.get(figure)
    if own is not None:
        return own
    begins = (name for name in FAMILIES if figure.startswith((f"{name}_", f"{name} ")))
    return next((_BY_NAME[name] for name in begins), None)
