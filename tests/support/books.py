"""Reads the state of every tip and every alert from the database after a fault test."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hotline.core import rules_trial
from hotline.gateway.rules import MessageKind, Outcome
from hotline.gateway.tables import Assignment, Attempt, Deadline, Dialogue, Message
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.tips.rules import TipState
from hotline.tips.rules_receipts import CallBackState
from hotline.tips.tables import HAS_PENDING_ALERT, Grant, Tip
from hotline.tips.tables_persons import CallBack

OF_THE_TRIAL = TwoPeople("a trial", "nobody, since it is a trial")
"""The two names under which a test decrypts the desk keys of its own hotline, which has no real callers."""
WHOLE = Tip.state.in_((TipState.FILED, TipState.COMPLETE))
"""Selects the tips with a place. A tip without a place alerts no responder and has no deadline."""


@dataclass(frozen=True, slots=True)
class FiledTip:
    """A tip with a place, in the state "filed" or "complete"."""

    id: int
    uid: str
    session_key: str
    place: str
    state: str
    body: bytes = field(repr=False)
    grant: bytes | None = field(repr=False)
    """The tip's key, encrypted for the desk that the function `filed` got as an argument."""


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call-back that a caller asked for."""

    id: int
    uid: str
    session_key: str
    body: bytes = field(repr=False)
    encrypted_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SentAlert:
    id: int
    reference: str
    step: int
    """The escalation level at which the alert was sent. The first alert has level 0."""
    state: str
    created_at: datetime
    resent: bool
    doubtful: int
    """The number of attempts to send this alert whose result is unknown."""
    acknowledged: bool
    """True if the recipient of the alert has taken the case."""
    template: str
    """The name of the text of the alert."""

    @property
    def asks(self) -> bool:
        """Returns True if the alert asks its recipient to take the case."""
        return self.template.startswith("ALERT_")


@dataclass(frozen=True, slots=True)
class Firing:
    """A deadline that has passed and had its effect."""

    tip_id: int
    due_at: datetime
    fired_at: datetime


def filed(session: Session, desk: str) -> list[FiledTip]:
    """Returns every tip with a place, together with its encrypted key for one desk."""
    rows = session.execute(
        select(
            Tip.id, Tip.uid, Tip.session_key, Tip.place, Tip.state, Tip.body, Grant.encrypted_key
        )
        .outerjoin(Grant, (Grant.tip_id == Tip.id) & (Grant.desk_code == desk))
        .where(Tip.state != TipState.DRAFT)
    )
    return [FiledTip(*row) for row in rows]


def calls(session: Session) -> list[WaitingCall]:
    """Returns every waiting call-back, with the session in which it was requested."""
    rows = session.execute(
        select(CallBack.id, CallBack.uid, Tip.session_key, CallBack.body, CallBack.encrypted_key)
        .join(Tip, Tip.id == CallBack.tip_id)
        .where(CallBack.state == CallBackState.WAITING)
    )
    return [WaitingCall(*row) for row in rows]


def unreferred(session: Session) -> Sequence[int]:
    """Returns the filed tips that are assigned to no responder."""
    given = select(Assignment.id).where(Assignment.tip_id == Tip.id).exists()
    return session.scalars(select(Tip.id).where(WHOLE, ~given)).all()


def alerts(session: Session) -> list[SentAlert]:
    """Returns every alert, with the number of attempts to send it whose result is unknown."""
    doubtful = (
        select(Attempt.message_id, func.count().label("tries"))
        .where(or_(Attempt.outcome.is_(None), Attempt.outcome == Outcome.UNKNOWN))
        .group_by(Attempt.message_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Message.id,
            Assignment.reference,
            Assignment.step,
            Message.state,
            Message.created_at,
            Message.resent,
            func.coalesce(doubtful.c.tries, 0),
            Assignment.acknowledged_at.is_not(None),
            Message.template,
        )
        .join(Assignment, Assignment.id == Message.assignment_id)
        .outerjoin(doubtful, doubtful.c.message_id == Message.id)
        .where(Message.kind == MessageKind.ALERT)
    )
    return [SentAlert(*row) for row in rows]


def dialogues(session: Session) -> int:
    """Returns the number of sessions that have begun."""
    return session.scalar(select(func.count()).select_from(Dialogue)) or 0


def waiting_without_deadline(session: Session) -> Sequence[int]:
    """Returns the open tips without a deadline about which responders were alerted, even if a responder has taken the
    tip."""
    timed = select(Deadline.id).where(Deadline.tip_id == Tip.id, Deadline.fired_at.is_(None))
    open_tips = (
        Tip.assigned_at.is_not(None),
        ~HAS_PENDING_ALERT,
        Tip.closed_at.is_(None),
        Tip.erased_at.is_(None),
        Tip.channel != rules_trial.CHANNEL,
        WHOLE,
    )
    return session.scalars(select(Tip.id).where(*open_tips, ~timed.exists())).all()


def overdue(session: Session, before: datetime) -> Sequence[tuple[int, str]]:
    """Returns the tips with a deadline that has passed but had no effect, and the kind of that deadline."""
    late = (Deadline.fired_at.is_(None), Deadline.due_at < before)
    rows = session.execute(select(Deadline.tip_id, Deadline.kind).where(*late).distinct())
    return [(tip, kind) for tip, kind in rows]


def firings(session: Session) -> list[Firing]:
    """Returns the deadlines that had an effect because their time passed, and not because a responder took the tip.
    The result is sorted by tip and time."""
    rows = session.execute(
        select(Deadline.tip_id, Deadline.due_at, Deadline.fired_at)
        .where(Deadline.fired_at >= Deadline.due_at)
        .order_by(Deadline.tip_id, Deadline.fired_at)
    )
    return [
        Firing(tip_id, due_at, fired_at)
        for tip_id, due_at, fired_at in rows
        if fired_at is not None
    ]


def waits(session: Session, *, urgency: int) -> list[timedelta]:
    """Returns, for each tip of this urgency, the time between its filing and its first alert that the gateway accepted
    or a responder acknowledged.

    The time comes from the row of the first accepted attempt, because the row of the message has only the time of the
    last send.
    """
    taken = (
        select(Assignment.tip_id, Attempt.started_at.label("at"))
        .join(Message, Message.assignment_id == Assignment.id)
        .join(Attempt, Attempt.message_id == Message.id)
        .where(Attempt.outcome == Outcome.ACCEPTED)
    )
    answered = select(Assignment.tip_id, Assignment.acknowledged_at)
    heard = taken.union_all(answered.where(Assignment.acknowledged_at.is_not(None))).subquery()
    first = (
        select(heard.c.tip_id, func.min(heard.c.at).label("at")).group_by(heard.c.tip_id).subquery()
    )
    rows = session.execute(
        select(Tip.filed_at, first.c.at)
        .join(first, first.c.tip_id == Tip.id)
        .where(Tip.urgency == urgency, Tip.filed_at.is_not(None), first.c.at.is_not(None))
    )
    return [accepted - filed for filed, accepted in rows]
