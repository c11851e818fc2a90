"""Callers who do not give up: they tell a tip, and dial again whenever the line breaks under them."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from hotline.errors import HandsetRefused
from hotline.text.places import place_name, province_of, sectors
from tests.chaos import calls
from tests.chaos.reading import DialogueBroken, LabelMissing, choose
from tests.handsets import ClientSession, EmulatorClient
from tests.labels import (
    ADULT,
    CHILD_WORK,
    LANDMARK,
    NO,
    PASSED_ON,
    PROBLEM,
    SAVED,
    UNPAID_WORK,
    YES,
)

EACH_READS = 3
"""One caller in so many reads every screen; the others key ahead what one like her has keyed before."""
EACH_ASKS = 6
"""One in so many, of those who tell all of it, asks for a call. The second caller does: her number is looked for."""
PATIENCE = 600.0
"""Seconds for which somebody dials before a run calls her unheard. Deaths that follow each other every few seconds may
cut one caller off a dozen times by chance alone; a line that never hears her does so too when the deaths are over."""
PAUSE = 0.25
"""Seconds from a call that broke to the next: quicker than any thumb, and long enough for a server to start."""


@dataclass(frozen=True, slots=True)
class TipToTell:
    """What one caller has to tell, and how patient she is."""

    number: int
    district: str
    danger: bool
    words: str
    child: bool = True
    """Where she tells all of it: about a child, which is as urgent as danger; otherwise it can wait."""

    @property
    def route(self) -> tuple[bool, str]:
        """What decides which digits lead to the promise."""
        return self.danger, self.district

    @property
    def reads(self) -> bool:
        return self.number % EACH_READS == 0

    @property
    def asks(self) -> bool:
        """For a call, where one is offered."""
        return self.number % EACH_ASKS == 1

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
    calls: str = field(default="", repr=False)
    """The number that a call was promised to; empty where none was."""


Habits = dict[tuple[bool, str], str]
"""Digits that led to a promise, joined as they are keyed, by route."""


@dataclass
class BrokenDialogues:
    """How dialogues ended before their time: what the handset was told, or the choice that was not there."""

    ends: Counter[str] = field(default_factory=Counter)
    unheard: list[int] = field(default_factory=list)
    """Tips whose callers gave up."""
    most_dials: int = 0
    """That any of them needed."""
    longest: float = 0.0
    """Seconds from a caller's first dial to her promise, at the worst."""

    def heard(self, dials: int, seconds: float) -> None:
        self.most_dials = max(self.most_dials, dials)
        self.longest = max(self.longest, round(seconds, 1))


def plan(count: int, districts: Sequence[str], words: str) -> list[TipToTell]:
    """Every other one says danger and hangs up early; the rest tell all of it, words included, about a child."""
    places = itertools.cycle(districts)
    return [
        TipToTell(number, place, danger=number % 2 == 0, words=f"{words} {number}")
        for number, place in zip(range(count), places, strict=False)
    ]


def tell(emulator: EmulatorClient, tip: TipToTell) -> Promise:
    """Dial until the tip is told. Raises DialogueBroken where the line never listens."""
    broken = BrokenDialogues()
    promise = try_to_tell(emulator, tip, broken)
    if promise is None:
        raise DialogueBroken(f"tip {tip.number} was never heard: {dict(broken.ends)}")
    return promise


def try_to_tell(
    emulator: EmulatorClient,
    tip: TipToTell,
    broken: BrokenDialogues,
    habits: Habits | None = None,
    over: threading.Event | None = None,
) -> Promise | None:
    """Dial until the tip is told, or patience ends: then None. What went wrong on the way is noted in `broken`.

    Once it is `over` nobody dials again, and nobody complains of it.
    """
    began = time.monotonic()
    for dials in itertools.count(1):
        try:
            promise = dial_once(emulator, tip, habits)
        except (DialogueBroken, LabelMissing, HandsetRefused) as how:
            broken.ends[f"{type(how).__name__}: {how}"] += 1
        else:
            broken.heard(dials, time.monotonic() - began)
            return promise
        if over is not None and over.is_set():
            return None
        if time.monotonic() - began > PATIENCE:
            break
        time.sleep(PAUSE)
    broken.unheard.append(tip.number)
    return None


def dial_once(emulator: EmulatorClient, tip: TipToTell, habits: Habits | None = None) -> Promise:
    """One dialogue. Raises DialogueBroken, LabelMissing or HandsetRefused where it ended before its time."""
    session = emulator.dial(msisdn=tip.msisdn)
    keyed = (habits or {}).get(tip.route)
    if keyed is not None and not tip.reads:
        _reply(session, keyed)
    else:
        keyed = _read_on(session, tip)
        if habits is not None:
            habits[tip.route] = keyed
    if tip.danger:
        _must_say(session, PASSED_ON)
        session.hang_up()
        return Promise(session.id, tip.district, complete=False)

    _press(session, sectors(tip.district)[0].name)
    for label in (CHILD_WORK if tip.child else UNPAID_WORK, ADULT, YES):
        _press(session, label)
    _must_say(session, SAVED)
    called = tip.asks and calls.ask(session)
    _finish(session, tip.words)
    return Promise(session.id, tip.district, complete=True, calls=tip.msisdn if called else "")


def _read_on(session: ClientSession, tip: TipToTell) -> str:
    """Screen by screen to the district; the digits that led there."""
    district = place_name(tip.district, "rw")
    province = place_name(province_of(tip.district), "rw")
    labels = (PROBLEM, YES if tip.danger else NO, NO, province, district)
    return "*".join(digit for label in labels for digit in _press(session, label))


def _press(session: ClientSession, label: str) -> list[str]:
    """The digits that led to it."""
    pressed = _Pressed(session)
    if session.open:
        choose(pressed, label)
    _must_be_open(session)
    return pressed.digits


def _reply(session: ClientSession, keyed: str) -> None:
    if session.open:
        session.reply(keyed)
    _must_be_open(session)


def _must_be_open(session: ClientSession) -> None:
    if not session.open:
        raise DialogueBroken(session.error or "the line said END")


def _must_say(session: ClientSession, words: str) -> None:
    """A promise is what she read, and nothing else."""
    if words not in session.screen:
        raise DialogueBroken("another screen than was to come")


@dataclass
class _Pressed:
    """A dialogue that notes what is keyed."""

    session: ClientSession
    digits: list[str] = field(default_factory=list)

    @property
    def screen(self) -> str:
        return self.session.screen

    def reply(self, text: str) -> None:
        self.digits.append(text)
        self.session.reply(text)


def _finish(session: ClientSession, words: str) -> None:
    """ "Saved" was shown: whatever breaks from here on, the promise is given."""
    if session.open:
        with suppress(LabelMissing, HandsetRefused):
            choose(session, LANDMARK)
            session.reply(words)
