"""Stores the persons of a case by number: when each was met, which help was offered, and when a question is due.

The content of notes, offers and outcomes is encrypted elsewhere.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select, union, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new, new_record_key
from hotline.tips.rules_persons import FollowKind


class PossibleVictim(Row):
    """One person in a case, by number. The row holds no name, age or code. The case log has what may be known."""

    __tablename__ = "possible_victim"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    met_at: Mapped[datetime]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """The responder who last asked this person whether they want help."""
    clock: Mapped[str | None]
    """The clock that runs, as a `tips.rules_persons.FollowKind`. None while nothing is awaited."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """The time at which a responder must offer help, or ask the person once more. None while nothing is awaited."""
    rung: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of times that responders were notified of this clock."""
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """Decides how published counts with this person are rounded. From 0 to 255. Deleted with the row."""


def add_person(session: Session, tip_id: int, n: int, at: datetime) -> bool:
    """Stores a person of a case. Returns False if the person was known already."""
    return add_if_new(session, PossibleVictim(tip_id=tip_id, n=n, met_at=at))


def persons_of_tip(session: Session, tip_id: int) -> Sequence[PossibleVictim]:
    """Returns the persons of a tip, ordered by number."""
    found = select(PossibleVictim).where(PossibleVictim.tip_id == tip_id)
    return session.scalars(found.order_by(PossibleVictim.n)).all()


def tips_with_person(session: Session, tip_ids: Collection[int]) -> frozenset[int]:
    """Returns those of these tips in which a person was met."""
    if not tip_ids:
        return frozenset()
    found = select(PossibleVictim.tip_id).where(PossibleVictim.tip_id.in_(tip_ids))
    return frozenset(session.scalars(found.distinct()))


def bring_offers_forward(session: Session, tip_id: int, due_at: datetime) -> None:
    """Brings a case's deadlines for asking a service forward to this moment. Leaves earlier deadlines unchanged."""
    later = (PossibleVictim.clock == FollowKind.OFFER, PossibleVictim.due_at > due_at)
    rows = update(PossibleVictim).where(PossibleVictim.tip_id == tip_id, *later)
    session.execute(rows.values(due_at=due_at))


class ServiceReferral(Row):
    """One offer of help to a person, identified by its case event. It holds times and the running clock."""

    __tablename__ = "service_referral"
    __table_args__ = (Index("service_referral_of", "tip_id", "n"),)

    offered_id: Mapped[int] = mapped_column(
        ForeignKey("case_log.id"), primary_key=True, autoincrement=False
    )
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    n: Mapped[int]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """The responder who offered the help. This responder is asked for the outcome."""
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    """The time when a responder said if the person arrived."""
    thirty_at: Mapped[datetime | None]
    clock: Mapped[str | None]
    """A `tips.rules_persons.FollowKind`. None if the offer is no longer followed."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    rung: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of times that responders were notified of this clock."""


def add_offer(session: Session, row: ServiceReferral) -> None:
    session.add(row)
    session.flush()


def offers_of(session: Session, tip_id: int) -> Sequence[ServiceReferral]:
    """Returns the offers of a tip, oldest first."""
    found = select(ServiceReferral).where(ServiceReferral.tip_id == tip_id)
    return session.scalars(found.order_by(ServiceReferral.offered_id)).all()


def due_tips(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Returns ids of tips in which the clock of a person or an offer has run out. Locks nothing.

    The caller locks the tip before it changes these rows.
    """
    found = union(
        *(select(row.tip_id).where(row.due_at <= at) for row in (PossibleVictim, ServiceReferral))
    ).limit(limit)
    return session.scalars(found).all()


def longest_due(
    session: Session, tip_id: int, at: datetime
) -> PossibleVictim | ServiceReferral | None:
    """Returns the person or offer of a tip whose clock ran out first, or None. The caller holds the lock on the tip."""
    person = select(PossibleVictim).where(
        PossibleVictim.tip_id == tip_id, PossibleVictim.due_at <= at
    )
    offer = select(ServiceReferral).where(
        ServiceReferral.tip_id == tip_id, ServiceReferral.due_at <= at
    )
    rows = [*session.scalars(person), *session.scalars(offer)]
    return min(rows, key=lambda row: (row.due_at or at, row.n), default=None)
