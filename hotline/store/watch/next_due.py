"""What a program that turns the clock asks: when something is due next, whose cases are whose."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.domain.outbox.delivery import DUE_STATES, MessageState
from hotline.domain.referrals.referral import Level
from hotline.store.cases.case_people import PossibleVictim
from hotline.store.cases.service_referrals import ServiceReferral
from hotline.store.outbox.messages import Deadline, Message, Referral
from hotline.store.people.responders import Responder
from hotline.store.tips.tips import Tip


class NextKind(StrEnum):
    CASE = "case"
    PERSON = "person"
    MESSAGE = "message"
    REPORT = "report"
    """The gateway's: of it no row knows."""


class NextDue(NamedTuple):
    at: datetime
    what: NextKind


class ToldOfCase(NamedTuple):
    """Somebody who was told of a case, and by which name."""

    responder_id: int
    reference: str
    is_national: bool


def next_due(session: Session) -> Sequence[NextDue]:
    """Of each kind the earliest: a clock of a case, of a person or an offer, and a message."""
    waits = (*DUE_STATES, MessageState.UNKNOWN)
    person, offer = PossibleVictim.due_at, ServiceReferral.due_at
    found = [
        (NextKind.CASE, select(func.min(Deadline.due_at)).where(Deadline.fired_at.is_(None))),
        (NextKind.PERSON, select(func.min(person))),
        (NextKind.PERSON, select(func.min(offer))),
        (NextKind.MESSAGE, select(func.min(Message.next_at)).where(Message.state.in_(waits))),
    ]
    rows = [(session.scalar(asked), what) for what, asked in found]
    return [NextDue(at, what) for at, what in rows if at is not None]


def told_of(session: Session, tip_id: int) -> Sequence[ToldOfCase]:
    """Who was told of a case and is not let go of it, the last told first."""
    hers = (Referral.tip_id == tip_id, Referral.released_at.is_(None))
    found = select(Referral.responder_id, Referral.reference, Responder.level)
    found = found.join(Responder, Responder.id == Referral.responder_id).where(*hers)
    rows = session.execute(found.order_by(Referral.id.desc())).all()
    return [ToldOfCase(who, name, level == Level.NATIONAL) for who, name, level in rows]


def told_in(session: Session, session_key: str) -> Sequence[Tip]:
    """What was told in one dialogue."""
    found = select(Tip).where(Tip.session_key == session_key).order_by(Tip.id)
    return session.scalars(found).all()
