"""Stores the persons of a case by number: when each was met, the help that was offered, and the next reminder.

The contents of notes, offers and outcomes are stored encrypted in other tables.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select, union, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new, new_record_key
from hotline.tips.rules_persons import FollowKind


class PossibleVictim(Row):
    """A person of a case, known by a number.

    The row contains no name, age or code. What is known about the person is in the case events.
    """

    __tablename__ = "possible_victim"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    met_at: Mapped[datetime]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """The responder who last asked this person about help."""
    clock: Mapped[str | None]
    """The kind of the next reminder, as the value of a `tips.rules_persons.FollowKind`. None if no fact is missing."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """The time of the next reminder: to ask a service for help, or to ask the person once more. None if no fact is
    missing.
    """
    times: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of reminders that were already sent."""
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """A number from 0 to 255 that decides how published numbers that count this person are rounded. It is deleted with
    the row."""


def add_person(session: Session, tip_id: int, n: int, at: datetime) -> bool:
    """Stores a person of a case. Returns False if the person was already stored."""
    return add_if_new(session, PossibleVictim(tip_id=tip_id, n=n, met_at=at))


def persons_of_tip(session: Session, tip_id: int) -> Sequence[PossibleVictim]:
    """Returns the persons of a tip, ordered by number."""
    found = select(PossibleVictim).where(PossibleVictim.tip_id == tip_id)
    return session.scalars(found.order_by(PossibleVictim.n)).all()


def tips_with_person(session: Session, tip_ids: Collection[int]) -> frozenset[int]:
    """Returns which of the given tips have a person who was met."""
    if not tip_ids:
        return frozenset()
    found = select(PossibleVictim.tip_id).where(PossibleVictim.tip_id.in_(tip_ids))
    return frozenset(session.scalars(found.distinct()))


def bring_offers_forward(session: Session, tip_id: int, due_at: datetime) -> None:
    """Moves the reminders to ask a service forward to this time, if they are later. Earlier reminders do not change."""
    later = (PossibleVictim.clock == FollowKind.OFFER, PossibleVictim.due_at > due_at)
    rows = update(PossibleVictim).where(PossibleVictim.tip_id == tip_id, *later)
    session.execute(rows.values(due_at=due_at))


class ServiceReferral(Row):
    """An offer of help to a person. It is identified by the id of its case event.

    The row contains only times and the next reminder.
    """

    __tablename__ = "service_referral"
    __table_args__ = (Index("service_referral_of", "tip_id", "n"),)

    offered_id: Mapped[int] = mapped_column(
        ForeignKey("case_event.id"), primary_key=True, autoincrement=False
    )
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    n: Mapped[int]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """The responder who offered the help. Reminders go to this responder."""
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    """The time when a responder reported if the person arrived."""
    thirty_at: Mapped[datetime | None]
    clock: Mapped[str | None]
    """The kind of the next reminder, as the value of a `tips.rules_persons.FollowKind`. None if the offer needs no more
    reminders.
    """
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    times: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of reminders that were already sent."""


def add_offer(session: Session, row: ServiceReferral) -> None:
    session.add(row)
    session.flush()


def offers_of(session: Session, tip_id: int) -> Sequence[ServiceReferral]:
    """Returns the offers of a tip, oldest first."""
    found = select(ServiceReferral).where(ServiceReferral.tip_id == tip_id)
    return session.scalars(found.order_by(ServiceReferral.offered_id)).all()


def due_tips(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Returns the ids of the tips with a reminder that is due, about a person or an offer. The function locks nothing.

    The calling function must lock the tip before it changes these rows.
    """
    found = union(
        *(select(row.tip_id).where(row.due_at <= at) for row in (PossibleVictim, ServiceReferral))
    ).limit(limit)
    return session.scalars(found).all()


def longest_due(
    session: Session, tip_id: int, at: datetime
) -> PossibleVictim | ServiceReferral | None:
    """Returns the person or offer of a tip whose reminder has been due for longest, or None.

    The calling function must have locked the tip.
    """
    person = select(PossibleVictim).where(
        PossibleVictim.tip_id == tip_id, PossibleVictim.due_at <= at
    )
    offer = select(ServiceReferral).where(
        ServiceReferral.tip_id == tip_id, ServiceReferral.due_at <= at
    )
    rows = [*session.scalars(person), *session.scalars(offer)]
    return min(rows, key=lambda row: (row.due_at or at, row.n), default=None)
