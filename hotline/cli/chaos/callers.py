"""Callers who do not give up: they tell a tip, and dial again whenever the line breaks under them."""

import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline.domain.places import place_name, province_of, sectors
from hotline.emulator.client import EmulatorClient, Session
from hotline.emulator.reader import choose
from hotline.errors import DialogueBroken, HandsetRefused, LabelMissing

PROBLEM, YES, NO, CHILD_WORK, ADULT = (
    "Ikibazo",
    "Yego",
    "Oya",
    "Umwana ukora cyangwa usabiriza",
    "Umuntu mukuru",
)
LANDMARK = "2"
PATIENCE = 120.0
"""Seconds for which somebody dials before a run calls her unheard: longer than any single fault of it lasts."""
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
        """Nobody's who is enrolled in the rehearsal."""
        return f"+2507883{self.number:05d}"


@dataclass(frozen=True, slots=True)
class Promise:
    """A session in which the caller read that her tip is kept."""

    session_id: str
    place: str
    complete: bool


@dataclass
class Broken:
    """How dialogues ended before their time: what the handset was told, or the choice that was not there."""

    ends: Counter[str] = field(default_factory=Counter)
    unheard: list[int] = field(default_factory=list)
    """Tips whose callers gave up."""


def plan(count: int, districts: Sequence[str], words: str) -> list[Tip]:
    """Every other one says danger and hangs up early; the rest tell all of it, words included, about a child."""
    places = itertools.cycle(districts)
    return [
        Tip(number, place, danger=number % 2 == 0, words=f"{words} {number}")
        for number, place in zip(range(count), places, strict=False)
    ]


def tell(emulator: EmulatorClient, tip: Tip) -> Promise:
    """Dial until the tip is told. Raises DialogueBroken where the line never listens."""
    broken = Broken()
    promise = try_to_tell(emulator, tip, broken)
    if promise is None:
        raise DialogueBroken(f"tip {tip.number} was never heard: {dict(broken.ends)}")
    return promise


def try_to_tell(emulator: EmulatorClient, tip: Tip, broken: Broken) -> Promise | None:
    """Dial until the tip is told, or patience ends: then None. What went wrong on the way is noted in `broken`."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            return dial_once(emulator, tip)
        except (DialogueBroken, LabelMissing, HandsetRefused) as how:
            broken.ends[f"{type(how).__name__}: {how}"] += 1
            time.sleep(PAUSE)
    broken.unheard.append(tip.number)
    return None


def dial_once(emulator: EmulatorClient, tip: Tip) -> Promise:
    """One dialogue. Raises DialogueBroken, LabelMissing or HandsetRefused where it ended before its time."""
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
    if session.open:
        choose(session, label)
    if not session.open:
        raise DialogueBroken(session.error or "the line said END")


def _finish(session: Session, words: str) -> None:
    """ "Saved" was shown: whatever breaks from here on, the promise is given."""
    for keyed in (LANDMARK, words):
        if session.open:
            session.reply(keyed)
