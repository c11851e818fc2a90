"""Stores the emulator's whole state in memory under one lock, and runs the emulator's timers.

The state contains what the network and the gateway know: phones, USSD dialogues and outgoing messages. For each mobile
network, the state uses the gateway's code for this network. The state also contains the settings: the service codes,
the clock's speed, and unverified assumptions about the gateway. Each change of the state notifies the web pages that
wait for a change.

The timers run on a clock that can run faster or jump ahead. The module also stores the offset of the hotline's own
clock.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from hotline.text.errors import SettingsInvalid

MAX_OFFSET = 366 * 86400
"""The maximum difference in seconds between the hotline's clock and the true time."""


@dataclass(order=True, slots=True)
class Timer:
    due: float
    order: int
    action: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Cancels the timer, or does nothing if the timer has already run."""
        self.cancelled = True


class Scheduler:
    """A clock that runs timers when they are due.

    Each timer runs in its own thread, because the action of a timer may wait for the hotline's answer.
    """

    def __init__(self) -> None:
        self.scale = 1.0
        self._real = time.monotonic()
        self._reached = 0.0
        self._heap: list[Timer] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="emulator-clock", daemon=True)
        self._thread.start()

    def now(self) -> float:
        """Returns the seconds since this clock was created."""
        with self._changed:
            return self._now()

    def after(self, seconds: float, action: Callable[[], object]) -> Timer:
        with self._changed:
            timer = Timer(self._now() + seconds, next(self._count), action)
            heapq.heappush(self._heap, timer)
            self._changed.notify_all()
        return timer

    def turn(self, seconds: float) -> None:
        """Moves the clock forward at once. Runs every timer that becomes due."""
        with self._changed:
            self._reached += seconds
            self._changed.notify_all()

    def run_at(self, scale: float) -> None:
        with self._changed:
            self._reached, self._real = self._now(), time.monotonic()
            self.scale = scale
            self._changed.notify_all()

    def forget_all(self) -> None:
        with self._changed:
            self._heap.clear()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout=5)

    def _now(self) -> float:
        return self._reached + (time.monotonic() - self._real) * self.scale

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                seconds = (self._heap[0].due - self._now()) / self.scale if self._heap else None
                if seconds is None or seconds > 0:
                    self._changed.wait(seconds)
                    continue
                timer = heapq.heappop(self._heap)
            if not timer.cancelled:
                threading.Thread(target=timer.action, name="emulator-timer", daemon=True).start()


@dataclass(frozen=True, slots=True)
class LineClock:
    """The clock of the hotline's own processes. A file holds the offset of this clock in seconds, and every process
    reads the file."""

    file: Path | None = None
    """The path of the file with the offset. The path is None if the hotline always uses the true time."""

    def offset(self) -> int:
        """Returns the offset of the hotline's clock in seconds. The offset is negative if the hotline's clock is behind
        the true time.

        Returns 0 if the file cannot be read.
        """
        try:
            return int(self.file.read_text(encoding="ascii")) if self.file else 0
        except (OSError, ValueError):
            return 0

    def set(self, offset: int) -> None:
        """Sets the hotline's clock to `offset` seconds ahead of the true time.

        Raises SettingsInvalid if the clock cannot be changed, or if the offset exceeds `MAX_OFFSET`.
        """
        if self.file is None:
            raise SettingsInvalid(["the clock: only the clock of `hotline demo` can be changed"])
        if abs(offset) > MAX_OFFSET:
            raise SettingsInvalid(["the clock: not by more than a year"])
        # Replaces the file in one step, so that no process reads an incomplete number.
        new_file = self.file.with_suffix(".new")
        new_file.write_text(str(offset), encoding="ascii")
        new_file.replace(self.file)


REFUSE_UNKNOWN = {"extra": "forbid"}
"""The pydantic configuration of a class that the control API reads: an unknown field is an error."""

CITIZEN = "+250788000001"
"""The phone number of the caller's handset."""


