"""Two edits of one part, brought together against what both were made of, field by field."""

import json
from typing import Any

from hotline.domain.changes.change import PartDocument
from hotline.engine.editing.comparing import ABSENT
from hotline.engine.editing.merging import FieldClash, Merged, MergedField, Settled, Side
from hotline.engine.editing.merging import merged as merged_fields

WHOLE = ""
"""The key of a clash over the part itself: one took it out, the other changed it."""


def merged(
    base: PartDocument | None,
    theirs: PartDocument | None,
    yours: PartDocument | None,
    settled: Settled | None = None,
) -> Merged:
    """A part that only one side changed is that side's; the order of a flow's screens counts as a change of it."""
    if are_alike(theirs, base) or are_alike(theirs, yours):
        return Merged(yours)
    if are_alike(yours, base):
        return Merged(theirs)
    if theirs is not None and yours is not None:
        return merged_fields(base or {}, theirs, yours, settled)
    chosen = (settled or {}).get(WHOLE)
    if chosen is not None:
        return Merged(theirs if chosen is Side.THEIRS else yours)
    sides: list[Any] = [ABSENT if one is None else one for one in (base, theirs, yours)]
    return Merged(yours, (FieldClash(WHOLE, MergedField("", "", ""), *sides),))


def are_alike(one: PartDocument | None, other: PartDocument | None) -> bool:
    """Also in their order, which equal mappings need not be."""
    return one is other or (one == other and json.dumps(one) == json.dumps(other))
