"""Runs drills: alerts through one desk that look real. Each responder who answers learns at once that it is one."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import (
    queries,
    rules_drills,
    rules_escalation_steps,
    service_case_events,
    service_escalation,
    service_messages,
    tables_drills,
)
from hotline.alerts import tables as alerts_tables
from hotline.alerts.rules_assignment import Candidate, first_told
from hotline.alerts.rules_drills import MOST_A_YEAR, REST, ExerciseEnd, ExerciseTold, WantedExercise
from hotline.alerts.rules_escalation import LadderStep
from hotline.alerts.rules_replies import Act, Acted, Done, Verb
from hotline.alerts.service_case_events import EntryBy
from hotline.alerts.service_case_state import routed
from hotline.alerts.tables_drills import Exercise
from hotline.core import rules_trial
from hotline.core.actors import Actor
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.errors import ExerciseRefused, NotFound
from hotline.gateway import tables
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules_message import Wording
from hotline.gateway.tables import Referral
from hotline.people import tables as people_tables
from hotline.people import tables_audit, tables_desks
from hotline.people.rules_desks import DeskKind
from hotline.text.codes import ABROAD, NATIONAL, is_district
from hotline.text.languages import CODES
from hotline.text.phrases import remark
from hotline.text.places import place_name
from hotline.text.time import KIGALI
from hotline.tips.rules import Basis, Matter, TipOutcome, TipState, Urgency
from hotline.tips.rules_deadlines import CASE_CLOCKS
from hotline.tips.rules_events import OUTCOME, EntryKind, Event, Happened
from hotline.tips.tables import Grant, Tip


@dataclass(frozen=True, slots=True)
class TriedDesk:
    """The desk whose people a drill tests, and the place of its made-up tip."""

    code: str
    place: str
    """Place of the tip, as an alert names it."""
    camp: str | None = None


def tried(session: Session, code: str) -> TriedDesk:
    """Returns a district, a border post or a camp for a drill. Their people are alerted of tips.

    Raises ExerciseRefused for any other desk, and NotFound.
    """
    if is_district(code):
        return TriedDesk(code, code)
    if code == NATIONAL:
        raise _no_such()
    row = tables_desks.one(session, code)
    if row.retired_at is None and row.kind == DeskKind.BORDER:
        return TriedDesk(code, ABROAD)
    if row.retired_at is None and row.kind == DeskKind.PROTECTION and row.place is not None:
        return TriedDesk(code, row.place[:2], row.place)
    raise _no_such()


def _no_such() -> ExerciseRefused:
    return ExerciseRefused(
        remark("choose a district, a border post or a camp: other desks have no drills")
    )


def check(
    session: Session, desk: TriedDesk, urgency: Urgency, people: Sequence[Candidate], at: datetime
) -> None:
    """Raises ExerciseRefused if no drill may begin at this desk now. The error gives the reason."""
    if tables.held(session, at) is not None:
        raise ExerciseRefused(
            remark("all messages are paused: resume sending before you start a drill")
        )
    if any(row.desk == desk.code for row in tables_drills.running(session)):
        raise ExerciseRefused(remark("a drill is already running there: wait until it ends"))
    held = tables_drills.since(session, desk.code, at - rules_drills.YEAR)
    if len(held) >= MOST_A_YEAR:
        raise ExerciseRefused(
            remark(
                "this desk had {count} drills in a year, and more are not allowed",
                count=MOST_A_YEAR,
            )
        )
    if any(row.started_at > at - REST for row in held):
        raise ExerciseRefused(
            remark(
                "this desk had a drill in the last {days} days: start the next one later",
                days=REST.days,
            )
        )
    if rules_drills.is_by_night(urgency, at):
        raise ExerciseRefused(remark("a drill must start and end by day: start it in the morning"))
    if tables_drills.danger_since(session, desk.place, at - rules_drills.CALM):
        raise ExerciseRefused(
            remark("a danger case is open in this place or its province: wait until it is closed")
        )
    if not people:
        raise ExerciseRefused(remark("no one at this desk can be alerted: check its people first"))


WORDS = "words"
"""Name of the answer that holds the text of a tip."""


def made_up(session: Session, kit: Kit, desk: TriedDesk, urgency: Urgency, at: datetime) -> Tip:
    """Stores a made-up tip, encrypted like a real one. Its text only says, in every language, that it is a drill."""
    uid = secrets.token_hex(16)
    said = " / ".join(kit.phrases.say(language, Template.EXERCISE_TOLD) for language in CODES)
    codes = (desk.code, NATIONAL)
    known = tables_desks.public_keys(session, codes)
    keys: Mapping[str, bytes] = {code: known.get(code, b"") for code in codes}
    sealed = kit.sealer.tip({WORDS: said}, uid=uid, place=desk.place, desks=keys, at=at)
    tip = Tip(
        uid=uid,
        identity=f"{rules_trial.DRILL}:{uid}",
        session_key="",
        passage=1,
        matter=Matter.TIP,
        state=TipState.COMPLETE,
        channel=rules_trial.DRILL,
        language=CODES[0],
        entry="",
        place=desk.place,
        sector=desk.camp,
        urgency=urgency,
        official="no",
        basis=Basis.PUBLIC_DUTY,
        visit="yes",
        contact_key="",
        body=sealed.body,
        created_at=at,
        updated_at=at,
        filed_at=at,
        completed_at=at,
        referred_at=at,
        referred_urgency=urgency,
    )
    session.add(tip)
    session.flush()
    session.add_all(
        Grant(tip_id=tip.id, desk_code=code, sealed_key=key) for code, key in sealed.grants.items()
    )
    session.flush()
    return tip


CLOCK = "clock"


def start(kit: Kit, wanted: WantedExercise, *, by: Actor, reason: str) -> int:
    """Begins a drill, alerts the first people, and returns its id. Raises ExerciseRefused, NotFound, StoreUnavailable.

    Notifies the national desk, and the coordinators of the desk who are not tested themselves.
    """
    at = kit.now()
    with ringing(kit) as session:
        desk = tried(session, wanted.desk)
        queries.take_turns(session)
        people = rules_drills.who_may_be_woken(
            queries.roster(session, at), desk.code, climbs=wanted.climbs
        )
        check(session, desk, wanted.urgency, people, at)
        tip = made_up(session, kit, desk, wanted.urgency, at)
        row = Exercise(
            tip_id=tip.id,
            place=desk.place,
            desk=desk.code,
            climbs=wanted.climbs,
            started_by=by.name,
            reason=reason,
            started_at=at,
            ends_at=at + rules_drills.LASTS[wanted.urgency],
        )
        session.add(row)
        session.flush()
        _alert(session, kit, tip, people, at)
        tables_audit.of_tip(
            session, tip.id, "exercise_started", tables_audit.by_actor(by), at, reason
        )
        _tell_who_answers(session, row, {one.id for one in people}, at)
        return row.id


def _alert(session: Session, kit: Kit, tip: Tip, people: Sequence[Candidate], at: datetime) -> None:
    """Alerts the first of these people and sets the clock of the drill."""
    case = routed(session, tip)
    step = LadderStep(tip.id, case, 0, first_told(case, people), is_exercise=True)
    alerts_tables.set_clocks(session, tip.id, rules_escalation_steps.filed(case, at), at)
    service_escalation.tell(session, kit, [step], at)


def _tell_who_answers(session: Session, row: Exercise, but: Collection[int], at: datetime) -> None:
    """Notifies the national desk and the coordinators of the desk, except the people who are tested."""
    for one in people_tables.who_answer_for(session, row.desk, at):
        if one.id not in but:
            said = {
                "place": desk_named(row.desk, one.language),
                "time": f"{row.ends_at.astimezone(KIGALI):%d/%m %H:%M}",
            }
            wording = Wording(Template.EXERCISE_BEGUN, said, one.language)
            service_messages.confirmation(session, wording, one.id, at)


def desk_named(code: str, language: str) -> str:
    """Returns a desk's name for an SMS: a district's own name, or the code of any other desk.

    Every phone can show the letters of a code.
    """
    return place_name(code, language) if is_district(code) else code


def end(kit: Kit, exercise_id: int, *, by: Actor, reason: str) -> None:
    """Calls a drill off. People who were alerted and have not answered learn that it was a drill.

    Raises NotFound, ExerciseRefused, StoreUnavailable.
    """
    with ringing(kit) as session:
        row = tables_drills.held(session, exercise_id)
        if row is None:
            raise NotFound(f"no drill {exercise_id}")
        if row.ended_at is not None:
            raise ExerciseRefused(remark("this drill has already ended"))
        _end(session, kit, row, ExerciseEnd.CALLED_OFF, by, reason)


def keep_time(kit: Kit) -> None:
    """Ends drills whose time is over or during which a real danger arrived. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        over = [row.id for row in tables_drills.running(session) if _why_over(session, kit, row)]
    for exercise_id in over:
        with ringing(kit) as session:
            row = tables_drills.held(session, exercise_id)
            why = _why_over(session, kit, row) if row is not None else None
            if row is not None and row.ended_at is None and why is not None:
                _end(session, kit, row, why)