class DirectDial(StrEnum):
    """The two possible forms in which the gateway posts the digits that a caller dials after the service code. The real
    gateway has not confirmed either form."""

    IN_TEXT = "A"
    """The post has `serviceCode=*384*777#`, and the first `text` is `1`."""
    IN_CODE = "B"
    """The post has `serviceCode=*384*777*1#`, and the first `text` is empty."""


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """The emulator's settings. Times are in seconds of the emulator's own clock, which may run faster than real
    time."""

    __pydantic_config__ = REFUSE_UNKNOWN

    service_code: str = "*384*777#"
    shortcode: str = "3847"
    senders: tuple[str, ...] = ()
    """The registered sender ids. If no sender id is registered, the gateway accepts every sender id."""
    direct_dial: DirectDial = DirectDial.IN_TEXT
    limit: int = 182
    """The maximum number of septets in a USSD string. If one letter is outside GSM-7, the limit is 80 UCS-2 units."""
    idle: float = 30.0
    dialog: float = 180.0
    total_timeout: float = 10.0
    """The number of seconds, in real time, in which the hotline must answer a hop."""
    slow_after: float = 5.0
    """The number of seconds, in real time, after which an answer violates the protocol. The network still accepts a
    late answer until `total_timeout`."""
    end_notice_after: float = 0.2
    interim: tuple[str, ...] = ("Submitted",)
    """The statuses of the delivery reports that the gateway sends before the final report."""
    deliver_after: float = 0.4
    report_gap: float = 0.2
    give_up_after: float = 120.0
    """The number of seconds for which the emulator keeps a message for a phone that is off. A real network keeps the
    message for days."""
    mo_repeat: float = 60.0
    mo_patience: float = 12 * 3600.0


KEPT_TRAVELS = 200
MTN, AIRTEL, SANDBOX = "63510", "63514", "99999"
_PREFIXES = {"+25078": MTN, "+25079": MTN, "+25072": AIRTEL, "+25073": AIRTEL}
NAMES = {MTN: "MTN", "63513": "Airtel", AIRTEL: "Airtel"}


def network_of(msisdn: str) -> str:
    """Returns the network code of a number. A number with an unknown prefix gets the code of the gateway's test
    network."""
    return _PREFIXES.get(msisdn[:6], SANDBOX)


class Direction(StrEnum):
    RECEIVED = "received"
    SENT = "sent"


@dataclass(slots=True)
class Sms:
    """One SMS as the handset stores it."""

    id: str
    direction: Direction
    peer: str = field(repr=False)
    text: str = field(repr=False)
    at: float
    read: bool = False


@dataclass(slots=True)
class DialledCall:
    """One dialled string, such as a short code, in a phone's call log. Other people who use the phone later can see
    this string."""

    dialled: str
    at: float


@dataclass(slots=True)
class Handset:
    """A phone that is on or off, with its messages and its call log."""

    msisdn: str = field(repr=False)
    network: str
    power: bool = True
    session: str | None = None
    """The id of the dialogue on the handset's screen. This dialogue is active or has just ended."""
    messages: list[Sms] = field(default_factory=list)
    calls: list[DialledCall] = field(default_factory=list)
    received: int = 0
    """The number of messages that the phone has received since the last reset of the emulator. The page shakes the
    phone when this number grows."""

    def shown(self, screen: dict[str, Any]) -> dict[str, Any]:
        received = [sms for sms in self.messages if sms.direction is Direction.RECEIVED]
        return {
            "msisdn": self.msisdn,
            "network": self.network,
            "operator": NAMES.get(self.network, "Test"),
            "power": self.power,
            "screen": screen,
            "inbox": [asdict(sms) for sms in reversed(self.messages)],
            "unread": sum(not sms.read for sms in received),
            "received": self.received,
            "calls": [asdict(call) for call in reversed(self.calls)],
        }


class Phase(StrEnum):
    """The phase of a USSD dialogue. The phase alternates between `ASKING` and `OPEN` until the dialogue ends and the
    phase is `ENDED`."""

    ASKING = "asking"
    OPEN = "open"
    ENDED = "ended"


class SessionStatus(StrEnum):
    """The result of a dialogue, in the words of the gateway."""

    SUCCESS = "Success"
    INCOMPLETE = "Incomplete"
    FAILED = "Failed"


@dataclass(slots=True)
class Hop:
    text: str = field(repr=False)
    """The text of the hop: everything that the caller has typed in the session until now."""
    asked_at: float
    answered_at: float | None = None
    answer: str | None = field(default=None, repr=False)
    """The body of the hotline's answer, with its prefix `CON` or `END`."""
    error: str | None = None


