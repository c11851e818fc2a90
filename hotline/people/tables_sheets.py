"""Stores imports of sheets: how far each import is, and the sheet itself until its import ends."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row
from hotline.people.rules import RowFault

KEPT_FOR = timedelta(days=30)
"""The time for which the result of an import is stored."""
RESUMED_FOR = timedelta(hours=1)
"""The time for which an interrupted import is continued. After this time, a person must upload the sheet again."""


class SheetKind(StrEnum):
    PEOPLE = "people"
    ROSTER = "roster"


class SheetImport(Row):
    """The import of one sheet that a person confirmed."""

    __tablename__ = "sheet_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """The value of a `SheetKind`."""
    week: Mapped[date | None]
    """The Monday of the week, for a sheet of shifts."""
    encrypted: Mapped[bytes | None]
    """The sheet, encrypted with the console's key. It is deleted when the import ends."""
    size: Mapped[int]
    done: Mapped[int]
    """The number of rows that are imported."""
    asked_by: Mapped[str]
    """The person who confirmed the sheet, as the audit log names people."""
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    faults: Mapped[str | None]
    """The errors that stopped the import, as JSON. None if there were none."""

    def end(self, at: datetime, faults: Sequence[RowFault] = ()) -> None:
        """Ends the import, and deletes the sheet."""
        self.encrypted, self.ended_at = None, at
        if faults:
            self.faults = json.dumps([[one.line, one.reason.to_json()] for one in faults])


def pending_ids(session: Session) -> Sequence[int]:
    """Returns the ids of the imports that have not ended, the oldest first. An old import only ends: its sheet is
    deleted.
    """
    found = select(SheetImport.id).where(SheetImport.ended_at.is_(None))
    return session.scalars(found.order_by(SheetImport.id)).all()


def locked_import(session: Session, sheet_id: int) -> SheetImport | None:
    """Returns an import that has not ended, and locks it. Returns None if it has ended."""
    found = select(SheetImport).where(SheetImport.id == sheet_id, SheetImport.ended_at.is_(None))
    return session.scalar(found.with_for_update())


def recent_imports(session: Session, kind: SheetKind, at: datetime) -> Sequence[SheetImport]:
    """Returns the imports of a kind in the last days, the newest first."""
    found = select(SheetImport).where(
        SheetImport.kind == kind, SheetImport.asked_at > at - KEPT_FOR
    )
    return session.scalars(found.order_by(SheetImport.id.desc())).all()


def delete_old(session: Session, at: datetime) -> None:
    session.execute(delete(SheetImport).where(SheetImport.asked_at < at - KEPT_FOR))
