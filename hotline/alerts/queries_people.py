"""Reads the names, leaves and cases of people for a leave or a removal. Also ends the unsent messages to these
people."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from hotline.core import database, rules_trial
from hotline.gateway.rules import DUE_STATES, MessageState
from hotline.gateway.tables import Assignment, Message
from hotline.people import tables
from hotline.people.rules import Absence, Level, Member
from hotline.people.tables import Leave, Responder
from hotline.tips.queries_visible import THE_LINE, visible_to
from hotline.tips.tables import Tip

LOCK = 411_411_011
"""The PostgreSQL advisory lock for transactions that change people."""
DROPPED = (*DUE_STATES, MessageState.UNKNOWN)
"""The states of messages that a worker may still send. If a responder is removed or begins a leave, the hotline ends
these messages."""


def take_lock(session: Session) -> None:
    """Makes two transactions that change people run one after the other.

    If two admins remove the last two members of a desk at the same time, the second transaction then sees the change of
    the first.
    """
    database.take_lock(session, LOCK)


def locked_by_name(session: Session, name: str) -> Sequence[Responder]:
    """Returns every responder with exactly this name, including removed responders. Locks the rows of these
    responders."""
    found = select(Responder).where(Responder.name == name, Responder.level != rules_trial.LEVEL)
    return session.scalars(found.order_by(Responder.id).with_for_update(key_share=True)).all()


def get_responder(session: Session, responder_id: int) -> Responder | None:
    row = session.get(Responder, responder_id, with_for_update={"key_share": True})
    return row if row is not None and row.level != rules_trial.LEVEL else None


def members(session: Session, *, skip: int | None = None) -> list[Member]:
    """Returns every enrolled responder who was not removed, with all their leaves, except the person `skip`."""
    away: dict[int, list[Absence]] = defaultdict(list)
    for leave in session.scalars(select(Leave)):
        away[leave.responder_id].append(Absence(leave.starts_at, leave.ends_at))
    people = select(Responder).where(Responder.active, Responder.level != rules_trial.LEVEL)
    desks = tables.memberships_by_person(session)
    return [
        Member(
            responder.id,
            responder.person_id,
            Level(responder.level),
            frozenset(row.desk_code for row in desks.get(responder.id, ())),
            responder.unreachable is None,
            tuple(away[responder.id]),
            responder.pin_wrap is not None,
            frozenset(kind for row in desks.get(responder.id, ()) for kind in row.categories),
        )
        for responder in session.scalars(people.order_by(Responder.id))
        if responder.person_id != skip
    ]


def current_leaves(
    session: Session, responder_id: int, at: datetime, *, for_writing: bool = False
) -> Sequence[Leave]:
    """Returns the present and future leaves of the responder, the earliest first. Locks the leaves' rows if
    `for_writing` is True."""
    leaves = select(Leave).where(Leave.responder_id == responder_id, Leave.ends_at > at)
    ordered = leaves.where(Leave.starts_at < Leave.ends_at).order_by(Leave.starts_at, Leave.id)
    return session.scalars(ordered.with_for_update() if for_writing else ordered).all()


def on_leave(session: Session, at: datetime) -> dict[int, datetime]:
    """Returns the responders who are on leave at the time `at`, each with the end of the leave."""
    rows = session.execute(
        select(Leave.responder_id, Leave.ends_at).where(Leave.starts_at <= at, Leave.ends_at > at)
    )
    return {responder_id: ends_at for responder_id, ends_at in rows}  # noqa: C416


def leaves_to_begin(session: Session, at: datetime) -> Sequence[Leave]:
    """Returns the leaves that have begun, but for which the hotline has not given the cases to other responders yet.

    Locks these leaves until the transaction ends.
    """
    found = select(Leave).where(*_comes(at)).with_for_update(skip_locked=True)
    return session.scalars(found).all()


def has_to_hand_on(session: Session, at: datetime) -> bool:
    """Returns True if others must take cases of a responder on leave, or if messages to a removed responder must be
    stopped."""
    leaves = select(Leave.id).where(*_comes(at)).limit(1)
    messages = select(Message.id).where(Message.state.in_(DROPPED), _has_left()).limit(1)
    return session.scalar(leaves) is not None or session.scalar(messages) is not None


def open_cases(session: Session, responder_id: int) -> int:
    """Returns the number of the responder's assignments whose tips are not closed.

    Leaves out complaints about the national desk, because people of the national desk can see this number.
    """
    is_open = (
        Assignment.responder_id == responder_id,
        Tip.closed_at.is_(None),
        Tip.erased_at.is_(None),
        visible_to(THE_LINE),
    )
    found = select(func.count(Assignment.id)).join(Tip, Tip.id == Assignment.tip_id).where(*is_open)
    return session.scalar(found) or 0


def drop_messages(session: Session, responder_id: int | None = None) -> None:
    """Ends the unsent messages to a responder, so that they are never sent. If `responder_id` is None, ends the unsent
    messages to all removed responders.

    A message that a worker is already sending cannot be stopped.
    """
    is_meant = _has_left() if responder_id is None else Message.responder_id == responder_id
    session.execute(
        update(Message)
        .where(is_meant, Message.state.in_(DROPPED))
        .values(state=MessageState.FAILED, lease_until=None, leased_by=None)
    )


def _comes(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Leave.starts_at <= at, Leave.ends_at > at, Leave.begun_at.is_(None))


def _has_left() -> ColumnElement[bool]:
    return exists().where(Responder.id == Message.responder_id, Responder.removed_at.is_not(None))