def answered(session: Session, kit: Kit, act: Act, known_as: Referral, tip: Tip) -> Done:
    """Records the first answer of a responder to a drill. Every verb is an answer.

    Passing the drill on also alerts the next person. Every other verb counts as an acknowledgement.
    """
    if tip.closed_at is None and known_as.acknowledged_at is None and known_as.passed_at is None:
        what = _answer(session, tip, act)
        service_escalation.happen(session, kit, tip.id, Event(what, by=act.responder_id), act.at)
    return Done(Acted.EXERCISE, act.reference, known_as.id)


def _answer(session: Session, tip: Tip, act: Act) -> Happened:
    if act.verb is Verb.PASS_ON:
        queries.pass_on(session, tip.id, act.responder_id, act.at)
        service_case_events.passed(session, tip.id, act)
        return Happened.PASSED
    who = act.responder_id
    alerts_tables.acknowledge(session, tip.id, who, act.at, proved=act.proved)
    service_case_events.took_by(session, tip.id, act, counts=True)
    session.flush()
    return Happened.TAKEN


def _why_over(session: Session, kit: Kit, row: Exercise) -> ExerciseEnd | None:
    if tables_drills.danger_since(session, row.place, row.started_at):
        return ExerciseEnd.DANGER
    return ExerciseEnd.TIME if row.ends_at <= kit.now() else None


