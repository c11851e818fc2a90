"""Prepares a phone before it dials, so that the hotline knows something about it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select, update

from hotline.alerts import service_assignment
from hotline.alerts.rules_assignment import AssignmentState
from hotline.alerts.tables_drills import Drill
from hotline.cases import service_retention
from hotline.core import rules_trial
from hotline.gateway import tables
from hotline.gateway.tables import Assignment
from hotline.people.rules import DeskKind, Level
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk, DeskMember
from hotline.programmes import service_enrolment
from hotline.programmes.rules import LESSONS, Programme
from hotline.text.places import NATIONAL
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_receipts import HELP_AFTER
from hotline.tips.tables import Tip
from tests.crawler.copies import large
from tests.crawler.dialogue import CANARY, PIN, RECEIPT, Dialogue, Typed
from tests.support import asking
from tests.support.builders import make_responder, post
from tests.support.callers import DANGER_HERE, DESK_KEY, REST, Line
from tests.support.recovering import encrypt_for_desks
from tests.support.taking import close_by_two, take_case
from tests.support.two_people import ALICE

PASSPHRASE, EASY_PIN = "correct horse", "1234"
WITNESS, OVERSEER, OFFICE = "+250788000032", "+250788000035", "ombudsman"
NOBODYS_NUMBER, NOBODYS_CODE, NOBODYS_CASE = "430021655", "87654321", "ZZ"
TYPED: Typed = {
    "typed": (CANARY, "Gasabo"),
    "receipt": (NOBODYS_NUMBER,),
    "pin": (PIN,),
    "leader_code": (NOBODYS_CODE,),
    "officer_code": (NOBODYS_CODE,),
    "gathering_came": ("4719", "987654"),
}

MAY_COME = (*DANGER_HERE, "1", "1", *REST)
NOBODY_COMES = (*MAY_COME[:-1], "2")
"""The digits that a caller presses to make a complete report about danger. With `MAY_COME` the caller allows a visit by
responders, and with `NOBODY_COMES` the caller does not allow a visit.
"""

Prepare = Callable[[Line, str, str], Typed]
"""A function that prepares a phone before its first call. The function returns the texts that the phone types
in addition to `TYPED`."""


def as_all(_line: Line, _msisdn: str, _language: str) -> Typed:
    return {"pin": (PIN, EASY_PIN)}


def while_alerts_are_blocked(line: Line, _msisdn: str, _language: str) -> Typed:
    """Pauses the outgoing queue, as the hotline does when the gateway refuses every SMS."""
    with line.database.writing() as session:
        tables.pause_for_fault(session, line.clock() + timedelta(days=1), "config_fault")
    return {}


def with_outside_office(line: Line, _msisdn: str, _language: str) -> Typed:
    """Adds an oversight desk, and a person who has the key of this desk, unless the desk exists already."""
    at, key = line.clock.at, bytes(DESK_KEY.public_key)
    with line.database.writing() as session:
        if session.get(Desk, OFFICE) is None:
            desk = Desk(code=OFFICE, kind=DeskKind.OVERSIGHT, name="Ombudsman", created_at=at)
            desk.public_key, person = key, make_responder(msisdn=OVERSEER, districts=(OFFICE,))
            session.add_all([desk, person])
            session.flush()
            member = DeskMember(desk_code=OFFICE, member=f"r{person.id}", created_at=at)
            member.wrapped_key = key
            session.add(member)
    return {}


@dataclass(frozen=True, slots=True)
class Invited:
    """A phone that belongs to no programme. Its caller has a code to join a programme."""

    roll: Programme

    def __call__(self, line: Line, msisdn: str, _language: str) -> Typed:
        with line.database.writing() as session:
            service_enrolment.leave(session, line.context, msisdn, self.roll)
        code, _ = service_enrolment.create_code(line.context, self.roll, "Gasabo", by="Admin")
        return {f"{NAMED[self.roll]}_code": (code, NOBODYS_CODE)}


@dataclass(frozen=True, slots=True)
class Joined:
    """A phone that has joined a programme."""

    roll: Programme

    def __call__(self, line: Line, msisdn: str, language: str) -> Typed:
        typed = Invited(self.roll)(line, msisdn, language)
        code = typed[f"{NAMED[self.roll]}_code"][0]
        with line.database.writing() as session:
            assert service_enrolment.enrol(
                session, line.context, self.roll, msisdn, code, line.clock()
            )
        line.clock.turn(seconds=1)
        return {}


def as_certified(line: Line, msisdn: str, language: str) -> Typed:
    """Makes a trainee's phone pass every lesson."""
    Joined(Programme.TRAINEES)(line, msisdn, language)
    number_key = line.context.pseudonyms.joined(Programme.TRAINEES, msisdn)
    with line.database.writing() as session:
        for lesson in LESSONS:
            service_enrolment.record_passed_lesson(session, number_key, lesson, line.clock())
    line.clock.turn(seconds=1)
    return {}


