"""Stores drills. Each drill has a sample tip with the channel `drill`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, and_, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from hotline.alerts.rules_escalation import DrillRecipient, RecentDrill
from hotline.core import rules_trial
from hotline.core.database import Row, change_rows, has_row
from hotline.core.wording import Template
from hotline.gateway.rules import DUE_STATES, MessageKind, MessageState
from hotline.gateway.tables import Assignment, Message
from hotline.people.tables import Responder
from hotline.text.places import is_district, province_of
from hotline.tips.rules import Urgency
from hotline.tips.tables import Tip

WAITING = (*DUE_STATES, MessageState.UNKNOWN)
LOST = (MessageState.FAILED, MessageState.UNDELIVERABLE)


class Drill(Row):
    """A drill at one desk."""

    __tablename__ = "drill"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), unique=True)
    place: Mapped[str]
    """The place of the sample tip, as the alert names it: a district, or abroad."""
    desk: Mapped[str]
    """The code of the desk whose people are tested."""
    escalates: Mapped[bool]
    """True if higher levels of the desk are also alerted when no one answers."""
    started_by: Mapped[str]
    reason: Mapped[str]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]
    """The value of a `DrillEnd`, or None while the drill runs."""


IS_OF_CASE = Assignment.tip_id.not_in(select(Drill.tip_id))
"""The SQL condition that an assignment belongs to a real case, and not to a drill. Drills do not count as a responder's
work, so they do not change who is alerted of the next case."""


def drill_of_tip(session: Session, tip_id: int) -> Drill | None:
    return session.scalars(select(Drill).where(Drill.tip_id == tip_id)).one_or_none()


def running_drills(session: Session) -> Sequence[Drill]:
    found = select(Drill).where(Drill.ended_at.is_(None))
    return session.scalars(found.order_by(Drill.id)).all()


def all_drills(session: Session) -> Sequence[Drill]:
    """Returns all drills, the newest first."""
    return session.scalars(select(Drill).order_by(Drill.id.desc())).all()


def locked_drill(session: Session, drill_id: int) -> Drill | None:
    """Returns a drill, and locks it so that no other process can end it now."""
    return session.get(Drill, drill_id, with_for_update=True)


def drills_since(session: Session, desk: str, at: datetime) -> Sequence[Drill]:
    """Returns the drills at a desk that began after `at`, the newest first."""
    found = select(Drill).where(Drill.desk == desk, Drill.started_at > at)
    return session.scalars(found.order_by(Drill.id.desc())).all()


def has_danger_since(session: Session, place: str, at: datetime) -> bool:
    """Returns True if an open tip about danger in the province was filed, or caused an alert, since `at`.

    For a `place` abroad, only tips from abroad count. Includes older tips if responders were alerted of them again.
    """
    alerted = exists().where(Assignment.tip_id == Tip.id, Assignment.created_at >= at)
    area = province_of(place) if is_district(place) else place
    open_there = (
        Tip.urgency == Urgency.DANGER,
        Tip.channel.not_in(rules_trial.UNCOUNTED),
        or_(Tip.filed_at >= at, alerted),
        Tip.closed_at.is_(None),
        Tip.place.startswith(area, autoescape=True),
    )
    return has_row(session, Tip.id, *open_there)


def drill_references(session: Session, responder_id: int) -> frozenset[str]:
    """Returns the references of drills that this responder knows."""
    query = select(Assignment.reference).join(Drill, Drill.tip_id == Assignment.tip_id)
    return frozenset(session.scalars(query.where(Assignment.responder_id == responder_id)))


def recent_drills(session: Session, responder_id: int, since: datetime) -> Sequence[RecentDrill]:
    """Returns the drills whose alert was sent to this responder after `since`, the newest first."""
    sent = exists().where(
        Message.assignment_id == Assignment.id,
        Message.kind == MessageKind.ALERT,
        Message.attempts > 0,
    )
    words = (Message.assignment_id == Assignment.id, Message.template == Template.EXERCISE.name)
    first_notice = select(func.min(Message.accepted_at)).where(*words).scalar_subquery()
    rows = session.execute(
        select(Assignment, first_notice)
        .join(Drill, Drill.tip_id == Assignment.tip_id)
        .where(Assignment.responder_id == responder_id, Assignment.created_at > since, sent)
        .order_by(Assignment.id.desc())
    )
    return [
        RecentDrill(
            one.reference, one.created_at, _first(one.acknowledged_at, one.passed_at), notice_at
        )
        for one, notice_at in rows
    ]


def unanswered(session: Session, tip_id: int) -> Sequence[tuple[Responder, int]]:
    """Returns the responders who were alerted in a drill, but have neither answered nor read the case.

    Returns for each responder the id of their newest assignment.
    """
    tried = (Message.kind == MessageKind.ALERT, Message.attempts > 0)
    rows = session.execute(
        select(Responder, func.max(Assignment.id))
        .join(Assignment, Assignment.responder_id == Responder.id)
        .join(Message, and_(Message.assignment_id == Assignment.id, *tried))
        .where(Assignment.tip_id == tip_id)
        .group_by(Responder.id)
        .having(func.max(Assignment.acknowledged_at).is_(None))
        .having(func.max(Assignment.opened_at).is_(None))
        .having(func.max(Assignment.passed_at).is_(None))
        .order_by(Responder.id)
    )
    return [(responder, assignment_id) for responder, assignment_id in rows]


def drop_alerts(session: Session, tip_id: int) -> None:
    """Ends the alerts of a drill that are not sent yet, so that they are never sent."""
    assignment_ids = select(Assignment.id).where(Assignment.tip_id == tip_id)
    conditions = (Message.assignment_id.in_(assignment_ids), Message.kind == MessageKind.ALERT)
    statement = update(Message).where(*conditions, Message.state.in_(WAITING))
    change_rows(session, statement.values(state=MessageState.FAILED))


def drill_recipients(session: Session, tip_id: int) -> Sequence[DrillRecipient]:
    """Returns every responder who was alerted in a drill, in the order of the alerts.

    Taking the case and passing it on both count as an answer to the drill.
    """
    sms = aliased(Message)
    newest_id = select(func.max(sms.id)).where(
        sms.assignment_id == Assignment.id, sms.kind == MessageKind.ALERT
    )
    rows = session.execute(
        select(Responder.name, Responder.level, Assignment, Message.delivered_at, Message.state)
        .join(Responder, Responder.id == Assignment.responder_id)
        .outerjoin(Message, Message.id == newest_id.correlate(Assignment).scalar_subquery())
        .where(Assignment.tip_id == tip_id)
        .order_by(Assignment.id)
    )
    return [
        DrillRecipient(
            name,
            level,
            known_as.created_at,
            delivered_at,
            _first(known_as.acknowledged_at, known_as.passed_at),
            known_as.opened_at,
            state if state in LOST else None,
        )
        for name, level, known_as, delivered_at, state in rows
    ]


def _first(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
