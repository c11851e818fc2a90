"""Stores the persons of a case, and the call-backs that callers requested.

A person of a case has a number. The tables for persons and offers of help contain times and reminders, for example the
time when a responder met the person. Another table contains the answers about a person, encrypted.

Of a call-back, only `body` contains the phone number and the code word, encrypted for the national desk. When a
call-back ends, the hotline deletes the contents of `body` and `encrypted_key`.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, and_, exists, or_, select, union, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new, has_row, new_record_key
from hotline.people.rules import Level
from hotline.people.tables import IS_RUNNING, Membership, Responder, active_conditions
from hotline.text.errors import NotFound
from hotline.text.time import last_six
from hotline.tips.queries_visible import THE_LINE, Viewer, is_not_excluded, may_see_tip, visible_to
from hotline.tips.rules import OVERSEEN
from hotline.tips.rules_persons import FollowKind, ServiceAnswer
from hotline.tips.rules_receipts import HALF_WINDOW, NOTICE_DELAY, CallBackState, Window
from hotline.tips.tables import Tip


class PossibleVictim(Row):
    """A person of a case, known by a number.

    The row contains no name. The age and the answers of the person are encrypted in another table.
    """

    __tablename__ = "possible_victim"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    met_at: Mapped[datetime]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """The responder who last asked this person about help."""
    clock: Mapped[str | None]
    """The missing fact about which the next reminder asks: the value of a `tips.rules_persons.FollowKind`. None if no
    reminder is needed."""
    due_at: Mapped[datetime | None]
    """The time of the next reminder. The reminder asks a responder to find a service that helps, or to ask the person
    again if they want help. None if no reminder is needed."""
    times: Mapped[int] = mapped_column(default=0, server_default="0")
    record_key: Mapped[int] = mapped_column(default=new_record_key)
    """A number from 0 to 255, which the hotline uses to round published numbers that count this person."""


def add_person(session: Session, tip_id: int, n: int, at: datetime) -> bool:
    """Stores a person of a case. Returns False if the person was already stored."""
    return add_if_new(session, PossibleVictim(tip_id=tip_id, n=n, met_at=at))


def persons_of_tip(session: Session, tip_id: int) -> Sequence[PossibleVictim]:
    """Returns the persons of a tip, ordered by number."""
    found = select(PossibleVictim).where(PossibleVictim.tip_id == tip_id)
    return session.scalars(found.order_by(PossibleVictim.n)).all()


def tips_with_person(session: Session, tip_ids: Collection[int]) -> frozenset[int]:
    """Returns the ids of those tips in `tip_ids` in which a responder has met a person."""
    if not tip_ids:
        return frozenset()
    found = select(PossibleVictim.tip_id).where(PossibleVictim.tip_id.in_(tip_ids))
    return frozenset(session.scalars(found.distinct()))


def bring_offers_forward(session: Session, tip_id: int, due_at: datetime) -> None:
    """Makes the reminders to find a service for the persons of a tip due at `due_at`. Reminders that are due earlier
    stay the same."""
    conditions = (PossibleVictim.clock == FollowKind.OFFER, PossibleVictim.due_at > due_at)
    rows = update(PossibleVictim).where(PossibleVictim.tip_id == tip_id, *conditions)
    session.execute(rows.values(due_at=due_at))


class ServiceReferral(Row):
    """An offer of help to a person: a service was asked to help. Its id is the id of the case event in which help was
    offered.

    The row contains only times and the next reminder.
    """

    __tablename__ = "service_referral"

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
    """The time of a report that the person arrived or did not arrive."""
    thirty_at: Mapped[datetime | None]
    clock: Mapped[str | None]
    """The missing fact about which the next reminder asks: the value of a `tips.rules_persons.FollowKind`. None if the
    offer needs no more reminders."""
    due_at: Mapped[datetime | None]
    times: Mapped[int] = mapped_column(default=0, server_default="0")


def add_offer(session: Session, row: ServiceReferral) -> None:
    session.add(row)
    session.flush()


def offers_of(session: Session, tip_id: int) -> Sequence[ServiceReferral]:
    """Returns the offers of a tip, oldest first."""
    found = select(ServiceReferral).where(ServiceReferral.tip_id == tip_id)
    return session.scalars(found.order_by(ServiceReferral.offered_id)).all()


def due_tips(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Returns the ids of tips with a due reminder about a person or an offer of help.

    The calling function must lock a tip before it changes the reminders.
    """
    found = union(
        *(select(row.tip_id).where(row.due_at <= at) for row in (PossibleVictim, ServiceReferral))
    ).limit(limit)
    return session.scalars(found).all()


