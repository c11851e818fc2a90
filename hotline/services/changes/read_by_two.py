"""Tells which published states two people have read."""

from hotline.store.database import Session
from hotline.store.flows import publications
from hotline.store.flows.publications import Publication, Publishing


def read_by_two(session: Session) -> frozenset[int]:
    """Returns the ids of the publications that hold no words of one person alone.

    A release and a command count as read: the operator of the line answers for them.
    """
    rows = sorted(publications.history(session), key=lambda row: row.id)
    seen: set[int] = set()
    read: set[int] = set()
    """Revisions."""
    was_read = True
    for row in rows:
        was_read = row.revision_id in read or _is_read(
            row, was_read, is_new=row.revision_id not in seen
        )
        seen.add(row.revision_id)
        if was_read:
            read.add(row.revision_id)
    return frozenset(row.id for row in rows if row.revision_id in read)


def _is_read(row: Publication, was_read: bool, *, is_new: bool) -> bool:
    """`was_read`: the state before it. `is_new`: no earlier publication has the same revision."""
    kind = Publishing(row.kind)
    if kind is Publishing.EMERGENCY:
        # Who confirms it reads every difference to the newest state that two people have read.
        return row.approved_by is not None
    if kind is Publishing.BACK:
        # Numbers changed since, so it is a revision of its own. Only a state that was read is brought back.
        return is_new
    if kind is Publishing.BY_HAND and row.change_id is not None:
        # Its reader saw the difference to the state before it, and nothing else.
        return was_read
    return True
