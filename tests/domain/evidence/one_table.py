"""A table that is published beside no other."""

from collections.abc import Collection

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.linked import linked
from hotline.domain.evidence.tables import CountTable, PublishedTable


def alone(table: CountTable, k: int, *, also: Collection[Key] = ()) -> PublishedTable:
    """`also` is hidden whatever it counts."""
    return linked([table], k, also=also)[0]
