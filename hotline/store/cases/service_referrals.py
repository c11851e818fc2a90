"""What help was offered to whom a case is about: times and clocks. What was offered, and what came of it, is sealed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select, union
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.cases.case_people import PossibleVictim
from hotline.store.database import Row


class ServiceReferral(Row):
    """One offer, by its entry in the log."""

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


def of_tip(session: Session, tip_id: int) -> Sequence[ServiceReferral]:
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
