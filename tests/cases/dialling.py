"""Dials the responders' short code, enters the PIN and takes a case, for tests of the screens after the PIN."""

from hotline.gateway.tables import Assignment
from tests.support.callers import Caller, Line
from tests.support.reading import PHONE, PIN, ReaderBeside, at_home
from tests.support.taking import take_case

OwnCase = tuple[Caller, Assignment]
"""The phone of a responder, and the responder's assignment of a case about danger."""


def called(line: Line, msisdn: str = PHONE) -> Caller:
    """Dials the responders' short code in a new call. Returns the phone, which asks for the PIN."""
    phone = line.caller(msisdn)
    phone.dial("90")
    return phone


def enters(phone: Caller, *keyed: str, pin: str = PIN) -> str:
    """Dials the responders' short code, enters the PIN and presses the given keys on the home screen. Returns the
    screen."""
    phone.dial("90")
    return at_home(phone, *keyed, pin=pin)


def dials(line: Line, *keyed: str, msisdn: str = PHONE) -> Caller:
    """Enters the PIN in a new call, and presses the given keys on the home screen. Returns the phone."""
    phone = line.caller(msisdn)
    enters(phone, *keyed)
    return phone


def take(beside: ReaderBeside, known_as: Assignment) -> None:
    """Takes a case in the name of its responder. One second passes after that."""
    take_case(beside.line.context, known_as.responder_id, known_as.reference, beside.line.clock.at)
    beside.line.clock.turn(seconds=1)


def now(beside: ReaderBeside, known_as: Assignment) -> Assignment:
    """Returns the present row of an assignment."""
    with beside.line.database.reading() as session:
        return session.get_one(Assignment, known_as.id)
