"""Every sealed number, whosever it is: what must be sealed anew when a pair is rotated."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.store.alarms import Watcher
from hotline.store.responders import Responder

VAULTS: Mapping[str, Any] = {"relay": Responder, "watch": Watcher}
"""Rows that hold a `sealed_number`, by the pair that it is sealed to."""
BATCH = 200


def numbers(session: Session, vault: str, after: int) -> Sequence[tuple[int, bytes]]:
    """The next ones, by the row's id."""
    row = VAULTS[vault]
    found = session.execute(
        select(row.id, row.sealed_number).where(row.id > after).order_by(row.id).limit(BATCH)
    )
    return [(one.id, one.sealed_number) for one in found]


def exchange(session: Session, vault: str, row_id: int, before: bytes, after: bytes) -> None:
    """Unless it was changed meanwhile: then it is sealed to the new half already."""
    row = VAULTS[vault]
    session.execute(
        update(row).where(row.id == row_id, row.sealed_number == before).values(sealed_number=after)
    )
