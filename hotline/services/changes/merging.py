"""Two edits of one part, brought together against what both were made of, field by field."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotline.domain.changes.change import PartDocument
from hotline.engine.editing.comparing import ABSENT
from hotline.engine.editing.merging import FieldClash, MergedField, Settled, Side
from hotline.engine.editing.merging import merged as merged_fields

WHOLE = ""
"""The key of a clash over the part itself: one took it out, the other changed it."""


@dataclass(frozen=True, slots=True)
class PartMerge:
    document: PartDocument | None
    """Theirs and yours; where they clash and nobody has chosen, yours."""
    clashes: Sequence[FieldClash] = ()


def merged(
    base: PartDocument | None,
    theirs: PartDocument | None,
    yours: PartDocument | None,
    settled: Settled | None = None,
) -> PartMerge:
    """A part that only one side changed is that side's; the order of a flow's screens counts as a change of it."""
    if are_alike(theirs, base) or are_alike(theirs, yours):
        return PartMerge(yours)
    if are_alike(yours, base):
        return PartMerge(theirs)
    if theirs is None or yours is None:
        return _taken_out(base, theirs, yours, settled or {})
    both = merged_fields(base or {}, theirs, yours, settled)
    return PartMerge(both.document, both.clashes)


def are_alike(one: PartDocument | None, other: PartDocument | None) -> bool:
    """Also in their order, which equal mappings need not be."""
    return one is other or (one == other and json.dumps(one) == json.dumps(other))


def _taken_out(
    base: PartDocument | None,
    theirs: PartDocument | None,
    yours: PartDocument | None,
    settled: Settled,
) -> PartMerge:
    chosen = settled.get(WHOLE)
    if chosen is Side.THEIRS:
        return PartMerge(theirs)
    if chosen is Side.YOURS:
        return PartMerge(yours)
    sides: list[Any] = [ABSENT if one is None else one for one in (base, theirs, yours)]
    return PartMerge(yours, (FieldClash(WHOLE, MergedField("", "", ""), *sides),))
