"""Callers who do not give up: they tell a tip, and dial again whenever the line breaks under them."""

import itertools
import time
from dataclasses import dataclass

from hotline.domain.places import place_name, province_of, sectors
from hotline.emulator.client import EmulatorClient, Session
from hotline.emulator.reader import choose
from hotline.errors import HandsetRefused, LabelMissing

PROBLEM, YES, NO, CHILD_WORK, ADULT = (
    "Ikibazo",
    "Yego",
    "Oya",
    "Umwana ukora cyangwa usabiriza",
    "Umuntu mukuru",
)
LANDMARK = "2"
DIALS = 60
"""How often somebody dials before a test calls the line dead."""
PAUSE = 0.25
"""Seconds from a call that broke to the next: quicker than any thumb, and long enough for a server to start."""


@dataclass(frozen=True, slots=True)
class Tip:
    """What one caller has to tell, and how patient she is."""

    number: int
    district: str
    danger: bool
    words: str

    @property
    def msisdn(self) -> str:
        return f"+2507881{self.number:05d}"


@dataclass(frozen=True, slots=True)
class Promise:
    """A session in which the caller read that her tip is kept."""

    session_id: str
    place: str
    complete: bool


class Broken(Exception):
    """The dialogue ended before it said so."""


def plan(count: int, districts: list[str], words: str) -> list[Tip]:
    """Every other one says danger and hangs up early; the rest tell all of it, words included, about a child."""
    places = itertools.cycle(districts)
    return [
        Tip(number, place, danger=number % 2 == 0, words=f"{words} {number}")
        for number, place in zip(range(count), places, strict=False)
    ]


def tell(emulator: EmulatorClient, tip: Tip) -> Promise:
    """Dial until the tip is told. Raises AssertionError where the line never listens."""
    for _ in range(DIALS):
        try:
            return dial_once(emulator, tip)
        except (Broken, LabelMissing, HandsetRefused):
            time.sleep(PAUSE)
    raise AssertionError(f"tip {tip.number} was never heard")


def dial_once(emulator: EmulatorClient, tip: Tip) -> Promise:
    """One dialogue. Raises Broken or LabelMissing where it ended before it said that the tip is kept."""
    session = emulator.dial(msisdn=tip.msisdn)
    for label in (PROBLEM, YES if tip.danger else NO, NO):
        _press(session, label)
    _press(session, place_name(province_of(tip.district), "rw"))
    _press(session, place_name(tip.district, "rw"))
    if tip.danger:
        session.hang_up()
        return Promise(session.id, tip.district, complete=False)

    _press(session, sectors(tip.district)[0].name)
    for label in (CHILD_WORK, ADULT, YES):
        _press(session, label)
    _finish(session, tip.words)
    return Promise(session.id, tip.district, complete=True)


def _press(session: Session, label: str) -> None:
    choose(session, label)
    if not session.open:
        raise Broken


def _finish(session: Session, words: str) -> None:
    """ "Saved" was shown: whatever breaks from here on, the promise is given."""
    for keyed in (LANDMARK, words):
        if session.open:
            session.reply(keyed)
