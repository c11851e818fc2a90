"""Somebody who was helped is in danger again: the case is open, as danger, and the national desk is told at once.

Runs inside its caller's transaction, which holds the tip. Words that are gone stay gone: the person is not.
"""

from datetime import datetime

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.following import OFFER_WITHIN
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.tip import Urgency
from hotline.ports import Kit
from hotline.services.cases import entries
from hotline.services.cases.entries import EntryBy
from hotline.services.referrals import ladder
from hotline.store.cases import case_people
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.tips.tips import Tip, drop_closure_request


def open_again(session: Session, kit: Kit, tip: Tip, by: EntryBy, at: datetime) -> int | None:
    """Returns a message to ring for."""
    if tip.closed_at is not None:
        key = f"{tip.id}:{at.timestamp()}"
        entries.done_by(session, tip.id, EntryKind.REOPENED, by, at, key=key)
        tip.closed_at = tip.outcome = tip.holder_id = None
        drop_closure_request(tip)
    tip.told_urgency = tip.told_urgency or tip.urgency
    tip.urgency = Urgency.DANGER
    # It is told of here, so it waits for nobody else to tell of it. Who took it before is asked anew.
    tip.referred_at, tip.referred_urgency = at, Urgency.DANGER
    audit.append(
        session, at=at, actor=by.actor, action="danger_again", subject=f"tip:{tip.id}", reason=""
    )
    case_people.offer_by(session, tip.id, at + OFFER_WITHIN)
    session.flush()
    event = Event(Happened.DANGER_AGAIN, by=by.responder_id)
    return ladder.happen(session, kit, tip.id, event, at)
