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


WAITS = (*DUE_STATES, MessageState.UNKNOWN)
EARLIEST = (
    (NextKind.CASE, select(func.min(Deadline.due_at)).where(Deadline.fired_at.is_(None))),
    (NextKind.PERSON, select(func.min(PossibleVictim.due_at))),
    (NextKind.PERSON, select(func.min(ServiceReferral.due_at))),
    (NextKind.MESSAGE, select(func.min(Message.next_at)).where(Message.state.in_(WAITS))),
)
ASKED = select(*(one.scalar_subquery() for _, one in EARLIEST))


def next_due(session: Session) -> Sequence[NextDue]:
    """Of each kind the earliest: a clock of a case, of a person or an offer, and a message."""
    found = session.execute(ASKED).one()
    pairs = zip(found, EARLIEST, strict=True)
    return [NextDue(at, what) for at, (what, _) in pairs if at is not None]


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


def last_tip(session: Session) -> int:
    """The newest tip's id; 0 where there is none."""
    return session.scalar(select(func.max(Tip.id))) or 0


def told_since(session: Session, tip_id: int) -> Sequence[Tip]:
    """Tips that came after that one."""
    return session.scalars(select(Tip).where(Tip.id > tip_id).order_by(Tip.id)).all()
