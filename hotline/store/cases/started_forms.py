"""Forms about persons that a responder has begun and not finished: rows, each sealed to the pair of its case."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row


class StartedFormRow(Row):
    """The answers of one responder in one case. The next answer replaces them."""

    __tablename__ = "started_form"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"), primary_key=True)
    at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)


def keep(session: Session, tip_id: int, responder_id: int, body: bytes, at: datetime) -> None:
    """Replaces what was kept before. The caller holds the tip."""
    row = StartedFormRow(tip_id=tip_id, responder_id=responder_id, body=body, at=at)
    session.merge(row)
    session.flush()


def drop(session: Session, tip_id: int, responder_id: int) -> None:
    here = (StartedFormRow.tip_id == tip_id, StartedFormRow.responder_id == responder_id)
    session.execute(delete(StartedFormRow).where(*here))


def of_responder(
    session: Session, responder_id: int, tip_ids: Collection[int]
) -> Mapping[int, bytes]:
    """Returns the sealed answers of this responder, by tip."""
    found = select(StartedFormRow.tip_id, StartedFormRow.body).where(
        StartedFormRow.responder_id == responder_id, StartedFormRow.tip_id.in_(tip_ids)
    )
    return {row.tip_id: row.body for row in session.execute(found)}
