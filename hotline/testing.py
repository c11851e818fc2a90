"""Doubles of the ports, for tests of services. Each is its port: the type checker holds it to it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hotline.domain.dialogue.ussd import Heard, Opening
from hotline.domain.jobs import Job
from hotline.domain.outbox.delivery import Outcome, SendResult
from hotline.domain.sms.listing import InboxPage, ListedSms
from hotline.engine.flow import Book
from hotline.errors import InboxUnavailable, NotReady, QueueUnavailable, RunsUnavailable
from hotline.ports import (
    RUN_SECONDS,
    Bookshelf,
    Instruments,
    JobQueue,
    NumberOpener,
    OpeningNotes,
    OtherChannel,
    OwnHook,
    RunStore,
    Senders,
    SmsGateway,
    SmsInbox,
)


@dataclass
class FakeSms(SmsGateway):
    """Accepts everything, or answers with what `results` holds, first come first served."""

    results: list[SendResult] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    during: Callable[[], None] | None = None
    """Called while a send is under way: what happens to the row meanwhile."""

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
    """Sends in place, one after another: `most` of them at a call, where that is given."""

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
class FakeInbox(SmsInbox, OwnHook):
    """The gateway's inbox and the line's own hook: lists what a test puts in, and keeps what was told."""

    listed: list[ListedSms] = field(default_factory=list)
    whole: bool = True
    fault: str = ""
    takes: Callable[[ListedSms], bool] = lambda _: True
    asked: list[int] = field(default_factory=list)
    told: list[int] = field(default_factory=list)

    def after(self, number: int) -> InboxPage:
        self.asked.append(number)
        if self.fault:
            raise InboxUnavailable(self.fault)
        return InboxPage(
            [one for one in self.listed if one.number > number][:100], whole=self.whole
        )

    def tell(self, sms: ListedSms) -> bool:
        if not self.takes(sms):
            return False
        self.told.append(sms.number)
        return True


@dataclass
class FakeJobs(JobQueue):
    """Holds what was rung; `dead` makes it a doorbell without a wire."""

    rung: list[tuple[Job, int]] = field(default_factory=list)
    dead: bool = False

    def ring(self, job: Job, row_id: int) -> None:
        if self.dead:
            raise QueueUnavailable("fake")
        self.rung.append((job, row_id))


@dataclass
class FakeRuns(RunStore):
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    dead: bool = False

    def load(self, key: str) -> dict[str, Any] | None:
        if self.dead:
            raise RunsUnavailable("fake")
        return deepcopy(self.held.get(key))

    def save(self, key: str, said: Mapping[str, Any], *, seconds: int = RUN_SECONDS) -> None:
        if self.dead:
            raise RunsUnavailable("fake")
        self.held[key] = deepcopy(dict(said))


@dataclass
class FakeNotes(OpeningNotes):
    """Holds what was told last of each session; `dead` makes it forget to answer."""

    told: dict[str, tuple[Opening, Heard]] = field(default_factory=dict)
    dead: bool = False

    def tell(self, opening: Opening, heard: Heard) -> None:
        if not self.dead and not opening.asks_rows:
            self.told[opening.key] = opening, heard

    def find(self, key: str) -> tuple[Opening, Heard] | None:
        return None if self.dead else self.told.get(key)


@dataclass
class FakeNumbers(NumberOpener):
    """Numbers that were "sealed" as plain bytes by a test."""

    def open_number(self, sealed: bytes) -> str:
        return sealed.decode()


@dataclass
class FakeInstruments(Instruments):
    redis: bool = True
    free: int | None = 1 << 40
    line: bool | None = True
    left: float | None = 1000.0
    backup: float | None = None
    silent: dict[str, float] = field(default_factory=dict)
    """Seconds since a queue's worker was heard of, where that is long ago."""

    def worker_age(self, queue: str) -> float | None:
        return self.silent.get(queue, 1.0) if self.redis else None

    def redis_fault(self) -> str | None:
        return None if self.redis else "connection refused"

    def disk_free(self) -> int | None:
        return self.free

    def backup_age(self) -> float | None:
        return self.backup

    def queue_length(self, queue: str) -> int | None:
        return 3 if self.redis else None

    def line_answers(self) -> bool | None:
        return self.line

    def tell_trial(self) -> bool:
        return False

    def balance(self) -> float | None:
        return self.left


@dataclass
class FakeOther(OtherChannel):
    """The other channel: not there, unless a test says so."""

    there: bool = False
    takes: bool = True
    told: list[str] = field(default_factory=list)

    def is_there(self) -> bool:
        return self.there

    def tell(self, text: str) -> bool:
        self.told.append(text)
        return self.takes


class OpenSealer:
    """Numbers "sealed" as plain bytes, which `FakeNumbers` opens."""

    def number(self, msisdn: str) -> bytes:
        return msisdn.encode()


@dataclass
class FakeShelf(Bookshelf):
    """A `Bookshelf` of one book; without a revision, nothing is live."""

    revision: int | None = 1
    shelved: Book = field(default_factory=lambda: Book(flows={}))

    def live(self) -> int:
        if self.revision is None:
            raise NotReady("none")
        return self.revision

    def book(self, revision_id: int) -> Book:
        return self.shelved
