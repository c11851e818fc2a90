"""Stores drills. The tip of each drill has the channel `drill`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, and_, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from hotline.alerts.rules_drills import ExerciseTold, HeardExercise
from hotline.core import rules_trial
from hotline.core.database import Row, is_any
from hotline.core.wording import Template
from hotline.gateway.rules_delivery import DUE_STATES, MessageState
from hotline.gateway.rules_message import Kind
from hotline.gateway.tables import Message, Referral
from hotline.people.tables import Responder
from hotline.text.codes import is_district
from hotline.text.places import province_of
from hotline.tips.rules import Urgency
from hotline.tips.tables import Tip

WAITING = (*DUE_STATES, MessageState.UNKNOWN)
LOST = (MessageState.FAILED, MessageState.DEAD)


class Exercise(Row):
    """One drill in one district."""

    __tablename__ = "exercise"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), unique=True)
    place: Mapped[str]
    """The place of the tip: the district that an alert names, or abroad."""
    desk: Mapped[str]
    """The desk whose people take part."""
    climbs: Mapped[bool]
    """True if the drill escalates to the desk's higher levels when no responder answers."""
    started_by: Mapped[str]
    reason: Mapped[str]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    why_ended: Mapped[str | None]
    """An `ExerciseEnd`."""


OF_A_CASE = Referral.tip_id.not_in(select(Exercise.tip_id))
"""Condition of assignments that are not drills. A drill is no workload, and spares no responder a case."""


def of_tip(session: Session, tip_id: int) -> Exercise | None:
    return session.scalars(select(Exercise).where(Exercise.tip_id == tip_id)).one_or_none()


def running(session: Session) -> Sequence[Exercise]:
    found = select(Exercise).where(Exercise.ended_at.is_(None))
    return session.scalars(found.order_by(Exercise.id)).all()


def every(session: Session) -> Sequence[Exercise]:
    """Returns all drills, newest first."""
    return session.scalars(select(Exercise).order_by(Exercise.id.desc())).all()


def held(session: Session, exercise_id: int) -> Exercise | None:
    """Returns a drill with its row locked, so that no other process ends it meanwhile."""
    return session.get(Exercise, exercise_id, with_for_update=True)


def since(session: Session, desk: str, at: datetime) -> Sequence[Exercise]:
    """Returns the drills at a desk that began after `at`, newest first."""
    found = select(Exercise).where(Exercise.desk == desk, Exercise.started_at > at)
    return session.scalars(found.order_by(Exercise.id.desc())).all()


def danger_since(session: Session, place: str, at: datetime) -> bool:
    """Returns True if an open danger tip in the same province was filed or alerted since `at`.

    For a place abroad it searches the tips abroad. It includes tips that were raised to danger, and older ones that
    escalate.
    """
    told = exists().where(Referral.tip_id == Tip.id, Referral.created_at >= at)
    near = province_of(place) if is_district(place) else place
    open_there = (
        Tip.urgency == Urgency.DANGER,
        Tip.channel.not_in(rules_trial.UNCOUNTED),
        or_(Tip.filed_at >= at, told),
        Tip.closed_at.is_(None),
        Tip.place.startswith(near, autoescape=True),
    )
    return is_any(session, Tip.id, *open_there)


def references(session: Session, responder_id: int) -> frozenset[str]:
    """Returns the references by which the responder knows drills."""
    hers = select(Referral.reference).join(Exercise, Exercise.tip_id == Referral.tip_id)
    return frozenset(session.scalars(hers.where(Referral.responder_id == responder_id)))


def heard(session: Session, responder_id: int, since: datetime) -> Sequence[HeardExercise]:
    """Returns the drills of which an alert was sent to this responder after `since`, newest first."""
    sent = exists().where(
        Message.referral_id == Referral.id, Message.kind == Kind.ALERT, Message.attempts > 0
    )
    words = (Message.referral_id == Referral.id, Message.template == Template.EXERCISE.name)
    said = select(func.min(Message.accepted_at)).where(*words).scalar_subquery()
    rows = session.execute(
        select(Referral, said)
        .join(Exercise, Exercise.tip_id == Referral.tip_id)
        .where(Referral.responder_id == responder_id, Referral.created_at > since, sent)
        .order_by(Referral.id.desc())
    )
    return [
        HeardExercise(
            one.reference, one.created_at, _first(one.acknowledged_at, one.passed_at), said_at
        )
        for one, said_at in rows
    ]


def unanswered(session: Session, tip_id: int) -> Sequence[tuple[Responder, int]]:
    """Returns the responders who were sent an alert and neither answered nor read it.

    Each comes with the id of their newest assignment.
    """
    tried = (Message.kind == Kind.ALERT, Message.attempts > 0)
    rows = session.execute(
        select(Responder, func.max(Referral.id))
        .join(Referral, Referral.responder_id == Responder.id)
        .join(Message, and_(Message.referral_id == Referral.id, *tried))
        .where(Referral.tip_id == tip_id)
        .group_by(Responder.id)
        .having(func.max(Referral.acknowledged_at).is_(None))
        .having(func.max(Referral.opened_at).is_(None))
        .having(func.max(Referral.passed_at).is_(None))
        .order_by(Responder.id)
    )
    return [(one, referral_id) for one, referral_id in rows]


def drop_alerts(session: Session, tip_id: int) -> None:
    """Ends the drill's alerts that were not sent yet, so that they are never sent."""
    theirs = select(Referral.id).where(Referral.tip_id == tip_id)
    here = (Message.referral_id.in_(theirs), Message.kind == Kind.ALERT)
    session.execute(
        update(Message)
        .where(*here, Message.state.in_(WAITING))
        .values(state=MessageState.FAILED)
        .execution_options(synchronize_session=False)
    )


def told(session: Session, tip_id: int) -> Sequence[ExerciseTold]:
    """Returns every responder who was alerted of the drill, in the order of the alerts.

    An answer is to take the case, or to pass it on.
    """
    other = aliased(Message)
    newest = select(func.max(other.id)).where(
        other.referral_id == Referral.id, other.kind == Kind.ALERT
    )
    rows = session.execute(
        select(Responder.name, Responder.level, Referral, Message.delivered_at, Message.state)
        .join(Responder, Responder.id == Referral.responder_id)
        .outerjoin(Message, Message.id == newest.correlate(Referral).scalar_subquery())
        .where(Referral.tip_id == tip_id)
        .order_by(Referral.id)
    )
    return [
        ExerciseTold(
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
