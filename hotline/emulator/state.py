"""All that the stand-in remembers, in memory, under one lock which is also what a page waits on.

Who a number belongs to, in the gateway's own codes. A phone, a USSD dialogue and an MT, as network and gateway keep
them.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from hotline.emulator.clocks import Timer
from hotline.emulator.settings import EmulatorSettings

KEPT_TRAVELS = 200
MTN, AIRTEL, SANDBOX = "63510", "63514", "99999"
_PREFIXES = {"+25078": MTN, "+25079": MTN, "+25072": AIRTEL, "+25073": AIRTEL}
NAMES = {MTN: "MTN", "63513": "Airtel", AIRTEL: "Airtel"}


def network_of(msisdn: str) -> str:
    """Returns the network of a number; the sandbox's where none is known (KTRN has no code listed)."""
    return _PREFIXES.get(msisdn[:6], SANDBOX)


class Direction(StrEnum):
    RECEIVED = "received"
    SENT = "sent"


@dataclass(slots=True)
class Sms:
    """One message as the handset keeps it."""

    id: str
    direction: Direction
    peer: str = field(repr=False)
    text: str = field(repr=False)
    at: float
    read: bool = False


@dataclass(slots=True)
class DialledCall:
    """A dialled string: it stays on the phone, whoever holds it next."""

    dialled: str
    at: float


@dataclass(slots=True)
class Handset:
    """A phone: whether it is on, what it received, what its call log keeps."""

    msisdn: str = field(repr=False)
    network: str
    power: bool = True
    session: str | None = None
    """The dialogue on its screen, running or just ended."""
    messages: list[Sms] = field(default_factory=list)
    calls: list[DialledCall] = field(default_factory=list)
    received: int = 0
    """How many messages came in, ever: a page shakes when it grows."""

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
    """asking -> open -> asking ... -> ended."""

    ASKING = "asking"
    OPEN = "open"
    ENDED = "ended"


class SessionStatus(StrEnum):
    """How it ended, in the gateway's words."""

    SUCCESS = "Success"
    INCOMPLETE = "Incomplete"
    FAILED = "Failed"


@dataclass(slots=True)
class Hop:
    text: str = field(repr=False)
    """All that was keyed so far, as posted."""
    asked_at: float
    answered_at: float | None = None
    answer: str | None = field(default=None, repr=False)
    """The body, prefix included."""
    error: str | None = None


@dataclass(slots=True)
class UssdSession:
    """A USSD dialogue as the network keeps it."""

    id: str
    msisdn: str = field(repr=False)
    network: str
    dialled: str
    service_code: str
    """As posted: with the suffix where the network leaves it there."""
    path: list[str] = field(default_factory=list, repr=False)
    hops: list[Hop] = field(default_factory=list)
    phase: Phase = Phase.ASKING
    status: SessionStatus | None = None
    screen: str = field(default="", repr=False)
    error: str = ""
    started_at: float = 0.0
    ended_at: float | None = None
    metadata: list[str] = field(default_factory=list)
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
    """An MT as the gateway keeps it: what was asked, what was answered, how far it came."""

    id: str
    """`None`, the word, for what was refused."""
    to: str = field(repr=False)
    sender: str
    text: str = field(repr=False)
    status_code: int
    status: str
    accepted_at: float
    """When the gateway decided, accepted or not; epoch seconds."""
    accepted: bool
    parts: int = 1
    fault: str | None = None
    """What the caller was made to suffer while it was recorded."""
    delivered_at: float | None = None
    reports: list[str] = field(default_factory=list)
    untold: list[dict[str, str]] = field(default_factory=list, repr=False)
    """Reports on their way: told one after the other, by whoever found nobody telling."""
    telling: bool = False

    def shown(self) -> dict[str, Any]:
        return asdict(self) | {"from": self.sender}


@dataclass(frozen=True, slots=True)
class Travel:
    """Something went over the air: what kind, between whom, when. Never a word of it."""

    number: int
    at: float
    what: str
    """`hop`, `end`, `mt`, `delivered`, `mo`, `report`, `lost` ..."""
    msisdn: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An MO as the gateway's own inbox lists it."""

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
    """Where the line broke the protocol: a test fails on any."""
    travels: list[Travel] = field(default_factory=list)
    people: list[dict[str, str]] = field(default_factory=list)

    @contextmanager
    def changing(self) -> Iterator["EmulatorState"]:
        """Holds the lock, and wakes whoever waits for a change."""
        with self.lock:
            try:
                yield self
            finally:
                self.version += 1
                self.lock.notify_all()

    def wait_past(self, version: int, seconds: float) -> int:
        """Returns the version once it is beyond `version`, or after `seconds` whatever it is."""
        with self.lock:
            self.lock.wait_for(lambda: self.version > version, seconds)
            return self.version

    def handset(self, msisdn: str) -> Handset:
        """Returns the handset of any number, on and empty at its first mention. Call with the lock held."""
        if msisdn not in self.handsets:
            self.handsets[msisdn] = Handset(msisdn, network_of(msisdn))
        return self.handsets[msisdn]

    def travelled(self, what: str, msisdn: str, note: str = "") -> None:
        """Notes that something went over the air. Call with the lock held."""
        number = self.travels[-1].number + 1 if self.travels else 1
        self.travels.append(Travel(number, time.time(), what, msisdn, note))
        del self.travels[:-KEPT_TRAVELS]

    def violated(self, rule: str, session: str = "", note: str = "") -> None:
        """Notes that the line broke a rule. Call with the lock held."""
        self.violations.append({"at": time.time(), "rule": rule, "session": session, "note": note})

    def forget(self) -> None:
        """Forgets all but who is who."""
        for kept in (self.handsets, self.sessions, self.blacklist):
            kept.clear()
        for listed in (self.outbox, self.incoming, self.violations, self.travels):
            listed.clear()
