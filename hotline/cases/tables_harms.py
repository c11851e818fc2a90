"""Stores what happened to a person because of the hotline. No statistics read these tables."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row


class HarmRecord(Row):
    """A record of one harm: who wrote it, and the second person who read it. It names no tip."""

    __tablename__ = "harm_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    second_at: Mapped[datetime | None]


class HarmText(Row):
    """The text of a record, encrypted for one desk."""

    __tablename__ = "harm_text"
    __table_args__ = (UniqueConstraint("record_id", "desk_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("harm_record.id"))
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"), index=True)
    body: Mapped[bytes]


def add_record(session: Session, person_id: int, at: datetime, bodies: dict[str, bytes]) -> None:
    row = HarmRecord(person_id=person_id, at=at)
    session.add(row)
    session.flush()
    for code, body in bodies.items():
        session.add(HarmText(record_id=row.id, desk_code=code, body=body))
    session.flush()


def records_of(session: Session, desk: str) -> Sequence[tuple[HarmRecord, HarmText]]:
    """Returns the records with a text for this desk, the newest first."""
    found = select(HarmRecord, HarmText).join(HarmText, HarmText.record_id == HarmRecord.id)
    rows = session.execute(found.where(HarmText.desk_code == desk).order_by(HarmRecord.id.desc()))
    return [(record, text) for record, text in rows]
