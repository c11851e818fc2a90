"""Two edits of one part, brought together against what both were made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.domain.changes.change import PartDocument


@dataclass(frozen=True, slots=True)
class PartClash:
    """A field that both changed, each in another way. Its key is empty where the part as a whole is meant."""

    key: str
    base: Any
    theirs: Any
    yours: Any


@dataclass(frozen=True, slots=True)
class PartMerge:
    document: PartDocument | None
    """Theirs and yours; where they clash, yours."""
    clashes: Sequence[PartClash] = ()


Settled = Mapping[str, Any]
"""What was chosen of clashes, by their keys."""


def merged(
    base: PartDocument | None,
    theirs: PartDocument | None,
    yours: PartDocument | None,
    settled: Settled | None = None,
) -> PartMerge:
    """A part that only one side changed is that side's."""
    if theirs in (base, yours):
        return PartMerge(yours)
    if yours == base:
        return PartMerge(theirs)
    if settled:
        return PartMerge(theirs if settled.get("") == "hers" else yours)
    return PartMerge(yours, (PartClash("", base, theirs, yours),))
