"""All that the stand-in remembers, in memory, under one lock which is also what a page waits on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from hotline.emulator.gateway.outbox import Sent
from hotline.emulator.network.handsets import Handset
from hotline.emulator.network.networks import network_of
from hotline.emulator.network.sessions import UssdSession
from hotline.emulator.settings import EmulatorSettings

KEPT_TRAVELS = 200


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
        """Hold the lock, and wake whoever waits for a change."""
        with self.lock:
            try:
                yield self
            finally:
                self.version += 1
                self.lock.notify_all()

    def wait_past(self, version: int, seconds: float) -> int:
        """The version once it is beyond `version`, or after `seconds` whatever it is."""
        with self.lock:
            self.lock.wait_for(lambda: self.version > version, seconds)
            return self.version

    def handset(self, msisdn: str) -> Handset:
        """Any number has a handset, on and empty, from its first mention. Call with the lock held."""
        if msisdn not in self.handsets:
            self.handsets[msisdn] = Handset(msisdn, network_of(msisdn))
        return self.handsets[msisdn]

    def travelled(self, what: str, msisdn: str, note: str = "") -> None:
        """Call with the lock held."""
        number = self.travels[-1].number + 1 if self.travels else 1
        self.travels.append(Travel(number, time.time(), what, msisdn, note))
        del self.travels[:-KEPT_TRAVELS]

    def violated(self, rule: str, session: str = "", note: str = "") -> None:
        """Call with the lock held."""
        self.violations.append({"at": time.time(), "rule": rule, "session": session, "note": note})

    def forget(self) -> None:
        """All but who is who."""
        for kept in (self.handsets, self.sessions):
            kept.clear()
        for listed in (self.outbox, self.incoming, self.violations, self.travels):
            listed.clear()
        self.blacklist.clear()

    def travels_shown(self) -> list[dict[str, Any]]:
        return [asdict(travel) for travel in self.travels]
