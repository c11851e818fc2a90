"""Exercises: an alert through one desk that looks real, and what whoever answers it learns at once."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.cases.entries import OUTCOME, EntryKind
from hotline.domain.jobs import Job
from hotline.domain.outbox.message import CONFIRMATION_PRIORITY, Kind, Wording
from hotline.domain.referrals import ladder as rules
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.referrals.clocks import CASE_CLOCKS, DeadlineKind
from hotline.domain.referrals.drills.exercise import (
    LASTS,
    ExerciseEnd,
    WantedExercise,
    who_may_be_woken,
)
from hotline.domain.referrals.planning import LadderStep
from hotline.domain.referrals.referral import Candidate, first_told
from hotline.domain.sms.reply import Verb
from hotline.domain.tip import TipOutcome
from hotline.domain.tips.acts import Act, Acted, Done
from hotline.domain.wording import Template
from hotline.errors import ExerciseRefused, NotFound
from hotline.ports import Kit
from hotline.services.cases import entries
from hotline.services.cases.entries import EntryBy
from hotline.services.doorbell import ring
from hotline.services.referrals import case_messages, ladder
from hotline.services.referrals.case_standing import routed
from hotline.services.referrals.drills import may_begin, plans, telling
from hotline.services.referrals.drills.made_up import made_up
from hotline.services.referrals.drills.tried_desks import tried
from hotline.store.accounts.approvals import ApprovalDecision
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.outbox.messages import Referral
from hotline.store.referrals import acknowledgements, deadlines, referral_rows, referrals
from hotline.store.referrals.drills import exercises
from hotline.store.referrals.drills.exercises import Exercise
from hotline.store.tips.tips import Tip
from hotline.text.names import is_one_name
from hotline.text.remark import remark

CLOCK = "clock"


def start(kit: Kit, wanted: WantedExercise, *, by: Actor, reason: str) -> int:
    """Begins one by one person, and tells people. Its id. Raises ExerciseRefused, NotFound, StoreUnavailable.

    The national desk, and coordinators of the desk who are not tried themselves, are told that it runs.
    """
    may_begin.check_lifted(wanted)
    at = kit.now()
    with kit.database.writing() as session:
        row, people, alerts = _begin(session, kit, wanted, by, reason, at)
        tried_ones = {one.id for one in people}
        told = telling.tell(
            session, wanted.desk, Template.EXERCISE_BEGUN, row.ends_at, at, but=tried_ones
        )
        exercise_id = row.id
    _ring(kit, next(iter(told), alerts))
    return exercise_id


def begin(kit: Kit, plan_id: int, *, by: Actor) -> int:
    """Begins what two people planned. Its id. Raises ExerciseRefused, NotFound, StoreUnavailable."""
    at = kit.now()
    with kit.database.writing() as session:
        plan = plans.held(session, plan_id, at)
        plan.decision = ApprovalDecision.USED
        asker, second = plans.name_of(plan.asked_by), plans.name_of(plan.decided_by or "")
        reason = f"{plan.reason}; planned by {asker} and {second}"
        told_at = plans.told_of(plan)
        wanted = plans.wanted_in(plan)
        row, _, to_ring = _begin(session, kit, wanted, by, reason, at, told_at)
        row.agreed_by = asker if is_one_name(by.name, second) else second
        exercise_id = row.id
    _ring(kit, to_ring)
    return exercise_id


def _begin(
    session: Session,
    kit: Kit,
    wanted: WantedExercise,
    by: Actor,
    reason: str,
    at: datetime,
    told_at: datetime | None = None,
) -> tuple[Exercise, Sequence[Candidate], int | None]:
    """The row, who may be woken, and an alert to ring for."""
    desk = tried(session, wanted.desk)
    referral_rows.take_turns(session)
    people = who_may_be_woken(referrals.roster(session, at), desk.code, climbs=wanted.climbs)
    may_begin.check(session, desk, wanted, people, at, told_at)
    tip = made_up(session, kit, desk, wanted.urgency, at)
    row = Exercise(
        tip_id=tip.id,
        place=desk.place,
        desk_code=desk.code,
        climbs=wanted.climbs,
        started_by=by.name,
        reason=reason,
        started_at=at,
        ends_at=at + LASTS[wanted.urgency],
    )
    session.add(row)
    session.flush()
    case = routed(session, tip)
    step = LadderStep(tip.id, case, 0, first_told(case, people), is_exercise=True)
    deadlines.set_clocks(session, tip.id, {DeadlineKind.ACKNOWLEDGE: rules.filed(case, at)}, at)
    to_ring = ladder.tell(session, kit, [step], at)
    _record(session, row, "exercise_started", audit.by_actor(by), at, reason)
    return row, people, to_ring


def _ring(kit: Kit, to_ring: int | None) -> None:
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)


def end(kit: Kit, exercise_id: int, *, by: Actor, reason: str) -> None:
    """Calls it off. Who was told and has not answered learns it. Raises ExerciseRefused, StoreUnavailable."""
    with kit.database.writing() as session:
        row = exercises.held(session, exercise_id)
        if row is None:
            raise NotFound(f"no exercise {exercise_id}: `hotline exercise list` says which")
        if row.ended_at is not None:
            raise ExerciseRefused(remark("it is over already"))
        to_ring = _end(session, kit, row, ExerciseEnd.CALLED_OFF, by, reason)
    _ring(kit, to_ring)


def keep_time(kit: Kit) -> None:
    """Ends those whose time is over, and those that a real danger came into. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        over = [row.id for row in exercises.running(session) if _why_over(session, kit, row)]
    for exercise_id in over:
        to_ring = None
        with kit.database.writing() as session:
            row = exercises.held(session, exercise_id)
            why = _why_over(session, kit, row) if row is not None else None
            if row is not None and row.ended_at is None and why is not None:
                to_ring = _end(session, kit, row, why)
        _ring(kit, to_ring)


