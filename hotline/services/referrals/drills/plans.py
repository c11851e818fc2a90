"""Exercises that two people plan: told to those who answer for the desk, then begun within a week, or called off.

Whatever goes beyond the rule of one person (none at night, four a year) begins by a plan alone. In the console one asks
and another agrees; at the command line both are there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.jobs import Job
from hotline.domain.referrals.drills.exercise import (
    NOTICE,
    PLAN_LIVES,
    WantedExercise,
    told_from,
    wanted_of,
)
from hotline.domain.wording import Template
from hotline.errors import ExerciseRefused, NotFound
from hotline.ports import Kit
from hotline.services.doorbell import ring
from hotline.services.referrals.drills import telling
from hotline.services.referrals.drills.tried_desks import tried
from hotline.store.accounts import approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.text.names import folded, is_one_name
from hotline.text.remark import remark

SUBJECT = "exercise:"


@dataclass(frozen=True, slots=True)
class PlannedExercise:
    """What somebody asked for, or two planned."""

    id: int
    wanted: WantedExercise
    asked_by: str
    """An actor, as the audit log writes one."""
    asker_id: int | None
    asked_at: datetime
    reason: str
    until: datetime
    """When it lapses: the wait for a second person, and later the week in which it may begin."""
    agreed_by: str = ""
    """A name; empty while it waits."""
    night_from: datetime | None = None
    """From when on it may begin at night: those who answer for the desk were told long enough before."""


def plan_at_server(
    kit: Kit, two: tuple[str, str], wanted: WantedExercise, reason: str
) -> PlannedExercise:
    """By two people at the command line. Raises ExerciseRefused, NotFound."""
    first, second = two
    if is_one_name(first, second) or not folded(first) or not folded(second):
        raise ExerciseRefused("an exercise is planned by two people: a second name is missing")
    with kit.database.writing() as session:
        row = _asked(session, kit, Actor(first), wanted, reason)
        told = _agree(session, kit, row, Actor(second), reason)
        planned = _of(row)
    _ring(kit, told)
    return planned


def ask(kit: Kit, by: Actor, wanted: WantedExercise, reason: str) -> None:
    """Let it wait for another person; once is enough. Raises ExerciseRefused, NotFound."""
    with kit.database.writing() as session:
        _asked(session, kit, by, wanted, reason)


def waiting(kit: Kit) -> Sequence[PlannedExercise]:
    """What a second person may decide on, the oldest first."""
    with kit.database.reading() as session:
        return [_of(row) for row in approvals.undecided(session, ApprovalKind.EXERCISE, kit.now())]


def decide(kit: Kit, by: Actor, plan_id: int, reason: str, *, approve: bool) -> None:
    """What another person says than who asked. Raises NotFound, ExerciseRefused."""
    told: Sequence[int] = ()
    with kit.database.writing() as session:
        row = approvals.held(session, ApprovalKind.EXERCISE, plan_id, kit.now())
        if row is None:
            raise NotFound(remark("that was decided already, or its time is over"))
        is_same = by.account_id is not None and by.account_id == row.asker_id
        if is_same or is_one_name(by.name, name_of(row.asked_by)):
            raise ExerciseRefused(remark("another person decides than who asked for it"))
        if approve:
            told = _agree(session, kit, row, by, reason)
        else:
            approvals.decide(row, audit.by_actor(by), kit.now(), ApprovalDecision.REFUSED)
            record(session, kit, by, "exercise_refused", wanted_in(row).desk, reason)
    _ring(kit, told)


def planned(kit: Kit) -> Sequence[PlannedExercise]:
    """What two planned and nobody has begun, the oldest first."""
    with kit.database.reading() as session:
        return [_of(row) for row in standing(session, kit.now())]


def call_off(kit: Kit, by: Actor, plan_id: int, reason: str) -> None:
    """It does not take place; who was told of it learns that. Raises NotFound."""
    with kit.database.writing() as session:
        row = held(session, plan_id, kit.now())
        row.decision = ApprovalDecision.WITHDRAWN
        desk, until = wanted_in(row).desk, _of(row).until
        told = telling.tell(session, desk, Template.EXERCISE_OFF, until, kit.now())
        record(session, kit, by, "exercise_called_off", desk, reason)
    _ring(kit, told)


def standing(session: Session, at: datetime, plan_id: int | None = None) -> Sequence[Approval]:
    return approvals.granted(session, ApprovalKind.EXERCISE, at - PLAN_LIVES, plan_id)


def held(session: Session, plan_id: int, at: datetime) -> Approval:
    """One that may be begun, or called off, held for that. Raises NotFound."""
    row = next(iter(standing(session, at, plan_id)), None)
    if row is None:
        raise NotFound(remark("that exercise was begun or called off, or its week is over"))
    return row


def wanted_in(row: Approval) -> WantedExercise:
    return wanted_of(row.subject.removeprefix(SUBJECT))


def told_of(row: Approval) -> datetime:
    """When those who answer for its desk were told, or will be."""
    return told_from(row.decided_at or row.asked_at)


def name_of(actor: str) -> str:
    """Of an actor, as the audit log writes one."""
    return actor.rpartition(":")[2]


def _asked(session: Session, kit: Kit, by: Actor, wanted: WantedExercise, reason: str) -> Approval:
    tried(session, wanted.desk)
    subject = f"{SUBJECT}{wanted.code}"
    waits = approvals.waiting_for(session, subject, kit.now())
    if waits is not None:
        return waits
    row = approvals.ask(session, by, ApprovalKind.EXERCISE, subject, reason, kit.now())
    record(session, kit, by, "exercise_asked", wanted.desk, reason)
    return row


def _agree(session: Session, kit: Kit, row: Approval, by: Actor, reason: str) -> Sequence[int]:
    """Plans it. Those who answer for the desk are told: messages to ring for. Raises ExerciseRefused."""
    approvals.decide(row, audit.by_actor(by), kit.now(), ApprovalDecision.APPROVED)
    wanted = wanted_in(row)
    template = Template.EXERCISE_PLANNED_NIGHT if wanted.at_night else Template.EXERCISE_PLANNED
    told = telling.tell(session, wanted.desk, template, _of(row).until, kit.now())
    if not told:
        raise ExerciseRefused(
            remark("nobody who answers for that desk can be told, nor anybody of the national desk")
        )
    record(session, kit, by, "exercise_planned", wanted.desk, f"{wanted.code}: {reason}")
    return told


def _of(row: Approval) -> PlannedExercise:
    agreed = row.decided_at is not None
    return PlannedExercise(
        id=row.id,
        wanted=wanted_in(row),
        asked_by=row.asked_by,
        asker_id=row.asker_id,
        asked_at=row.asked_at,
        reason=row.reason,
        until=row.decided_at + PLAN_LIVES if row.decided_at is not None else row.expires_at,
        agreed_by=name_of(row.decided_by or "") if agreed else "",
        night_from=told_of(row) + NOTICE if agreed else None,
    )


def record(session: Session, kit: Kit, by: Actor, action: str, desk: str, reason: str) -> None:
    about = f"desk:{desk}"
    audit.sign(session, by, at=kit.now(), action=action, subject=about, reason=reason)


def _ring(kit: Kit, told: Sequence[int]) -> None:
    if told:
        ring(kit, Job.DELIVER, told[0])
