"""Simulates callers who report tips, one at a time or many at once. If a call ends too early, its caller dials
again."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from hotline.text.errors import HandsetRefused
from hotline.text.places import districts, place_name, province_of, sectors
from tests.faults import calls
from tests.faults.reading import DialogueBroken, LabelMissing, choose
from tests.support.handsets import ClientSession, EmulatorClient
from tests.support.labels import (
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
"""If the value is 3, every third caller reads every screen. The other callers press the keys of an earlier caller who
gave the same answers."""
EACH_ASKS = 6
"""If the value is 6, every sixth caller asks for a call-back, beginning with the second one. The test searches all
files for the second caller's number."""
PATIENCE = 600.0
"""The seconds after which a caller gives no more reports and counts as unheard, which fails the test. The limit is
long: while the test kills processes, a call may break off a dozen times by chance."""
PAUSE = 0.25
"""The seconds between a broken call and the caller's next call. A server can start in this time."""


@dataclass(frozen=True, slots=True)
class TipToTell:
    """One caller's tip, and the answers that the caller gives."""

    number: int
    district: str
    danger: bool
    words: str
    child: bool = True
    """True if a complete report is about a child. A report about a child is as urgent as danger, and other complete
    reports can wait."""

    @property
    def route(self) -> tuple[bool, str]:
        """Returns the two answers on which the digits to the screen "passed on" or "saved" depend: danger or not, and
        the district."""
        return self.danger, self.district

    @property
    def reads(self) -> bool:
        return self.number % EACH_READS == 0

    @property
    def asks(self) -> bool:
        """Returns True if the caller accepts an offered call-back."""
        return self.number % EACH_ASKS == 1

    @property
    def msisdn(self) -> str:
        """Returns a phone number that no enrolled person in this test has. The number has no long sequence of zeros,
        because the search for numbers would find it in times such as 12.788300000000003, which Redis writes."""
        return f"+2507883{31417 + self.number:05d}"


@dataclass(frozen=True, slots=True)
class Promise:
    """A session in which the caller read that the hotline has stored the tip."""

    session_id: str
    place: str
    complete: bool
    calls: str = field(default="", repr=False)
    """The phone number that the hotline promised to call. Empty if the hotline promised no call-back."""


Habits = dict[tuple[bool, str], str]
"""The digits that led an earlier caller to the screen "passed on" or "saved". The key has two values: danger or not,
and the district."""


@dataclass
class BrokenDialogues:
    """The calls of a run that ended too early, counted by their errors. Each error names the screen or the missing
    choice."""

    ends: Counter[str] = field(default_factory=Counter)
    unheard: list[int] = field(default_factory=list)
    """The tips whose callers stopped dialling before the hotline accepted the tip."""
    most_dials: int = 0
    """The largest number of calls that one caller needed."""
    longest: float = 0.0
    """The longest time in seconds from a caller's first call until the hotline said that the tip is stored."""

    def succeeded(self, dials: int, seconds: float) -> None:
        self.most_dials = max(self.most_dials, dials)
        self.longest = max(self.longest, round(seconds, 1))


def plan(count: int, districts: Sequence[str], words: str) -> list[TipToTell]:
    """Returns the tips that `count` callers will report. Every second caller reports danger and hangs up early.

    The other callers give a complete report about a child, and add `words` at the end.
    """
    places = itertools.cycle(districts)
    return [
        TipToTell(number, place, danger=number % 2 == 0, words=f"{words} {number}")
        for number, place in zip(range(count), places, strict=False)
    ]


