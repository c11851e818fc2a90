"""What was asked of somebody about a person of a tip, and is not said yet: whether she arrived, and the other clocks.

Rows in clear alone: numbers and times.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, defer

from hotline.domain.cases.following import FollowKind
from hotline.store.cases.case_people import PossibleVictim
from hotline.store.cases.service_referrals import ServiceReferral
from hotline.store.referrals.tip_overview import REAL
from hotline.store.tips.tips import Tip
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