def _end(
    session: Session,
    kit: Kit,
    row: Exercise,
    why: ExerciseEnd,
    by: Actor | None = None,
    reason: str = "",
) -> None:
    """Ends a drill: no more alerts go out, and people who have not answered learn that it was a drill.

    Without `by`, the clock ends it.
    """
    at = kit.now()
    tip = queries.tip_for_writing(session, row.tip_id)
    row.ended_at, row.ended_by, row.why_ended = at, by.name if by else CLOCK, why
    tables_drills.drop_alerts(session, tip.id)
    alerts_tables.close(session, [tip.id], CASE_CLOCKS, at)
    tip.closed_at, tip.outcome = at, TipOutcome.TRIAL
    actor = tables_audit.by_actor(by) if by else CLOCK
    service_case_events.done_by(
        session,
        tip.id,
        EntryKind.CLOSED,
        EntryBy(actor),
        at,
        key=f"{tip.id}:exercise",
        codes={OUTCOME: TipOutcome.TRIAL.value},
    )
    tables_audit.of_tip(session, tip.id, "exercise_ended", actor, at, reason)
    _tell_unanswered(session, tip.id, at)


def _tell_unanswered(session: Session, tip_id: int, at: datetime) -> None:
    for person, referral_id in tables_drills.unanswered(session, tip_id):
        known_as = session.get_one(Referral, referral_id)
        words = Wording(Template.EXERCISE, {"ref": known_as.reference}, person.language)
        service_messages.confirmation(session, words, person.id, at, referral_id)


@dataclass(frozen=True, slots=True)
class ExerciseReport:
    """One drill, with the times of everyone who was alerted."""

    exercise: Exercise
    told: Sequence[ExerciseTold]


def listed(kit: Kit) -> Sequence[ExerciseReport]:
    """Returns all drills, newest first. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [
            ExerciseReport(row, tables_drills.told(session, row.tip_id))
            for row in tables_drills.every(session)
        ]


def running(kit: Kit) -> Sequence[Exercise]:
    """Returns the drills that run now. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return tables_drills.running(session)