def tell(emulator: EmulatorClient, tip: TipToTell) -> Promise:
    """Dials until the hotline accepts the tip. Raises DialogueBroken if the hotline never accepts the tip."""
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
    """Dials until the hotline accepts the tip, and counts the errors in `broken`. Returns None if the caller stops
    before that. After the event `over` is set, the caller stops dialling, but does not count as unheard."""
    began = time.monotonic()
    for dials in itertools.count(1):
        try:
            promise = dial_once(emulator, tip, habits)
        except (DialogueBroken, LabelMissing, HandsetRefused) as how:
            broken.ends[f"{type(how).__name__}: {how}"] += 1
        else:
            broken.succeeded(dials, time.monotonic() - began)
            return promise
        if over is not None and over.is_set():
            return None
        if time.monotonic() - began > PATIENCE:
            break
        time.sleep(PAUSE)
    broken.unheard.append(tip.number)
    return None


def dial_once(emulator: EmulatorClient, tip: TipToTell, habits: Habits | None = None) -> Promise:
    """Makes one call. Raises DialogueBroken, LabelMissing or HandsetRefused if the call ends early."""
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
    """Reads each screen from the first one to the list of districts. Returns the pressed digits."""
    district = place_name(tip.district, "rw")
    province = place_name(province_of(tip.district), "rw")
    labels = (PROBLEM, YES if tip.danger else NO, NO, province, district)
    return "*".join(digit for label in labels for digit in _press(session, label))


def _press(session: ClientSession, label: str) -> list[str]:
    """Chooses the choice with this label, and returns the pressed digits."""
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
    """Checks that the screen contains `words`, which say that the tip is stored."""
    if words not in session.screen:
        raise DialogueBroken("another screen than was to come")


@dataclass
class _Pressed:
    """A call that records the pressed keys."""

    session: ClientSession
    digits: list[str] = field(default_factory=list)

    @property
    def screen(self) -> str:
        return self.session.screen

    def reply(self, text: str) -> None:
        self.digits.append(text)
        self.session.reply(text)


def _finish(session: ClientSession, words: str) -> None:
    """Adds a landmark (a place that people know) after the screen "saved". Ignores errors, because the hotline has
    already stored the tip."""
    if session.open:
        with suppress(LabelMissing, HandsetRefused):
            choose(session, LANDMARK)
            session.reply(words)


CALLERS = 12
NUMBERS = 100_000
"""The largest number of callers in one run, because the test has no more different phone numbers."""


@dataclass
class Crowd:
    emulator: EmulatorClient
    tips: int
    words: str
    enough: Callable[[], bool]
    """After the planned tips are reported, callers report more tips until this function returns True."""
    late: Callable[[], bool] = lambda: False
    """Simulated callers check this function before each tip. When it returns True, they report no more tips."""
    callers: int = CALLERS
    """The number of callers who report at the same time."""
    told: list[Promise] = field(default_factory=list)
    broken: BrokenDialogues = field(default_factory=BrokenDialogues)
    habits: Habits = field(default_factory=dict)

    def tell(self) -> None:
        """Lets the simulated callers report all tips. If a person interrupts the run, waits only for the open calls."""
        over, lock = threading.Event(), threading.Lock()
        waiting = itertools.takewhile(lambda _: not over.is_set(), self._waiting())
        with ThreadPoolExecutor(self.callers) as threads:
            try:
                at_work = [
                    threads.submit(self._one_after_another, waiting, lock, over)
                    for _ in range(self.callers)
                ]
                for done in at_work:
                    done.result()
            finally:
                over.set()

    def _waiting(self) -> Iterator[TipToTell]:
        everyone = plan(NUMBERS, [district.code for district in districts()], self.words)
        yield from itertools.takewhile(lambda _: not self.late(), everyone[: self.tips])
        yield from itertools.takewhile(lambda _: not self.enough(), everyone[self.tips :])

    def _one_after_another(
        self, waiting: Iterator[TipToTell], lock: threading.Lock, over: threading.Event
    ) -> None:
        while True:
            with lock:
                tip = next(waiting, None)
            if tip is None:
                return
            promise = try_to_tell(self.emulator, tip, self.broken, self.habits, over)
            if promise is not None:
                self.told.append(promise)