@dataclass(frozen=True, slots=True)
class Holder:
    """Any phone whose caller has the receipt and the PIN of a tip."""

    become: Callable[[Line, int], None]

    def __call__(self, line: Line, _msisdn: str, _language: str) -> Typed:
        witness = tell(line, *DANGER_HERE, "1", "1", *REST, "2", PIN)
        (number,) = RECEIPT.findall(witness.body)
        with line.database.reading() as session:
            (tip_id,) = session.scalars(select(Tip.id).order_by(Tip.id.desc()).limit(1))
        self.become(line, tip_id)
        line.clock.turn(minutes=20)
        return {"receipt": (number.replace(" ", ""), NOBODYS_NUMBER)}


def colleagues_are_quicker(line: Line) -> None:
    """Takes every case in the name of responder 1, who was enrolled first and belongs to the national desk."""
    rows = [row for row in line.all(Assignment) if row.responder_id == 1]
    for row in rows:
        take_case(line.context, 1, row.reference, line.clock())
    line.clock.turn(seconds=10)


def tell(line: Line, *keyed: str) -> Dialogue:
    """Simulates another caller who dials and presses the given digits. All keys come in one hop, because each walk of
    a tour begins with this call.
    """
    number = next(line.numbers)
    witness = Dialogue(line, WITNESS, f"witness-{number}", TYPED)
    witness.dial("")
    witness.key("*".join(keyed))
    return witness


def _checking(line: Line, _tip_id: int) -> None:
    service_assignment.assign_pending(line.context)
    colleagues_are_quicker(line)


def _helped(line: Line, tip_id: int) -> None:
    service_retention.record_help(line.context, tip_id, by="Desk", reason="a helper came")


def _helped_long_ago(line: Line, tip_id: int) -> None:
    """Records that help came so long ago that the holder of the receipt is asked if the help was good."""
    _helped(line, tip_id)
    with line.database.writing() as session:
        session.get_one(Tip, tip_id).helped_at = line.clock() - HELP_AFTER


@dataclass(frozen=True, slots=True)
class AskedBack:
    """A question that the national desk asks the caller about a tip."""

    question: str

    def __call__(self, line: Line, tip_id: int) -> None:
        with line.database.writing() as session:
            if session.scalar(select(DeskMember)) is None:
                key, at = bytes(DESK_KEY), line.clock.at
                encrypt_for_desks(session, [NATIONAL], key, PASSPHRASE, at)
        line.clock.turn(minutes=4)
        asking.ask(
            line.context,
            tip_id,
            self.question,
            desk=NATIONAL,
            passphrase=PASSPHRASE,
            by=ALICE,
            reason="to know",
        )


NAMED = {Programme.LEADERS: "leader", Programme.TRAINEES: "officer"}
QUESTIONS = ("still", "leave", "moved", "children", "many", "when", "doctor", "landmark")
STATUSES: dict[str, Callable[[Line, int], None]] = {
    "received": lambda _line, _tip_id: None,
    "checking": _checking,
    "helper": _helped,
    "helper, thirty days later": _helped_long_ago,
    "closed": lambda line, tip_id: close_by_two(line.context, tip_id),
    **{f"received, asked: {question}": AskedBack(question) for question in QUESTIONS},
}
ROLLS = {Programme.LEADERS: "45", Programme.TRAINEES: "46"}


ELSEWHERE = ("0", "2")
"""The digits with which a caller goes back to the list of districts and chooses another district."""
OF_HERE, OF_ELSEWHERE = "+250788000033", "+250788000034"


