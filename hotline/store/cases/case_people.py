"""Whom a case is about, by number: when each was met, and when she is asked once more. What was noted is sealed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.cases.following import FollowKind
from hotline.store.database import Row, add_if_new, new_record_key


class PossibleVictim(Row):
    """No name, no age, no code: whoever may know more opens the log of the case."""

    __tablename__ = "possible_victim"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    met_at: Mapped[datetime]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """Who last asked this person whether help is wanted."""
    clock: Mapped[str | None]
    """A `domain.cases.following.FollowKind`; None while nobody waits for anything."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When a responder is asked to offer help, or to ask the person once more; None while nobody waits for that."""
    rung: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often that was told to somebody."""
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """Decides how published counts with this person are rounded; 0 to 255. It goes with the row."""


def meet(session: Session, tip_id: int, n: int, at: datetime) -> bool:
    """Whether she was not known before."""
    return add_if_new(session, PossibleVictim(tip_id=tip_id, n=n, met_at=at))


def of_tip(session: Session, tip_id: int) -> Sequence[PossibleVictim]:
    """By number."""
    found = select(PossibleVictim).where(PossibleVictim.tip_id == tip_id)
    return session.scalars(found.order_by(PossibleVictim.n)).all()


def tips_with(session: Session, tip_ids: Collection[int]) -> frozenset[int]:
    """Those of them in which somebody was met."""
    if not tip_ids:
        return frozenset()
    found = select(PossibleVictim.tip_id).where(PossibleVictim.tip_id.in_(tip_ids))
    return frozenset(session.scalars(found.distinct()))


def offer_by(session: Session, tip_id: int, due_at: datetime) -> None:
    """Moves the deadline of each unasked service of a case forward to this moment; none moves back."""
    later = (PossibleVictim.clock == FollowKind.OFFER, PossibleVictim.due_at > due_at)
    rows = update(PossibleVictim).where(PossibleVictim.tip_id == tip_id, *later)
    session.execute(rows.values(due_at=due_at))
