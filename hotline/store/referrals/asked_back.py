"""Questions that desks asked back, one of a tip at most, and what was answered. Rows, and the questions asked of them.

The row goes with the tip's words (`retention.redact`); its body opens by the tip's own key alone.
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
    """Its name on the signed list."""
    desk: Mapped[str]
    asked_at: Mapped[datetime]
    public_key: Mapped[bytes]
    """What the hooks seal her answer to."""
    locked_key: Mapped[bytes]
    """The other half, under the tip's key."""
    body: Mapped[bytes]
    """The padded, sealed answer; empty until there is one."""
    answered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """When somebody of a desk first read the answer."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told something of a tip, and the name that she knows it by."""

    responder_id: int
    language: str
    reference: str


def ask(session: Session, row: AskedBack) -> bool:
    """False where the tip was asked something before."""
    return add_if_new(session, row)


def asked(session: Session, tip_ids: Collection[int]) -> bool:
    """Whether any of these was asked, ever."""
    return is_any(session, AskedBack.tip_id, AskedBack.tip_id.in_(tip_ids))


def waiting(
    session: Session, tip_ids: Collection[int], *, for_writing: bool = False
) -> AskedBack | None:
    """The question of these tips that waits for its answer; for writing, held until the transaction ends."""
    here = select(AskedBack).where(AskedBack.tip_id.in_(tip_ids), AskedBack.answered_at.is_(None))
    here = here.order_by(AskedBack.tip_id).limit(1)
    return session.scalars(here.with_for_update() if for_writing else here).first()


def of_tip(session: Session, tip_id: int) -> AskedBack | None:
    return session.get(AskedBack, tip_id)


def read(session: Session, tip_id: int, at: datetime) -> None:
    """Somebody of a desk reads the answer; the first time counts."""
    row = session.get(AskedBack, tip_id)
    if row is not None and row.answered_at is not None and row.read_at is None:
        row.read_at = at


def knows(
    session: Session, tip_id: int, at: datetime, *which: ColumnElement[bool]
) -> dict[int, Recipient]:
    """Returns by responder those of `which` who may know of a tip, each by the newest name that she knows it by."""
    told = (
        select(Responder.id, Responder.language, Referral.reference)
        .join(Referral, Referral.responder_id == Responder.id)
        .where(Referral.tip_id == tip_id, may_be_told(tip_id), *living(at), *which)
        .order_by(Responder.id, Referral.id)
    )
    return {row[0]: Recipient(*row) for row in session.execute(told)}


def desk(session: Session, tip_id: int, at: datetime) -> Sequence[Recipient]:
    """Returns the national desk, by the tip's number."""
    people = desk_people(session, at, tip_id)
    return [Recipient(one.id, one.language, f"T{tip_id}") for one in people]


def recipients(session: Session, row: AskedBack, at: datetime) -> Sequence[Recipient]:
    """Returns whoever took the tip, by the reference they know it by; the national desk where it asked, or where
    nobody did.
    """
    found = knows(session, row.tip_id, at, ANSWERED)
    if row.desk == NATIONAL or not found:
        for one in desk(session, row.tip_id, at):
            found.setdefault(one.responder_id, one)
    return [*found.values()]


def forget(session: Session, tip_ids: Collection[int]) -> None:
    """Question and answer."""
    session.execute(delete(AskedBack).where(AskedBack.tip_id.in_(tip_ids)))
