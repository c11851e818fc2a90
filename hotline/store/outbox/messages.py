"""The outbox: one row for each MT, whoever it goes to; its attempts, its reports, and the deadlines of tips.

Their questions are in `store/referrals/referrals.py`, `outbox.py` and below; states and legal steps in
`domain/outbox/delivery.py`.

The questions asked of the lane and of the relay's leadership: both are rows, so that any process may ask.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    func,
    or_,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.outbox.delivery import FINAL_STATES, MessageState
from hotline.store.database import Row, add_if_new


class Referral(Row):
    """A tip given to one responder at one step of the ladder."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("tip_id", "step", "responder_id"),
        Index("referral_hands", "responder_id", "created_at", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    step: Mapped[int]
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    """What an SMS calls it: four to six letters and digits, one for each recipient, never given again."""
    state: Mapped[str]
    """A `domain.referrals.referral.ReferralState`."""
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    """When it was sure that she answered herself: by dialling, or by an SMS that the gateway's inbox lists."""
    doubted_at: Mapped[datetime | None]
    """When an answer by SMS was found to stand in no inbox. It silences nothing until it is proved."""
    on_site_at: Mapped[datetime | None]
    """When she said that she is there."""
    handed_to_help_at: Mapped[datetime | None]
    """When she said that somebody helps."""
    passed_at: Mapped[datetime | None]
    """When she said that she cannot."""
    released_at: Mapped[datetime | None]
    """When it ended, since the place or the answer about officials was corrected: it is no case of hers any more."""
    opened_at: Mapped[datetime | None]
    """When she first read what was told, with a PIN of her own."""


ANSWERED = Referral.acknowledged_at.is_not(None)
BELIEVED = or_(Referral.doubted_at.is_(None), Referral.proved_at.is_not(None))
"""Of referrals that are acknowledged: those whose answer counts."""
TOOK = and_(ANSWERED, BELIEVED)
STANDS = Referral.released_at.is_(None)
"""Of referrals: the case is still one of hers."""


def told_to(tip_id: int, responder_id: int) -> tuple[ColumnElement[bool], ...]:
    """Returns conditions of `Referral`: those by which a responder was told of a tip."""
    return (Referral.tip_id == tip_id, Referral.responder_id == responder_id)


class Watcher(Row):
    """Who is woken when something is wrong. Not a responder: she may be one as well."""

    __tablename__ = "watcher"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str]
    number_key: Mapped[str] = mapped_column(unique=True)
    """Lasting keyed digest of the MSISDN."""
    sealed_number: Mapped[bytes]
    """The MSISDN, sealed to the watchman alone."""
    active: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[str | None]
    """Why the gateway will never deliver to this number, if it said so."""
    created_at: Mapped[datetime]


class Message(Row):
    """An MT: template and parameters, never the rendered text.

    It goes to a responder, to an on-call contact, or to the sealed number of a stranger. A notice to none of them goes
    by the monitor's other channel.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("message_due", "state", "next_at"),
        Index("message_referral", "referral_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """A `domain.outbox.message.Kind`."""
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"))
    watcher_id: Mapped[int | None] = mapped_column(ForeignKey("watcher.id"))
    contact_key: Mapped[str | None]
    """Of an answer: this week's pseudonym of the phone, what its budget is counted by."""
    sealed_number: Mapped[bytes | None]
    """Of an answer: the MSISDN, sealed to the relay, under the lock of a week; emptied with the end."""
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """Of an answer: the flows that its screen is drawn from."""
    template: Mapped[str]
    """The name of a `domain.wording.Template`; of an answer a `domain.outbox.message.AnswerForm`."""
    parameters: Mapped[dict[str, Any]]
    """Of an answer, until its end: the place of a screen, and what was chosen on the way. Never a word of hers."""
    language: Mapped[str]
    priority: Mapped[int]
    """Its queue, a `domain.outbox.delivery.Priority`."""
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """Among the alerts of one step of a tip: the first of every tip goes before anybody's second."""
    state: Mapped[str]
    """A `domain.outbox.delivery.MessageState`."""
    attempts: Mapped[int] = mapped_column(default=0)
    """The number of the newest claim: a result is written only by the attempt that still holds it."""
    counted: Mapped[int] = mapped_column(default=0)
    """Attempts that may have reached the network: what the limit of eight counts."""
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    outcome: Mapped[str | None]
    """What the last attempt came to: a `domain.outbox.delivery.Outcome`."""
    gateway: Mapped[str | None]
    """The gateway that took it, a `domain.outbox.delivery.Gateway`, which knows it by `provider_id`."""
    provider_id: Mapped[str | None]
    created_at: Mapped[datetime]
    """Of an advertisement: when the cry was written, since it goes at once or never."""
    accepted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    resent: Mapped[bool] = mapped_column(default=False)
    """Whether the one resend for a missing report was spent."""
    answered_at: Mapped[datetime | None]
    """When a person answered for a message that was given up."""

    @property
    def has_ended(self) -> bool:
        """Returns True if nothing more is tried, unless the report of an alert is missing."""
        return self.state in (MessageState.ACCEPTED, *FINAL_STATES)


