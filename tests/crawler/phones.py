"""Prepares a phone before it dials, so that the hotline knows something about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from hotline.alerts import service_assignment
from hotline.cases import service_retention
from hotline.gateway import tables
from hotline.gateway.tables import Assignment
from hotline.people.tables_desks import DeskMember
from hotline.programmes import service_enrolment
from hotline.programmes.rules import LESSONS, Programme
from hotline.text.codes import NATIONAL
from hotline.tips.tables import Tip
from tests.crawler.dialogue import CANARY, PIN, RECEIPT, Dialogue, Typed
from tests.support import asking
from tests.support.callers import DANGER_HERE, DESK_KEY, REST, Line
from tests.support.recovering import encrypt_for_desks
from tests.support.taking import close_by_two, take_case
from tests.support.two_people import ALICE

PASSPHRASE = "correct horse"
WITNESS = "+250788000032"
NOBODYS_NUMBER, NOBODYS_CODE, NOBODYS_CASE = "430021655", "87654321", "ZZ"
EASY_PIN = "1234"
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
"""The keys of a complete report about danger. Responders may come, or must not come."""

Prepare = Callable[[Line, str, str], Typed]
"""A function that prepares a phone before it dials in a language. It returns the texts that the phone types in
addition to `TYPED`."""


def as_all(_line: Line, _msisdn: str, _language: str) -> Typed:
    return {"pin": (PIN, EASY_PIN)}


def while_alerts_are_blocked(line: Line, _msisdn: str, _language: str) -> Typed:
    """Pauses the outgoing queue for any phone, as when the gateway refuses every SMS."""
    with line.database.writing() as session:
        tables.pause_for_fault(session, line.clock() + timedelta(days=1), "config_fault")
    return {}


@dataclass(frozen=True, slots=True)
class Invited:
    """A phone outside all programmes. Its caller has a code."""

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
    """Takes every case in the name of the national desk's responder, who was enrolled first."""
    rows = [row for row in line.all(Assignment) if row.responder_id == 1]
    for row in rows:
        take_case(line.context, 1, row.reference, line.clock())
    line.clock.turn(seconds=10)


def tell(line: Line, *keyed: str) -> Dialogue:
    """Runs the conversation of another caller. All keys come in one hop, because each walk of a tour begins with it."""
    number = next(line.numbers)
    witness = Dialogue(line, WITNESS, f"witness-{number}", TYPED)
    witness.dial("")
    witness.key("*".join(keyed))
    return witness


def _received(_line: Line, _tip_id: int) -> None:
    return None


def _checking(line: Line, _tip_id: int) -> None:
    service_assignment.assign_pending(line.context)
    colleagues_are_quicker(line)


def _helped(line: Line, tip_id: int) -> None:
    service_retention.record_help(line.context, tip_id, by="Desk", reason="a helper came")


def _closed(line: Line, tip_id: int) -> None:
    close_by_two(line.context, tip_id)


@dataclass(frozen=True, slots=True)
class AskedBack:
    """A question about a tip that the national desk asked back."""

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
STATUSES = {"received": _received, "checking": _checking, "helper": _helped, "closed": _closed}
QUESTIONS = ("still", "leave", "moved", "children", "many", "when", "doctor", "landmark")
ROLLS = {Programme.LEADERS: "45", Programme.TRAINEES: "46"}