@dataclass(slots=True)
class UssdSession:
    """A USSD dialogue as the network stores it."""

    id: str
    msisdn: str = field(repr=False)
    network: str
    dialled: str
    service_code: str
    """The service code that the gateway posts to the hotline. If `direct_dial` is `IN_CODE`, this field also includes
    the digits that the caller dialled after the service code."""
    path: list[str] = field(default_factory=list, repr=False)
    hops: list[Hop] = field(default_factory=list)
    phase: Phase = Phase.ASKING
    status: SessionStatus | None = None
    screen: str = field(default="", repr=False)
    error: str = ""
    started_at: float = 0.0
    ended_at: float | None = None
    idle: Timer | None = None
    dialog: Timer | None = None

    @property
    def text(self) -> str:
        return "*".join(self.path)

    def shown(self, size: dict[str, Any]) -> dict[str, Any]:
        return {
            "session": self.id,
            "from": self.msisdn,
            "network": self.network,
            "dialled": self.dialled,
            "phase": self.phase,
            "open": self.phase is Phase.OPEN,
            "status": self.status,
            "screen": self.screen,
            "error": self.error,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "hops": [asdict(hop) for hop in self.hops],
            **size,
        }


@dataclass(slots=True)
class Sent:
    """An outgoing message as the gateway stores it, with its request, its status and its delivery."""

    id: str
    """The message id. The id is the word `None` if the gateway refused the message."""
    to: str = field(repr=False)
    sender: str
    text: str = field(repr=False)
    status_code: int
    status: str
    accepted_at: float
    """The time at which the gateway accepted or refused the message, in epoch seconds."""
    accepted: bool
    parts: int = 1
    fault: str | None = None
    """The fault that affected the send request."""
    delivered_at: float | None = None
    reports: list[str] = field(default_factory=list)
    unposted: list[dict[str, str]] = field(default_factory=list, repr=False)
    """Delivery reports that are not posted yet. One thread at a time posts them in order."""
    is_posting: bool = False

    def shown(self) -> dict[str, Any]:
        return asdict(self) | {"from": self.sender}


@dataclass(frozen=True, slots=True)
class Travel:
    """One event of the network's traffic: its kind, its phone number and its time. The event never contains the text of
    a message."""

    number: int
    at: float
    what: str
    """The kind of event: `hop`, `end`, `mt`, `delivered`, `mo`, `report`, `lost` ..."""
    msisdn: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An incoming message as the gateway's own inbox lists it."""

    number: int
    id: str
    msisdn: str = field(repr=False)
    to: str
    text: str = field(repr=False)
    at: float


@dataclass(slots=True)
class EmulatorState:
    settings: EmulatorSettings
    lock: threading.Condition = field(default_factory=threading.Condition)
    version: int = 0
    handsets: dict[str, Handset] = field(default_factory=dict)
    sessions: dict[str, UssdSession] = field(default_factory=dict)
    outbox: list[Sent] = field(default_factory=list)
    incoming: list[Incoming] = field(default_factory=list)
    blacklist: set[str] = field(default_factory=set)
    violations: list[dict[str, Any]] = field(default_factory=list)
    """The hotline's violations of the protocol. A test fails if this list is not empty."""
    travels: list[Travel] = field(default_factory=list)
    people: list[dict[str, str]] = field(default_factory=list)

    @contextmanager
    def changing(self) -> Iterator["EmulatorState"]:
        """Holds the lock while the `with` block changes the state. Then notifies the threads that wait for a change."""
        with self.lock:
            try:
                yield self
            finally:
                self.version += 1
                self.lock.notify_all()

    def wait_past(self, version: int, seconds: float) -> int:
        """Waits until the version of the state is higher than `version`, or until `seconds` have passed. Returns the
        current version."""
        with self.lock:
            self.lock.wait_for(lambda: self.version > version, seconds)
            return self.version

    def handset(self, msisdn: str) -> Handset:
        """Returns the handset with this number.

        If the number has no handset yet, creates a handset that is switched on and has no messages. The calling code
        must hold the lock.
        """
        if msisdn not in self.handsets:
            self.handsets[msisdn] = Handset(msisdn, network_of(msisdn))
        return self.handsets[msisdn]

    def travelled(self, event: str, msisdn: str, note: str = "") -> None:
        """Records one event of the network's traffic. The calling code must hold the lock."""
        number = self.travels[-1].number + 1 if self.travels else 1
        self.travels.append(Travel(number, time.time(), event, msisdn, note))
        del self.travels[:-KEPT_TRAVELS]

    def violated(self, rule: str, session: str = "", note: str = "") -> None:
        """Records that the hotline broke a rule of the protocol. The calling code must hold the lock."""
        self.violations.append({"at": time.time(), "rule": rule, "session": session, "note": note})

    def forget(self) -> None:
        """Clears everything except the settings and the list of people."""
        for table in (self.handsets, self.sessions, self.blacklist):
            table.clear()
        for log in (self.outbox, self.incoming, self.violations, self.travels):
            log.clear()
