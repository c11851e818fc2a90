"""The plugs of an invented year: a clock that is set from moment to moment, what waits for it, and a gateway that gives
nothing away.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hotline.domain.dialogue.ussd import Heard, Opening
from hotline.domain.jobs import Job
from hotline.domain.outbox.delivery import Outcome, SendResult
from hotline.domain.outbox.message import ReportIn
from hotline.emulator.network.networks import network_of
from hotline.ports import (
    RUN_SECONDS,
    JobQueue,
    OpeningNotes,
    RunStore,
    Send,
    Senders,
    SmsGateway,
)

Errand = Callable[[], None]
ARRIVES_AFTER = (5, 8, 13, 40)
"""Seconds, one after the other."""
LOST_OF = 60
"""Of so many SMS that a network takes, one does not arrive."""


@dataclass
class YearClock:
    """Stands where it was set, and goes forward alone."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def reach(self, at: datetime) -> None:
        self.at = max(self.at, at)

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Agenda:
    """What will happen, by its moment."""

    clock: YearClock
    _waiting: list[tuple[datetime, int, Errand]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def at(self, moment: datetime, errand: Errand) -> None:
        heapq.heappush(self._waiting, (moment, next(self._numbers), errand))

    def after(self, wait: timedelta, errand: Errand) -> None:
        self.at(self.clock.at + wait, errand)

    def next(self, until: datetime) -> tuple[datetime, Errand] | None:
        """The earliest, taken out; None where nothing is left before that moment."""
        if not self._waiting or self._waiting[0][0] >= until:
            return None
        moment, _, errand = heapq.heappop(self._waiting)
        return moment, errand


@dataclass
class InventedGateway(SmsGateway):
    """Takes every SMS and sends none: what it would report of each waits to be brought. Down, it refuses all."""

    clock: YearClock
    down: bool = False
    taken: int = 0
    waiting: list[tuple[datetime, ReportIn]] = field(default_factory=list, repr=False)

    def send(self, msisdn: str, text: str) -> SendResult:  # noqa: ARG002
        if self.down:
            return SendResult(Outcome.TRANSIENT, http_status=503)
        self.taken += 1
        said = f"invented-{self.taken}"
        status = "Failed" if self.taken % LOST_OF == 0 else "Success"
        after = timedelta(seconds=ARRIVES_AFTER[self.taken % len(ARRIVES_AFTER)])
        report = ReportIn(said, status, network=network_of(msisdn))
        self.waiting.append((self.clock.at + after, report))
        return SendResult(Outcome.ACCEPTED, 201, "102", said)

    def reported(self) -> Sequence[ReportIn]:
        """What is due by now, and is not told again."""
        due = [one for at, one in self.waiting if at <= self.clock.at]
        self.waiting = [(at, one) for at, one in self.waiting if at > self.clock.at]
        return due


@dataclass(frozen=True)
class SendersInPlace(Senders):
    """Sends one after another, in the one thread that there is."""

    at_once: int
    """How many are claimed together, as on the line."""

    def fill(self, claim: Callable[[int], Sequence[Send]]) -> int:
        begun, full = 0, True
        while full:
            sends = claim(self.at_once)
            for send in sends:
                send()
            begun += len(sends)
            full = len(sends) == self.at_once
        return begun

    def in_turn(self) -> AbstractContextManager[object]:
        return nullcontext()

    def end(self, seconds: float) -> None:  # noqa: ARG002
        return None


@dataclass
class NotedBell(JobQueue):
    """Whoever turns the clock looks whether it rang."""

    rang: bool = False

    def ring(self, job: Job, row_id: int) -> None:  # noqa: ARG002
        self.rang = True

    def has_rung(self) -> bool:
        """Since it was asked last."""
        rang, self.rang = self.rang, False
        return rang


class NoRuns(RunStore):
    """Who wrote a minute ago is forgotten: each message of the year is whole."""

    def load(self, key: str) -> None:  # noqa: ARG002
        return None

    def save(self, key: str, said: Mapping[str, Any], *, seconds: int = RUN_SECONDS) -> None:  # noqa: ARG002
        return None


class NoNotes(OpeningNotes):
    """One process plays everything, and remembers its sessions itself."""

    def tell(self, opening: Opening, heard: Heard) -> None:  # noqa: ARG002
        return None

    def find(self, key: str) -> tuple[Opening, Heard] | None:  # noqa: ARG002
        return None
