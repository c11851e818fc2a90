"""The rows that follow from a case's persons: who was met, what was offered, and the clocks. They hold no code.

They are made of the fold alone. Runs inside its caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.cases import following
from hotline.domain.cases.following import FollowClock
from hotline.domain.cases.persons import MetPerson, OfferedHelp
from hotline.store.cases import case_people, service_referrals
from hotline.store.cases.case_people import PossibleVictim
from hotline.store.cases.service_referrals import ServiceReferral
from hotline.store.database import Session
from hotline.store.tips.tips import Tip


def follow(
    session: Session, tip: Tip, before: Sequence[MetPerson], after: Sequence[MetPerson]
) -> None:
    """Brings the rows from one state of its persons to the next. A clock that stays the same goes on as it runs."""
    was, tip_id = {one.n: one for one in before}, tip.id
    rows = {row.offered_id: row for row in service_referrals.of_tip(session, tip_id)}
    for person in after:
        old = was.get(person.n)
        _follow_person(session, tip, old, person)
        for offer in person.referrals:
            row = rows.get(offer.offered_id) or _new(session, tip_id, person.n, offer)
            row.answered_at, row.arrived_at = offer.answered_at, offer.arrived_at
            row.thirty_at = offer.thirty_at
            clock = following.of_offer(person, offer)
            if clock != _clock_before(old, offer.offered_id):
                row.clock = None if clock is None else clock.kind.value
                row.due_at, row.rung = _due(clock), 0
    session.flush()


def _follow_person(session: Session, tip: Tip, old: MetPerson | None, person: MetPerson) -> None:
    case_people.meet(session, tip.id, person.n, person.met_at)
    row = session.get_one(PossibleVictim, (tip.id, person.n))
    row.responder_id = _asked_by(person)
    clock = following.of_person(person, tip.urgency)
    if old is None or following.of_person(old, tip.urgency) != clock:
        row.clock = None if clock is None else clock.kind.value
        row.due_at, row.rung = _due(clock), 0


def _asked_by(person: MetPerson) -> int | None:
    """Returns who last heard from the person whether help is wanted."""
    if not person.consents:
        return None
    last, _, _ = person.consents[-1]
    heard = [one.entry.responder_id for one in person.moments if one.entry.at == last]
    return heard[-1] if heard else None


def _clock_before(old: MetPerson | None, offered_id: int) -> FollowClock | None:
    offers = old.referrals if old is not None else ()
    found = next((one for one in offers if one.offered_id == offered_id), None)
    return None if old is None or found is None else following.of_offer(old, found)


def _new(session: Session, tip_id: int, n: int, offer: OfferedHelp) -> ServiceReferral:
    row = ServiceReferral(
        offered_id=offer.offered_id,
        tip_id=tip_id,
        n=n,
        responder_id=offer.offered_by,
        offered_at=offer.offered_at,
        rung=0,
    )
    service_referrals.offer(session, row)
    return row


def _due(clock: FollowClock | None) -> datetime | None:
    return None if clock is None else clock.due_at