def longest_due(
    session: Session, tip_id: int, at: datetime
) -> PossibleVictim | ServiceReferral | None:
    """Returns the person or the offer of help with the oldest due reminder in this tip, or None.

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


class ServiceRequest(Row):
    """An SMS to a service with the request to help one person. The person on duty at the service answers it without a
    PIN."""

    __tablename__ = "service_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    offered_id: Mapped[int] = mapped_column(ForeignKey("service_referral.offered_id"))
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    """The short name of this request in an SMS. It is not the reference of the case."""
    who: Mapped[str | None]
    """The person who needs help: a woman, a man, a girl or a boy. If the service agrees to help, the next SMS to the
    service says this. The hotline deletes the value when no SMS needs it any more."""
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    """The value of a `rules_persons.ServiceAnswer`. The value is `none` if no answer came in time. The hotline deletes
    the answer at 06:00. Until then, the answer influences which service is asked first."""


IS_UNANSWERED = ServiceRequest.answered_at.is_(None)


def open_requests(session: Session, responder_id: int) -> Sequence[ServiceRequest]:
    """Returns the requests that this responder of a service has not answered, and locks them.

    Leaves out cases that this responder may not see any more, and services that the responder has left.
    """
    may_see = is_not_excluded(responder_id, ServiceReferral.tip_id)
    found = select(ServiceRequest).where(
        ServiceRequest.responder_id == responder_id,
        IS_UNANSWERED,
        ServiceRequest.offered_id.in_(select(ServiceReferral.offered_id).where(may_see)),
        ServiceRequest.desk_code.in_(
            select(Membership.desk_code).where(Membership.responder_id == responder_id, IS_RUNNING)
        ),
    )
    return session.scalars(found.order_by(ServiceRequest.id).with_for_update()).all()


def forget_who(session: Session, offered_id: int) -> None:
    """Deletes from a request the fact that a woman, a man, a girl or a boy needs help. No SMS needs this fact any
    more."""
    conditions = (ServiceRequest.offered_id == offered_id, ServiceRequest.who.is_not(None))
    session.execute(update(ServiceRequest).where(*conditions).values(who=None))


def open_request(session: Session, offered_id: int) -> ServiceRequest | None:
    found = select(ServiceRequest).where(ServiceRequest.offered_id == offered_id, IS_UNANSWERED)
    return session.scalars(found).first()


def desks_asked(session: Session, tip_id: int, n: int) -> frozenset[str]:
    """Returns the desks that were asked to help the person with the number `n` in this tip."""
    rows = select(ServiceRequest.desk_code).join(
        ServiceReferral, ServiceReferral.offered_id == ServiceRequest.offered_id
    )
    return frozenset(
        session.scalars(rows.where(ServiceReferral.tip_id == tip_id, ServiceReferral.n == n))
    )


def desks_without_room(session: Session, since: datetime) -> frozenset[str]:
    """Returns the desks that had no room, or did not answer, at `since` or later."""
    full = ServiceRequest.answer.in_((ServiceAnswer.NO_ROOM, ServiceAnswer.NONE))
    rows = select(ServiceRequest.desk_code).where(full, ServiceRequest.answered_at >= since)
    return frozenset(session.scalars(rows))


def forget_answers(session: Session, at: datetime, limit: int) -> int:
    """Deletes the services' answers from before the last 06:00, because they no longer influence which service is
    asked first. Returns the number of deleted answers."""
    conditions = (ServiceRequest.answer.is_not(None), ServiceRequest.answered_at < last_six(at))
    ids = session.scalars(select(ServiceRequest.id).where(*conditions).limit(limit)).all()
    session.execute(update(ServiceRequest).where(ServiceRequest.id.in_(ids)).values(answer=None))
    return len(ids)


def has_request(session: Session, reference: str) -> bool:
    return has_row(session, ServiceRequest.id, ServiceRequest.reference == reference)


class CallBack(Row):
    __tablename__ = "call_back"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    uid: Mapped[str] = mapped_column(unique=True)
    """A random id of 32 hex digits. The call-back's encrypted data can be decrypted only with this id."""
    state: Mapped[str]
    """The value of a `tips.rules_receipts.CallBackState`."""
    body: Mapped[bytes]
    """The phone number, the code word, and the answer to the question "Who else may answer the phone?". They are
    padded and encrypted."""
    encrypted_key: Mapped[bytes]
    """The encrypted key that decrypts `body`. It is encrypted twice: for the national desk, and with a key that
    changes each week."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    """The end of the present or the next window, which is a period in which the desk may call."""
    again_at: Mapped[datetime | None]
    """The beginning of the second window, if the caller agreed to two windows for a call."""
    asked_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    """The time when the national desk was notified of the request."""
    begun_at: Mapped[datetime | None]
    """The time when the national desk was notified that it may call now."""
    asked_by: Mapped[str | None]
    approved_by: Mapped[str | None]
    """`asked_by` names the person who asked to see the phone number. `approved_by` names the second person, who
    approved this. Both names count only until the present window for a call ends."""
    opened_at: Mapped[datetime | None]
    """The last time at which a person at the desk saw the phone number, during the present window for a call."""
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """The value of a `tips.rules_receipts.CallOutcome`."""

    @property
    def window(self) -> Window:
        return Window(self.opens_at, self.closes_at)


def waiting_call_backs(session: Session, tip_ids: Iterable[int]) -> Sequence[CallBack]:
    """Returns the waiting call-backs of these tips, and locks them until the transaction ends."""
    found = select(CallBack).where(CallBack.tip_id.in_(tip_ids), _is_waiting())
    return session.scalars(found.with_for_update()).all()


def waiting_of_session(
    session: Session, session_key: str, *, up_to_attempt: int
) -> Sequence[CallBack]:
    """Returns the waiting call-backs of a session's report attempts up to `up_to_attempt`, and locks them."""
    tips = select(Tip.id).where(Tip.session_key == session_key, Tip.attempt <= up_to_attempt)
    return waiting_call_backs(session, session.scalars(tips).all())