class Attempt(Row):
    """One try at a message: written before the socket opens, closed by its outcome."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("message_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    n: Mapped[int]
    started_at: Mapped[datetime]
    outcome: Mapped[str | None]
    http_status: Mapped[int | None]
    gateway: Mapped[str | None]
    provider_status: Mapped[str | None]
    provider_id: Mapped[str | None] = mapped_column(index=True)


class DeliveryReport(Row):
    """The gateway's word on an MT. It may come before our own row knows the id: kept, and applied then."""

    __tablename__ = "delivery_report"
    __table_args__ = (UniqueConstraint("gateway", "provider_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[str]
    provider_id: Mapped[str]
    status: Mapped[str]
    network: Mapped[str | None]
    """The gateway's code of the network that it speaks for."""
    received_at: Mapped[datetime]
    applied: Mapped[bool] = mapped_column(default=False)


class Deadline(Row):
    """Something that must have happened by then. A row, so that no restart forgets it."""

    __tablename__ = "deadline"
    __table_args__ = (UniqueConstraint("tip_id", "kind", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    kind: Mapped[str]
    """A `domain.referrals.clocks.DeadlineKind`. At most one of a kind is open for a tip."""
    step: Mapped[int]
    """Which of its kind it is for this tip, from 0."""
    nth: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often its kind had fired in a row when it was set."""
    set_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    named_at: Mapped[datetime | None]
    """The time that texts and pages name, where the clock fires before it to remind."""
    fired_at: Mapped[datetime | None]
    """When it fired, or was closed before."""


TRULY_DUE = func.coalesce(Deadline.named_at, Deadline.due_at)
"""Of deadlines: when others are alerted, as texts and pages name it."""


class Lane(Row):
    """Whether MTs may go out at all. A config or money fault holds the lane and burns no attempt."""

    __tablename__ = "lane"

    name: Mapped[str] = mapped_column(primary_key=True)
    held_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    awaited_at: Mapped[datetime | None]
    """When the processes that send were last told to start: until their clock ticks, they are believed."""
    failing_since: Mapped[datetime | None]
    """When the first of the sends failed that reached no gateway, with none accepted since."""
    failed_at: Mapped[datetime | None]
    """When the last of them failed."""


class LaneHold(Row):
    """Somebody's word that no MT goes out: as long as the row stands. Who said so before is in the audit log."""

    __tablename__ = "lane_hold"

    lane: Mapped[str] = mapped_column(primary_key=True)
    held_by: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime]
    doubtful_until: Mapped[datetime | None]
    """The database came back from a backup: what was written up to then may have gone out already."""


class Leader(Row):
    """Which relay owns time, for how long. Two by accident are still safe. A second row is the watch process's."""

    __tablename__ = "leader"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


SMS = "sms"
RELAY = "relay"
BY_HAND = "by hand"
DUE = "due"


def note_due(session: Session, message_id: int) -> None:
    """Notes that this transaction makes a message due: whoever commits it rings."""
    session.info.setdefault(DUE, message_id)


def first_due(session: Session) -> int | None:
    """Returns the first message that this transaction made due."""
    found: int | None = session.info.get(DUE)
    return found


def held(session: Session, at: datetime) -> str | None:
    """Returns why nothing may go out now, or None. A person's word stands until a person takes it back."""
    if session.get(LaneHold, SMS) is not None:
        return BY_HAND
    lane = lane_of(session)
    is_held = lane.held_until is not None and lane.held_until > at
    return lane.reason or "held" if is_held else None


def lane_of(session: Session) -> Lane:
    """Returns the lane as it stands; of a line that never sent, one that nothing holds."""
    return session.get(Lane, SMS) or Lane(name=SMS)


def _change(session: Session, **values: Any) -> None:
    names = ("held_until", "reason", "awaited_at", "failing_since", "failed_at")
    add_if_new(session, Lane(name=SMS, **dict.fromkeys(names)))
    session.execute(update(Lane).where(Lane.name == SMS).values(**values))


def hold(session: Session, until: datetime, reason: str) -> None:
    _change(session, held_until=until, reason=reason)


def release(session: Session) -> None:
    """Ends a fault that holds the lane: the gateway took a message."""
    faulty = or_(Lane.reason.is_not(None), Lane.failing_since.is_not(None))
    session.execute(
        update(Lane)
        .where(Lane.name == SMS, faulty)
        .values(held_until=None, reason=None, failing_since=None, failed_at=None)
    )


def note_failure(session: Session, at: datetime) -> None:
    """Notes that a send reached no gateway."""
    _change(session, failing_since=func.coalesce(Lane.failing_since, at), failed_at=at)


def await_senders(session: Session, at: datetime) -> None:
    """Notes that the processes that send are told to start."""
    _change(session, awaited_at=at)


def lead(
    session: Session,
    holder: str,
    at: datetime,
    lease: timedelta,
    *,
    grace: timedelta = timedelta(0),
) -> bool:
    """Takes or keeps the relay's leadership. Returns True if it is ours.

    Another's is respected until `grace` after its lease. A lease too long to be true is a clock that was set back:
    nobody waits for it.
    """
    if add_if_new(session, Leader(name=RELAY, holder=holder, until=at + lease)):
        return True
    won = session.execute(
        update(Leader)
        .where(
            Leader.name == RELAY,
            or_(
                Leader.holder == holder,
                Leader.until <= at - grace,
                Leader.until > at + lease + grace,
            ),
        )
        .values(holder=holder, until=at + lease)
        .returning(Leader.name)
    )
    return won.scalar() is not None


def write_leader(session: Session, holder: str, until: datetime, *, name: str = RELAY) -> None:
    """Says who leads, and until when at least: for whoever holds the lock."""
    if not add_if_new(session, Leader(name=name, holder=holder, until=until)):
        session.execute(
            update(Leader).where(Leader.name == name).values(holder=holder, until=until)
        )