def answered(session: Session, kit: Kit, act: Act, known_as: Referral, tip: Tip) -> Done:
    """Whatever somebody does with it is an answer: taking it, but that passing it on asks the next person too."""
    to_ring = None
    if tip.closed_at is None and known_as.acknowledged_at is None and known_as.passed_at is None:
        what = _answer(session, tip, act)
        to_ring = ladder.happen(session, kit, tip.id, Event(what, by=act.responder_id), act.at)
    return Done(Acted.EXERCISE, act.reference, known_as.id, to_ring=to_ring)


def _answer(session: Session, tip: Tip, act: Act) -> Happened:
    if act.verb is Verb.PASS_ON:
        referrals.pass_on(session, tip.id, act.responder_id, act.at)
        entries.passed(session, tip.id, act)
        return Happened.PASSED
    who = act.responder_id
    acknowledgements.acknowledge(session, tip.id, who, act.at, proved=act.proved)
    entries.took_by(session, tip.id, act, counts=True)
    session.flush()
    return Happened.TAKEN


def _why_over(session: Session, kit: Kit, row: Exercise) -> ExerciseEnd | None:
    if exercises.danger_since(session, row.place, row.started_at):
        return ExerciseEnd.DANGER
    return ExerciseEnd.TIME if row.ends_at <= kit.now() else None


def _end(
    session: Session,
    kit: Kit,
    row: Exercise,
    why: ExerciseEnd,
    by: Actor | None = None,
    reason: str = "",
) -> int | None:
    """Nothing more goes out of it; who was told learns that it was one. By nobody: the clock. A message to ring for."""
    at = kit.now()
    tip = referrals.tip_for_writing(session, row.tip_id)
    row.ended_at, row.ended_by, row.why_ended = at, by.name if by else CLOCK, why
    exercises.drop_alerts(session, tip.id)
    deadlines.close(session, [tip.id], CASE_CLOCKS, at)
    tip.closed_at, tip.outcome = at, TipOutcome.TRIAL
    actor = audit.by_actor(by) if by else CLOCK
    entries.done_by(
        session,
        tip.id,
        EntryKind.CLOSED,
        EntryBy(actor),
        at,
        key=f"{tip.id}:exercise",
        codes={OUTCOME: TipOutcome.TRIAL.value},
    )
    _record(session, row, "exercise_ended", actor, at, reason)
    return _tell_unanswered(session, tip.id, at)


def _tell_unanswered(session: Session, tip_id: int, at: datetime) -> int | None:
    to_ring = None
    for person, referral_id in exercises.unanswered(session, tip_id):
        known_as = session.get_one(Referral, referral_id)
        words = Wording(Template.EXERCISE, {"ref": known_as.reference}, person.language)
        message = case_messages.message(
            Kind.CONFIRMATION,
            words,
            person.id,
            priority=CONFIRMATION_PRIORITY,
            at=at,
            of=referral_id,
        )
        session.add(message)
        session.flush()
        to_ring = message.id
    return to_ring


def _record(
    session: Session, row: Exercise, action: str, actor: str, at: datetime, reason: str
) -> None:
    audit.append(
        session, at=at, actor=actor, action=action, subject=f"tip:{row.tip_id}", reason=reason
    )
