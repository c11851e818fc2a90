"""Questions that desks asked back, one of a tip at most, and what was answered. Rows, and the questions asked of them.

The row goes with the tip's words (`retention.redact`); its body opens by the tip's own key alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.tip import NATIONAL
from hotline.store.database import Row, add_if_new
from hotline.store.outbox.messages import Referral
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
    """Who is told that an answer came, and how it is named to her."""

    responder_id: int
    language: str
    reference: str


def ask(session: Session, row: AskedBack) -> bool:
    """False where the tip was asked something before."""
    return add_if_new(session, row)


def asked(session: Session, tip_ids: Collection[int]) -> bool:
    """Whether any of these was asked, ever."""
    here = select(AskedBack.tip_id).where(AskedBack.tip_id.in_(tip_ids))
    return session.scalar(here.limit(1)) is not None


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


def states(session: Session) -> Mapping[int, str]:
    """By tip: asked, answered, read."""
    rows = session.execute(select(AskedBack.tip_id, AskedBack.answered_at, AskedBack.read_at))
    return {
        tip_id: "read" if read_at else "answered" if answered_at else "asked"
        for tip_id, answered_at, read_at in rows
    }


def recipients(session: Session, row: AskedBack, at: datetime) -> Sequence[Recipient]:
    """Whoever took the tip, by the reference she knows it by; the national desk where it asked, or where nobody did."""
    took = (
        select(Responder.id, Responder.language, Referral.reference)
        .join(Referral, Referral.responder_id == Responder.id)
        .where(
            Referral.tip_id == row.tip_id,
            Referral.acknowledged_at.is_not(None),
            may_be_told(row.tip_id),
            *living(at),
        )
        .order_by(Responder.id, Referral.id)
    )
    found = {who: Recipient(who, language, ref) for who, language, ref in session.execute(took)}
    if row.desk == NATIONAL or not found:
        for person in desk_people(session, at, row.tip_id):
            told = Recipient(person.id, person.language, f"T{row.tip_id}")
            found.setdefault(person.id, told)
    return [*found.values()]


def forget(session: Session, tip_ids: Collection[int]) -> None:
    """Question and answer."""
    session.execute(delete(AskedBack).where(AskedBack.tip_id.in_(tip_ids)))
