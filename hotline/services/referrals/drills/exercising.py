"""Exercises: an alert through one district that looks real, and what whoever answers it learns at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.cases.entries import OUTCOME, EntryKind, EntryWay
from hotline.domain.jobs import Job
from hotline.domain.outbox.message import CONFIRMATION_PRIORITY, Kind, Wording
from hotline.domain.referrals import ladder as rules
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.referrals.clocks import CASE_CLOCKS, DeadlineKind
from hotline.domain.referrals.drills.exercise import (
    CALM,
    LASTS,
    MOST_A_YEAR,
    YEAR,
    ExerciseEnd,
    ExerciseTold,
    is_night,
    who_may_be_woken,
)
from hotline.domain.referrals.planning import LadderStep
from hotline.domain.referrals.referral import Candidate, first_told
from hotline.domain.sms.reply import Verb
from hotline.domain.tip import TipOutcome, Urgency
from hotline.domain.tips.acts import Act, Acted, Done
from hotline.domain.wording import Template
from hotline.errors import ExerciseRefused
from hotline.ports import Kit
from hotline.services.cases import entries
from hotline.services.cases.entries import EntryBy
from hotline.services.doorbell import ring
from hotline.services.referrals import case_messages, ladder
from hotline.services.referrals.case_standing import case_of
from hotline.services.referrals.drills.made_up import made_up
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.outbox import lanes
from hotline.store.outbox.messages import Referral
from hotline.store.referrals import acknowledgements, deadlines, referral_rows, referrals
from hotline.store.referrals.drills import exercises
from hotline.store.referrals.drills.exercises import Exercise
from hotline.store.tips.tips import Tip

CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class WantedExercise:
    """What is to be tried, and which of its limits somebody lifts."""

    place: str
    urgency: Urgency = Urgency.DANGER
    climbs: bool = False
    at_night: bool = False
    again: bool = False
    """Although as many were held in a year as there may be."""


@dataclass(frozen=True, slots=True)
class ExerciseReport:
    exercise: Exercise
    urgency: int
    told: Sequence[ExerciseTold]


def start(kit: Kit, wanted: WantedExercise, *, name: str, reason: str) -> int:
    """Begins one, and tells people. Its id. Raises ExerciseRefused, StoreUnavailable."""
    at = kit.now()
    with kit.database.writing() as session:
        referral_rows.take_turns(session)
        roster = referrals.roster(session, at)
        people = who_may_be_woken(roster, wanted.place, climbs=wanted.climbs)
        _check(session, wanted, people, at)
        tip = made_up(session, kit, wanted.place, wanted.urgency, at)
        row = Exercise(
            tip_id=tip.id,
            place=wanted.place,
            climbs=wanted.climbs,
            started_by=name,
            reason=reason,
            started_at=at,
            ends_at=at + LASTS[wanted.urgency],
        )
        session.add(row)
        session.flush()
        case = case_of(tip)
        step = LadderStep(tip.id, case, 0, first_told(case, people), is_exercise=True)
        deadlines.set_clocks(session, tip.id, {DeadlineKind.ACKNOWLEDGE: rules.filed(case, at)}, at)
        to_ring = ladder.tell(session, kit, [step], at)
        _record(session, row, "exercise_started", audit.by_command(name), at, reason)
        exercise_id = row.id
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)
    return exercise_id


def end(kit: Kit, exercise_id: int, *, name: str, reason: str) -> None:
    """Calls it off. Who was told and has not answered learns it. Raises ExerciseRefused, StoreUnavailable."""
    with kit.database.writing() as session:
        row = exercises.held(session, exercise_id)
        if row is None:
            raise ExerciseRefused(f"no exercise {exercise_id}: `hotline exercise list` says which")
        if row.ended_at is not None:
            raise ExerciseRefused(f"exercise {exercise_id} is over")
        to_ring = _end(session, kit, row, ExerciseEnd.CALLED_OFF, name, reason)
    if to_ring is not None:
        ring(kit, Job.DELIVER, to_ring)


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
                to_ring = _end(session, kit, row, why, CLOCK)
        if to_ring is not None:
            ring(kit, Job.DELIVER, to_ring)


def listed(kit: Kit) -> Sequence[ExerciseReport]:
    """Every one, the newest first. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [_report(session, row) for row in exercises.every(session)]


def report(kit: Kit, exercise_id: int) -> ExerciseReport:
    """Raises ExerciseRefused, StoreUnavailable."""
    with kit.database.reading() as session:
        row = session.get(Exercise, exercise_id)
        if row is None:
            raise ExerciseRefused(f"no exercise {exercise_id}: `hotline exercise list` says which")
        return _report(session, row)


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


def _check(
    session: Session, wanted: WantedExercise, people: Sequence[Candidate], at: datetime
) -> None:
    if lanes.held(session, at) is not None:
        raise ExerciseRefused("no message goes out now: `hotline lane status` says why")
    if any(row.place == wanted.place for row in exercises.running(session)):
        raise ExerciseRefused("one runs there already: `hotline exercise list`")
    if exercises.since(session, wanted.place, at - YEAR) >= MOST_A_YEAR and not wanted.again:
        raise ExerciseRefused(
            f"{MOST_A_YEAR} were held there within a year; --again holds one more"
        )
    if is_night(at) and not wanted.at_night:
        raise ExerciseRefused("it is night: --at-night wakes people all the same")
    if exercises.danger_since(session, wanted.place, at - CALM):
        raise ExerciseRefused("a real danger is open there, or in its province")
    if not people:
        raise ExerciseRefused("nobody of that district can be told")


def _why_over(session: Session, kit: Kit, row: Exercise) -> ExerciseEnd | None:
    if exercises.danger_since(session, row.place, row.started_at):
        return ExerciseEnd.DANGER
    return ExerciseEnd.TIME if row.ends_at <= kit.now() else None


def _end(
    session: Session, kit: Kit, row: Exercise, why: ExerciseEnd, name: str, reason: str = ""
) -> int | None:
    """Nothing more goes out of it; who was told learns that it was one. A message to ring for."""
    at = kit.now()
    tip = referrals.tip_for_writing(session, row.tip_id)
    row.ended_at, row.ended_by, row.why_ended = at, name, why
    exercises.drop_alerts(session, tip.id)
    deadlines.close(session, [tip.id], CASE_CLOCKS, at)
    tip.closed_at, tip.outcome = at, TipOutcome.TRIAL
    actor = CLOCK if name == CLOCK else audit.by_command(name)
    entries.done_by(
        session,
        tip.id,
        EntryKind.CLOSED,
        EntryBy(actor, EntryWay.CLOCK if name == CLOCK else EntryWay.CLI),
        at,
        key=f"{tip.id}:exercise",
        codes={OUTCOME: TipOutcome.TRIAL.value},
    )
    _record(session, row, "exercise_ended", actor, at, reason)
    to_ring = None
    for person, referral_id in exercises.unanswered(session, tip.id):
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


def _report(session: Session, row: Exercise) -> ExerciseReport:
    tip = session.get_one(Tip, row.tip_id)
    return ExerciseReport(row, tip.urgency, exercises.told(session, row.tip_id))


def _record(
    session: Session, row: Exercise, action: str, actor: str, at: datetime, reason: str
) -> None:
    audit.append(
        session, at=at, actor=actor, action=action, subject=f"tip:{row.tip_id}", reason=reason
    )
