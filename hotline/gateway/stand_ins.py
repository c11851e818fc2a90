"""Provides fakes of gateway, queue and stores, for sample data and for tests. Each class inherits from the interface
that it implements, so that mypy checks the class."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hotline.core.contexts import (
    STATE_SECONDS,
    Job,
    JobQueue,
    Senders,
    SmsGateway,
    StartStore,
    StateStore,
)
from hotline.core.ussd import CommittedText, SessionStart
from hotline.gateway.rules import Outcome, SendResult
from hotline.text.errors import RunsUnavailable


@dataclass
class FakeSms(SmsGateway):
    """A gateway that accepts every SMS. If a test gives `results`, the gateway returns these values one after the
    other."""

    results: list[SendResult] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    during: Callable[[], None] | None = None
    """A function that the gateway calls while it sends an SMS. With this function, a test can change the row of the
    message during a send."""

    def send(self, msisdn: str, text: str) -> SendResult:
        self.sent.append((msisdn, text))
        if self.during is not None:
            self.during()
        if self.results:
            return self.results.pop(0)
        return SendResult(
            Outcome.ACCEPTED,
            http_status=201,
            provider_status="102",
            provider_id=f"ATXid_{len(self.sent):032x}",
        )


@dataclass
class FakeSenders(Senders):
    """A sender of SMS that sends one SMS after the other, in the thread of the calling function.

    `most` limits how many SMS one call of `fill` sends.
    """

    most: int | None = None

    def fill(self, claim: Callable[[int], Sequence[Callable[[], None]]]) -> int:
        begun = 0
        while self.most is None or begun < self.most:
            sends = claim(1)
            for send in sends:
                send()
            if not sends:
                break
            begun += len(sends)
        return begun

    def in_turn(self) -> AbstractContextManager[object]:
        return nullcontext()

    def end(self, seconds: float) -> None:
        return None


@dataclass
class FakeJobs(JobQueue):
    """A job queue that only stores the calls of its method `ring`, with which a process tells the workers about a job.
    If `dead` is True, the queue accepts no job."""

    scheduled: list[tuple[Job, int]] = field(default_factory=list)
    dead: bool = False

    def ring(self, job: Job, row_id: int) -> bool:
        if not self.dead:
            self.scheduled.append((job, row_id))
        return not self.dead


@dataclass
class FakeStates(StateStore):
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    dead: bool = False

    def load(self, key: str) -> dict[str, Any] | None:
        if self.dead:
            raise RunsUnavailable("fake")
        return deepcopy(self.held.get(key))

    def save(self, key: str, data: Mapping[str, Any], *, seconds: int = STATE_SECONDS) -> None:
        if self.dead:
            raise RunsUnavailable("fake")
        self.held[key] = deepcopy(dict(data))


@dataclass
class FakeStarts(StartStore):
    """A store that keeps the last start of each session in memory. If `dead` is True, the store saves nothing and
    finds nothing.
    """

    saved: dict[str, tuple[SessionStart, CommittedText]] = field(default_factory=dict)
    dead: bool = False

    def tell(self, start: SessionStart, committed: CommittedText) -> None:
        if not self.dead and not start.asks_rows:
            self.saved[start.key] = start, committed

    def find(self, key: str) -> tuple[SessionStart, CommittedText] | None:
        return None if self.dead else self.saved.get(key)
