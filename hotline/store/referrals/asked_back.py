"""Stores the questions that desks ask back, at most one for each tip, and the answers.

The row is deleted with the tip's text (`retention.redact`). Only the tip's own key decrypts its body.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.tip import NATIONAL
from hotline.store.database import Row, add_if_new, is_any
from hotline.store.outbox.messages import ANSWERED, Referral
from hotline.store.people.responders import Responder, living
from hotline.store.tips.call_backs import desk_people
from hotline.store.tips.visible import may_be_told


class AskedBack(Row):
    __tablename__ = "asked_back"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    question: Mapped[str]
    """The name of the question on the signed list."""
    desk: Mapped[str]
    asked_at: Mapped[datetime]
    public_key: Mapped[bytes]
    """The public key that the hooks encrypt the answer to."""
    locked_key: Mapped[bytes]
    """The private key, encrypted with the tip's key."""
    body: Mapped[bytes]
    """The padded, encrypted answer. Empty until there is one."""
    answered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """The time when a desk officer first read the answer."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One responder who is notified about a tip, and the reference that they know it by."""

    responder_id: int
    language: str
    reference: str


def ask(session: Session, row: AskedBack) -> bool:
    """Stores a question. Returns False if the tip was asked a question before."""
    return add_if_new(session, row)


def asked(session: Session, tip_ids: Collection[int]) -> bool:
    """Returns True if any of these tips was ever asked a question."""
    return is_any(session, AskedBack.tip_id, AskedBack.tip_id.in_(tip_ids))


def waiting(
    session: Session, tip_ids: Collection[int], *, for_writing: bool = False
) -> AskedBack | None:
    """Returns the question of these tips that waits for its answer, or None. Locks it if `for_writing`."""
    here = select(AskedBack).where(AskedBack.tip_id.in_(tip_ids), AskedBack.answered_at.is_(None))
    here = here.order_by(AskedBack.tip_id).limit(1)
    return session.scalars(here.with_for_update() if for_writing else here).first()


def of_tip(session: Session, tip_id: int) -> AskedBack | None:
    return session.get(AskedBack, tip_id)


def read(session: Session, tip_id: int, at: datetime) -> None:
    """Notes that a desk officer reads the answer. Only the first time counts."""
    row = session.get(AskedBack, tip_id)
    if row is not None and row.answered_at is not None and row.read_at is None:
        row.read_at = at


def knows(
    session: Session, tip_id: int, at: datetime, *which: ColumnElement[bool]
) -> dict[int, Recipient]:
    """Returns by id the active responders of `which` who may see a tip, each with their newest reference."""
    told = (
        select(Responder.id, Responder.language, Referral.reference)
        .join(Referral, Referral.responder_id == Responder.id)
        .where(Referral.tip_id == tip_id, may_be_told(tip_id), *living(at), *which)
        .order_by(Responder.id, Referral.id)
    )
    return {row[0]: Recipient(*row) for row in session.execute(told)}


def desk(session: Session, tip_id: int, at: datetime) -> Sequence[Recipient]:
    """Returns the active people of the national desk, with the tip's number as reference."""
    people = desk_people(session, at, tip_id)
    return [Recipient(one.id, one.language, f"T{tip_id}") for one in people]


def recipients(session: Session, row: AskedBack, at: datetime) -> Sequence[Recipient]:
    """Returns the responders who acknowledged the tip, with their references.

    Adds the national desk if it asked the question, or if no responder acknowledged the tip.
    """
    found = knows(session, row.tip_id, at, ANSWERED)
    if row.desk == NATIONAL or not found:
        for one in desk(session, row.tip_id, at):
            found.setdefault(one.responder_id, one)
    return [*found.values()]


def forget(session: Session, tip_ids: Collection[int]) -> None:
    """Deletes the questions and answers of these tips."""
    session.execute(delete(AskedBack).where(AskedBack.tip_id.in_(tip_ids)))