@dataclass(frozen=True, slots=True)
class Helper:
    """The phone of a responder who was alerted about only one open case. This case is the newest one. With `took`, the
    responder took the case before dialling.
    """

    told: tuple[str, ...] = DANGER_HERE
    national: bool = False
    """If True, this is the only phone of the national desk. If False, this phone belongs to the district of the
    case."""
    exercise: bool = False
    """If True, the case is a drill."""
    took: bool = False
    corrected: bool = False
    """If True, the caller chose another district after the alert, and a responder of that district has taken the
    case."""
    requested: bool = False
    """If True, a desk has requested the closure of the case, because no one found the person."""
    in_console: bool = False
    """If True, the national desk may read cases only in the console."""

    def __call__(self, line: Line, msisdn: str, language: str) -> Typed:
        as_idle_helper(line, msisdn, language)
        reading = replace(line.context.line, national_in_console=self.in_console)
        line.context = replace(line.context, line=reading)
        _end_all(line)
        witness = tell(large(line) if self.corrected else line, *self.told)
        hers = _posted(line, msisdn, Level.NATIONAL if self.national else Level.RESPONDER)
        if self.national:
            with line.database.writing() as session:
                others = update(Responder).where(Responder.id != hers)
                session.execute(others.values(active=False))
        if self.corrected:
            as_idle_helper(line, OF_HERE, "rw")
            _posted(line, OF_HERE)
        service_assignment.assign_pending(line.context)
        line.clock.turn(seconds=10)
        reference = next(
            row.reference for row in reversed(line.all(Assignment)) if row.responder_id == hers
        )
        if self.exercise:
            _rehearse(line)
        if self.took:
            take_case(line.context, hers, reference, line.clock())
            line.clock.turn(seconds=10)
        if self.corrected:
            _correct(line, witness)
        if self.requested:
            _request(line)
        return {"case_letters": (reference, NOBODYS_CASE)}


def _request(line: Line) -> None:
    tip_id, outcome = line.tips[-1].id, TipOutcome.NOT_FOUND
    service_retention.close_tip(
        line.context, tip_id, by="A desk", reason="gone", outcome=outcome, only_requests=True
    )
    line.clock.turn(seconds=10)


def _rehearse(line: Line) -> None:
    with line.database.writing() as session:
        tip = session.scalars(select(Tip).order_by(Tip.id.desc()).limit(1)).one()
        tip.channel = rules_trial.DRILL
        begun, over = line.clock(), line.clock() + timedelta(hours=1)
        row = Drill(
            tip_id=tip.id, place=tip.place, desk=tip.place, escalates=False, started_by="Aline"
        )
        row.reason, row.started_at, row.ends_at = "the week of drills", begun, over
        session.add(row)


def _posted(line: Line, msisdn: str, level: Level = Level.RESPONDER) -> int:
    """Makes the responder of a phone a member of the newest tip's district. Returns the id of the responder."""
    key = line.context.pseudonyms.enrolled(msisdn)
    with line.database.writing() as session:
        place = session.scalar(select(Tip.place).order_by(Tip.id.desc()).limit(1))
        row = session.scalars(select(Responder).where(Responder.number_key == key)).one()
        row.active = True
        post(session, row, level, str(place))
        return row.id


def _correct(line: Line, witness: Dialogue) -> None:
    witness.key("*".join(ELSEWHERE))
    as_idle_helper(line, OF_ELSEWHERE, "rw")
    there = _posted(line, OF_ELSEWHERE)
    line.clock.turn(minutes=4)
    service_assignment.fire_deadlines(line.context)
    told_of = next(row for row in reversed(line.all(Assignment)) if row.responder_id == there)
    take_case(line.context, there, told_of.reference, line.clock())
    line.clock.turn(seconds=10)


def as_idle_helper(line: Line, msisdn: str, language: str) -> Typed:
    """Enrols a phone for a responder who belongs to no district, unless the phone is already enrolled."""
    key = line.context.pseudonyms.enrolled(msisdn)
    with line.database.writing() as session:
        hers = select(Responder).where(Responder.number_key == key)
        if session.scalar(hers) is None:
            row = make_responder(name=msisdn[-3:], msisdn=msisdn, language=language, districts=())
            row.number_key = key
            session.add(row)
    return {}


def _end_all(line: Line) -> None:
    """Ends every case, because a responder's list contains alerted and taken cases until they are closed."""
    service_assignment.assign_pending(line.context)
    for row in line.all(Assignment):
        if row.state == AssignmentState.SENT:
            take_case(line.context, row.responder_id, row.reference, line.clock())
    for tip in line.tips:
        if tip.assigned_at is not None and tip.closed_at is None:
            close_by_two(line.context, tip.id)
