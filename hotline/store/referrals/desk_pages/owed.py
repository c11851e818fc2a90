"""What was asked of somebody about a person of a tip, and is not said yet: whether she arrived, and the other clocks.

Rows in clear alone: numbers and times.

Lists closures that wait for a second person, with their age: for Today, Approvals, the list of tips and the board.

One condition and one question, so that no page forgets a closure that another one shows. Rows in clear alone.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, defer

from hotline.domain.cases.following import FollowKind
from hotline.domain.tip import TipOutcome
from hotline.store.cases.case_people import PossibleVictim
from hotline.store.cases.service_referrals import ServiceReferral
from hotline.store.tips.tips import REAL, Tip
from hotline.store.tips.visible import Viewer, visible_to

OF_OFFER = (ServiceReferral.due_at.is_not(None), ServiceReferral.rung > 0)
OF_PERSON = (PossibleVictim.due_at.is_not(None), PossibleVictim.rung > 0)
"""Its clock rang once at least, and runs on."""


def is_owing() -> ColumnElement[bool]:
    """Of `Tip`. Asked from the clocks, which are few, and not of each tip."""
    offers = select(ServiceReferral.tip_id).where(*OF_OFFER)
    return Tip.id.in_(offers.union(select(PossibleVictim.tip_id).where(*OF_PERSON)))


def owing(session: Session, viewer: Viewer, limit: int) -> Sequence[Tip]:
    """Of the tips that this viewer may know of, those in which something is owed; the oldest first."""
    found = select(Tip).options(defer(Tip.body)).where(*REAL, visible_to(viewer), is_owing())
    return session.scalars(found.order_by(Tip.id).limit(limit)).all()


def owed(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[FollowKind]]:
    """By tip, what is owed in it."""
    told: dict[int, set[FollowKind]] = {}
    offers = select(ServiceReferral.tip_id, ServiceReferral.clock).where(
        ServiceReferral.tip_id.in_(tip_ids), *OF_OFFER
    )
    for tip_id, clock in session.execute(offers):
        told.setdefault(tip_id, set()).add(FollowKind(clock or FollowKind.ANSWER))
    people = select(PossibleVictim.tip_id, PossibleVictim.clock).where(
        PossibleVictim.tip_id.in_(tip_ids), *OF_PERSON
    )
    for tip_id, clock in session.execute(people):
        told.setdefault(tip_id, set()).add(FollowKind(clock or FollowKind.CONSENT))
    return {tip_id: frozenset(kinds) for tip_id, kinds in told.items()}


CLOSURE_WAITS = and_(Tip.closure_requested_at.is_not(None), Tip.closed_at.is_(None))
"""Of `Tip`: a closure was requested, and no second person has confirmed or refused it."""


class WaitingClosure(NamedTuple):
    """A closure that waits for a second person."""

    tip: Tip
    outcome: TipOutcome
    requested_by: str
    """The person's name as the case keeps it: `responder:7`, `account:4:Alice` or `name:Alice`."""
    requested_at: datetime


def waiting(session: Session, viewer: Viewer | None, limit: int) -> Sequence[WaitingClosure]:
    """Returns the closures that this viewer may see, the oldest request first."""
    found = select(Tip).options(defer(Tip.body)).where(*REAL, visible_to(viewer), CLOSURE_WAITS)
    rows = session.scalars(found.order_by(Tip.closure_requested_at, Tip.id).limit(limit))
    return [
        WaitingClosure(
            tip,
            TipOutcome(tip.end_wanted or TipOutcome.SILENT),
            tip.end_wanted_by or "",
            tip.closure_requested_at,
        )
        for tip in rows
        if tip.closure_requested_at is not None
    ]