def get_call_back(session: Session, call_back_id: int, *, for_writing: bool = False) -> CallBack:
    """Returns a waiting call-back. Raises NotFound if the call-back does not exist or has ended."""
    row = session.get(CallBack, call_back_id, with_for_update=for_writing)
    if row is None:
        raise NotFound(f"there is no call-back {call_back_id}: see `hotline callbacks list`")
    if row.state != CallBackState.WAITING:
        raise NotFound(f"call-back {call_back_id} is {row.state}, so its phone number was erased")
    return row


def visible_call_backs(session: Session, viewer: Viewer | None = THE_LINE) -> Sequence[CallBack]:
    """Returns the call-backs that the viewer may see. Waiting call-backs come first, by time, and then ended
    call-backs, newest first."""
    found = select(CallBack).join(Tip, Tip.id == CallBack.tip_id).where(visible_to(viewer))
    rows = session.scalars(found.order_by(CallBack.id.desc())).all()
    waiting = [row for row in rows if row.state == CallBackState.WAITING]
    ended = [row for row in rows if row.state != CallBackState.WAITING]
    return [*sorted(waiting, key=lambda row: (row.opens_at, row.id)), *ended]


def has_due(session: Session, at: datetime, *, is_paused: bool) -> bool:
    """Returns True if a call-back must end or move to its next window, or if the desk must get a message."""
    return has_row(session, CallBack.id, *_due(at, is_paused))


def due_call_backs(session: Session, at: datetime, *, is_paused: bool) -> Sequence[CallBack]:
    """Locks and returns up to 200 call-backs that must end, must move to their next window, or are due for a message.

    Leaves out call-backs that another transaction has locked.
    """
    rows = select(CallBack).where(*_due(at, is_paused)).order_by(CallBack.id).limit(200)
    return session.scalars(rows.with_for_update(skip_locked=True)).all()


def desk_people(session: Session, at: datetime, tip_id: int) -> Sequence[Responder]:
    """Returns the active responders who decide on this tip. They belong to the national desk. If the tip is a complaint
    about this desk, they belong to an oversight desk."""
    overseen = exists().where(Tip.id == tip_id, Tip.official == OVERSEEN).correlate(None)
    may_decide = or_(Responder.level == Level.NATIONAL, overseen)
    found = select(Responder).where(may_decide, may_see_tip(tip_id), *active_conditions(at))
    return session.scalars(found.order_by(Responder.id)).all()


def _due(at: datetime, is_paused: bool) -> tuple[ColumnElement[bool], ...]:
    must_move = CallBack.closes_at <= at + HALF_WINDOW
    must_begin = and_(CallBack.opens_at <= at, CallBack.begun_at.is_(None))
    return (
        _is_waiting(),
        or_(
            *((must_move,) if is_paused else (CallBack.closes_at <= at, must_begin)),
            and_(CallBack.asked_at <= at - NOTICE_DELAY, CallBack.notified_at.is_(None)),
        ),
    )


def _is_waiting() -> ColumnElement[bool]:
    return CallBack.state == CallBackState.WAITING
