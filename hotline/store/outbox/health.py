"""How the outbox and the clock stand: questions over several families of rows, for the doctor alone.

Messages that were given up, and who answers for them: rows that count as wrong until somebody does.

A person's pause of the outgoing queue: the row, and what it keeps from going out.

Says whether a tip waits to be taken: one definition for lists, Today, a tip's page, commands and alarms.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.domain import trial
from hotline.domain.outbox.delivery import MessageState, Priority
from hotline.domain.outbox.message import TO_DECIDE, Kind
from hotline.domain.referrals.clocks import ASKS, DeadlineKind
from hotline.domain.tips.promises import Asked
from hotline.store.outbox import messages
from hotline.store.outbox.messages import SMS, Deadline, LaneHold, Leader, Message, Referral
from hotline.store.people.responders import Responder
from hotline.store.tips.tips import WAITS, Tip, Untold
from hotline.store.tips.visible import Viewer, visible_to

ASK_RUNS = (Deadline.fired_at.is_(None), Deadline.kind.in_(ASKS))
"""Of `Deadline`."""
UNTAKEN = or_(
    Tip.holder_id.is_(None),
    exists().where(Deadline.tip_id == Tip.id, *ASK_RUNS).correlate(Tip),
)
"""Of `Tip`: no responder holds it, or its holder passed it on or is silent, and people are asked to take it."""
OPEN = (
    Message.state == MessageState.DEAD,
    Message.answered_at.is_(None),
    Message.priority != Priority.DRILL,
)


@dataclass(frozen=True, slots=True)
class GivenUp:
    message_id: int
    kind: str
    written_at: datetime
    name: str
    """Of the responder who should have got it."""
    tip_id: int | None


def unanswered(session: Session) -> Sequence[GivenUp]:
    """Returns those that nobody has answered for, the oldest first."""
    rows = session.execute(
        select(Message.id, Message.kind, Message.created_at, Responder.name, Referral.tip_id)
        .join(Responder, Responder.id == Message.responder_id)
        .outerjoin(Referral, Referral.id == Message.referral_id)
        .where(*OPEN)
        .order_by(Message.id)
    )
    return [GivenUp(*row) for row in rows]


def answer(session: Session, message_ids: Collection[int], at: datetime) -> Sequence[int]:
    """Notes that somebody answers for these. Returns those of them that waited for it."""
    here = (*OPEN, Message.id.in_(message_ids))
    answered = update(Message).where(*here).values(answered_at=at).returning(Message.id)
    return sorted(session.scalars(answered))


UNREFERRED = (WAITS, Tip.referred_at.is_(None), Tip.channel != trial.CHANNEL)
LATE_UNTAKEN = (
    *ASK_RUNS,
    Tip.filed_at.is_not(None),
    Tip.channel.not_in(trial.UNCOUNTED),
    or_(Tip.holder_id.is_(None), Deadline.kind == DeadlineKind.RED),
)
"""Of tips joined to their deadlines: they wait to be taken, or are overdue."""
MOST_LATE = 100
TO_RESPONDER = Message.responder_id.is_not(None)
"""Answers end after minutes, and the monitor's own notices raise no alarm."""
ON_THE_WAY = (MessageState.PENDING, MessageState.RETRY, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    oldest_unsent: datetime | None
    """When the oldest MT was written that no gateway has accepted yet."""
    unknown: int
    """MTs of which nobody knows whether they went out."""
    dead: int
    """MTs that were given up, and nobody has answered for."""
    unreferred_since: datetime | None
    """When the oldest tip was filed that nobody was told of."""
    untaken_since: Mapping[int, datetime]
    """When the oldest tip of each urgency was filed that somebody was told of and nobody has taken."""
    locked: int
    """Tips that are not over, and that a desk should read and cannot."""
    clock_until: datetime | None
    """Until when a clock last said that it would answer for time."""


def standing(session: Session) -> OutboxHealth:
    return OutboxHealth(
        oldest_unsent=session.scalar(
            select(func.min(Message.created_at)).where(TO_RESPONDER, Message.state.in_(ON_THE_WAY))
        ),
        unknown=_count(session, MessageState.UNKNOWN),
        dead=len(unanswered(session)),
        unreferred_since=_unreferred(session),
        untaken_since=_untaken(session),
        locked=_locked(session),
        clock_until=session.scalar(select(Leader.until).where(Leader.name == messages.RELAY)),
    )


class LateTip(NamedTuple):
    """A tip that an alarm may be about."""

    id: int
    urgency: int
    filed_at: datetime


def unreferred_tips(session: Session, viewer: Viewer | None) -> Sequence[LateTip]:
    """Returns the tips of which nobody was alerted and that this viewer may know of, the oldest first."""
    found = select(Tip.id, Tip.urgency, Tip.filed_at).outerjoin(Untold, Untold.tip_id == Tip.id)
    return _late(session, found.where(or_(and_(*UNREFERRED), Untold.tip_id.is_not(None))), viewer)


def untaken_tips(session: Session, viewer: Viewer | None) -> Sequence[LateTip]:
    """Returns the tips that wait to be taken and that this viewer may know of, the oldest first."""
    found = select(Tip.id, Tip.urgency, Tip.filed_at).join(Deadline, Deadline.tip_id == Tip.id)
    return _late(session, found.where(*LATE_UNTAKEN), viewer)


def _late(
    session: Session, found: Select[int, int, datetime | None], viewer: Viewer | None
) -> Sequence[LateTip]:
    rows = session.execute(
        found.where(visible_to(viewer)).order_by(Tip.filed_at, Tip.id).limit(MOST_LATE)
    )
    return [LateTip(id, urgency, at) for id, urgency, at in rows if at is not None]


def _unreferred(session: Session) -> datetime | None:
    oldest = select(func.min(Tip.filed_at))
    looks = (
        oldest.where(*UNREFERRED),
        oldest.join(Untold, Untold.tip_id == Tip.id),
    )
    found = [since for look in looks if (since := session.scalar(look)) is not None]
    return min(found, default=None)


def _locked(session: Session) -> int:
    found = select(func.count()).select_from(Tip).where(Tip.locked_for.is_not(None))
    return session.scalar(found.where(Tip.closed_at.is_(None), Tip.erased_at.is_(None))) or 0


def _count(session: Session, state: MessageState) -> int:
    found = select(func.count()).where(TO_RESPONDER, Message.state == state)
    return session.scalar(found) or 0


def _untaken(session: Session) -> Mapping[int, datetime]:
    """Since when tips wait to be taken, or are red, by urgency."""
    rows = session.execute(
        select(Tip.urgency, func.min(Tip.filed_at))
        .join(Deadline, Deadline.tip_id == Tip.id)
        .where(*LATE_UNTAKEN)
        .group_by(Tip.urgency)
    )
    return {urgency: since for urgency, since in rows if since is not None}


UNSENT = (MessageState.PENDING, MessageState.RETRY, MessageState.SENDING, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """MTs of one kind that go out once the lane is free."""

    kind: Kind
    doubtful: bool
    """Written before the backup was made: these, and only these, may have gone out once already."""
    count: int
    oldest: datetime


def pause(session: Session) -> LaneHold | None:
    return session.get(LaneHold, SMS)


def pause_for_writing(session: Session) -> LaneHold | None:
    """Held until the transaction ends: two people do not release one hold."""
    return session.get(LaneHold, SMS, with_for_update=True)


def waiting(session: Session, doubtful_until: datetime | None) -> Sequence[WaitingMessages]:
    """What a free lane would send, the doubtful first, alerts before confirmations."""
    before = false() if doubtful_until is None else Message.created_at <= doubtful_until
    doubtful = case((before, 1), else_=0).label("doubtful")
    goes = or_(Message.state.in_(UNSENT), and_(before, _unreported()))
    rows = session.execute(
        select(Message.kind, doubtful, func.count(), func.min(Message.created_at))
        .where(Message.kind.in_(TO_DECIDE), goes)
        .group_by(Message.kind, "doubtful")
    )
    found = [WaitingMessages(Kind(kind), bool(doubt), *rest) for kind, doubt, *rest in rows]
    return sorted(found, key=lambda one: (not one.doubtful, one.kind))


def drop(session: Session, kinds: Collection[Kind], doubtful_until: datetime) -> int:
    """End the doubtful ones of these kinds, so that none is sent again; how many. Their deadlines run on."""
    doubtful = and_(Message.kind.in_(kinds), Message.created_at <= doubtful_until)
    ended = session.execute(
        update(Message)
        .where(doubtful, Message.state.in_(UNSENT))
        .values(state=MessageState.FAILED, lease_until=None, leased_by=None)
        .returning(Message.id)
    ).all()
    spent = session.execute(
        update(Message).where(doubtful, _unreported()).values(resent=True).returning(Message.id)
    ).all()
    return len(ended) + len(spent)


def _unreported() -> ColumnElement[bool]:
    """Alerts that the gateway took, and that are sent once more where no report comes."""
    return and_(
        Message.state == MessageState.ACCEPTED,
        Message.kind == Kind.ALERT,
        Message.resent.is_(False),
    )


def asked_beside_holder(
    session: Session, tip_ids: Collection[int] | None = None
) -> dict[int, Asked]:
    """Returns the tips among these, or of all, that a responder holds while people are asked to take them."""
    passed = exists().where(
        Referral.tip_id == Tip.id,
        Referral.responder_id == Tip.holder_id,
        Referral.passed_at.is_not(None),
    )
    held = select(Tip.id, passed.correlate(Tip)).join(Deadline, Deadline.tip_id == Tip.id)
    held = held.where(*ASK_RUNS, Tip.holder_id.is_not(None))
    rows = session.execute(held if tip_ids is None else held.where(Tip.id.in_(tip_ids)))
    return {tip_id: Asked.PASSED_ON if is_passed else Asked.SILENT for tip_id, is_passed in rows}
