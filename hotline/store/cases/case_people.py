"""Whom a case is about, by number: when each was met, what help was offered, and when somebody is asked of either.

What was noted, what was offered and what came of it is sealed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select, union, update
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


class ServiceReferral(Row):
    """One offer of help, by its entry in the log: times and clocks."""

    __tablename__ = "service_referral"
    __table_args__ = (Index("service_referral_of", "tip_id", "n"),)

    offered_id: Mapped[int] = mapped_column(
        ForeignKey("case_log.id"), primary_key=True, autoincrement=False
    )
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    n: Mapped[int]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """Who offered it, and is asked what came of it."""
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    """When somebody said whether she arrived."""
    thirty_at: Mapped[datetime | None]
    clock: Mapped[str | None]
    """A `domain.cases.following.FollowKind`; None where the offer is followed no more."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    rung: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often this clock was told to somebody."""


def offer(session: Session, row: ServiceReferral) -> None:
    session.add(row)
    session.flush()


def offers_of(session: Session, tip_id: int) -> Sequence[ServiceReferral]:
    """The first first."""
    found = select(ServiceReferral).where(ServiceReferral.tip_id == tip_id)
    return session.scalars(found.order_by(ServiceReferral.offered_id)).all()


def due_tips(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Ids of the tips in which a clock of a person or an offer is over. Nothing is held: the tip is, first of all."""
    found = union(
        *(select(row.tip_id).where(row.due_at <= at) for row in (PossibleVictim, ServiceReferral))
    ).limit(limit)
    return session.scalars(found).all()


def longest_due(
    session: Session, tip_id: int, at: datetime
) -> PossibleVictim | ServiceReferral | None:
    """Of a tip that its caller holds: what a clock has been over of for longest."""
    person = select(PossibleVictim).where(
        PossibleVictim.tip_id == tip_id, PossibleVictim.due_at <= at
    )
    offer = select(ServiceReferral).where(
        ServiceReferral.tip_id == tip_id, ServiceReferral.due_at <= at
    )
    rows = [*session.scalars(person), *session.scalars(offer)]
    return min(rows, key=lambda row: (row.due_at or at, row.n), default=None)
