"""The plugs a service is given, and the kit that carries them. Protocols and values only."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hotline.domain.accounts.demo import DemoAccount
from hotline.domain.dialogue.ussd import Heard, Opening
from hotline.domain.flows.review import ReviewAids
from hotline.domain.jobs import Job
from hotline.domain.outbox.delivery import SendResult
from hotline.domain.sms.listing import InboxPage, ListedSms
from hotline.engine.flow import Book
from hotline.sealing.accounts.factor_sealer import Proofs
from hotline.sealing.keys.pseudonyms import Pseudonyms
from hotline.sealing.reader_door import ReaderDoor
from hotline.sealing.sealer import Sealer
from hotline.store.database import Database
from hotline.store.dialogue.ways import SessionMemory
from hotline.store.watch.alarms import TickMemory
from hotline.text.remark import Phrases

RUN_SECONDS = 600
"""How long a talk waits for its next SMS."""


class RunStore(Protocol):
    """Where what was said by SMS waits for the next one. Encrypted; may forget at any time."""

    def load(self, key: str) -> dict[str, Any] | None:
        """What `save` was given last, or None where it is unknown or forgotten.

        Raises RunsUnavailable.
        """

    def save(self, key: str, said: Mapping[str, Any], *, seconds: int = RUN_SECONDS) -> None:
        """Keep it so long, nowhere in clear. Raises RunsUnavailable."""


class OpeningNotes(Protocol):
    """How sessions began, for the minutes in which the database does not say. Never raises."""

    def tell(self, opening: Opening, heard: Heard) -> None:
        """Note it; nobody waits for that. A session whose screens ask rows of its caller is not noted."""

    def find(self, key: str) -> tuple[Opening, Heard] | None:
        """What was told last; None where it is unknown, or nobody answers."""


class SmsGateway(Protocol):
    def send(self, msisdn: str, text: str) -> SendResult:
        """One MT to one E.164 number, ten seconds at most. Never raises for what the network does. Thread-safe."""


Send = Callable[[], None]
"""A claimed message: sends it, and writes what came of it."""


class Senders(Protocol):
    """Where sends run side by side, so that none waits for another's answer."""

    def fill(self, claim: Callable[[int], Sequence[Send]]) -> int:
        """Ask `claim` for as many sends as there are free places, and begin them. Returns how many began.

        One call of `claim` at a time in a process. Where a send has ended, `claim` is asked again.
        """

    def in_turn(self) -> AbstractContextManager[object]:
        """Sends of one process read and write their rows one after another, and no claim is made meanwhile."""

    def end(self, seconds: float) -> None:
        """Begin nothing more, and wait so long at the most for what is under way."""


class SmsInbox(Protocol):
    def after(self, number: int) -> InboxPage:
        """What the gateway lists behind that number. At most ten seconds. Raises InboxUnavailable."""


class OwnHook(Protocol):
    def tell(self, sms: ListedSms) -> bool:
        """Bring an SMS to the line's own hook; whether it was taken. At most ten seconds; never raises."""


class JobQueue(Protocol):
    def ring(self, job: Job, row_id: int) -> None:
        """Ask a worker to look at a row, now. Raises QueueUnavailable: the clock will look by itself."""


class NumberOpener(Protocol):
    """The relay's half of the number vault: only a process whose key folder holds the relay's key has one."""

    def open_number(self, sealed: bytes) -> str:
        """An E.164 number. Raises KeyMissing or SealBroken."""


class Instruments(Protocol):
    """What stands around the line, and no row tells of. Never raises."""

    def redis_fault(self) -> str | None:
        """Why Redis does not answer, or does not write; None where it does both."""

    def disk_free(self) -> int | None:
        """Bytes that may still be written in the home folder; None where nobody can say."""

    def backup_age(self) -> float | None:
        """Seconds since the newest backup, without end where there is none; None where no folder is watched."""

    def queue_length(self, queue: str) -> int | None:
        """Jobs that wait; None where Redis does not say."""

    def worker_age(self, queue: str) -> float | None:
        """Returns the seconds since a worker of that queue was last heard of; None where Redis does not say.

        Infinite where there is none. A worker that is busy counts as heard of.
        """

    def line_answers(self) -> bool | None:
        """Whether the line takes a call, as the gateway would make one; None for a process that cannot dial.

        Dials every five minutes, after a failure every minute; says in between what it found.
        """

    def tell_trial(self) -> bool:
        """Report danger by a call of the line's own; whether every hop was answered."""

    def balance(self) -> float | None:
        """What is left at the gateway, in its currency, as asked every ten minutes; None where it does not say."""


class OtherChannel(Protocol):
    """How whoever is woken is told where SMS itself may be what is wrong: a mail, or a command of the operator's."""

    def is_there(self) -> bool:
        """Whether one is set up."""

    def tell(self, text: str) -> bool:
        """Whether it was taken. At most ten seconds; never raises."""


class Bookshelf(Protocol):
    """Compiled flows by revision: kept in memory once read, since a revision never changes."""

    def live(self) -> int:
        """The id of the live revision. Raises NotReady, StoreUnavailable."""

    def book(self, revision_id: int) -> Book:
        """Raises NotFound, StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class Line:
    """How this line is reached, and what it can do: the settings that decisions need."""

    service_code: str
    shortcode: str
    inbound_sms: bool
    """Whether a reply by SMS reaches us."""
    limits: Mapping[str, int]
    """Septets of body by network code; "" is the default."""
    sms_a_day: int = 1000
    """SMS that a day may cost: answers to strangers stop at seven tenths of it, alerts never."""
    inbox: bool = True
    """Whether the gateway lists what came by SMS: an answer that it does not list is doubted."""
    sends_at_once: int = 32
    """SMS on the wire at a time, of all processes together."""
    answers_cries: bool = False
    """Whether the ministry has signed the one answer to a cry by SMS."""
    gateway_addresses: tuple[str, ...] = ()
    """Networks that the gateway's callbacks come from: what comes by them is believed a little more."""
    call_back_number: str = ""
    """What the national desk calls from; while it is signed, and only then, a call is offered."""
    national_number: str = ""
    """What responders ring at the national desk; named to them only while it is signed."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What watching takes, and nothing else does."""

    sealer: Sealer
    """Seals the numbers of whoever is woken, to the watchman alone."""
    instruments: Instruments
    other: OtherChannel
    budget: float
    """What the gateway holds when it was filled up, in its currency; 0 where nobody said."""


@dataclass(frozen=True)
class Kit:
    """What every process has, built once in `bootstrap`. A service says by its first argument which kit it takes."""

    database: Database
    books: Bookshelf
    jobs: JobQueue
    sealer: Sealer
    pseudonyms: Pseudonyms
    phrases: Phrases
    line: Line
    now: Callable[[], datetime]
    """Aware, UTC."""
    failpoint: Callable[[str], None]
    """Called by name where a process may be made to die in a test; does nothing elsewhere."""


@dataclass(frozen=True)
class DoorKit(Kit):
    """What the web process has besides: it answers the gateway's callbacks, and opens nothing that is stored."""

    runs: RunStore
    notes: OpeningNotes
    sessions: SessionMemory
    reader: ReaderDoor = field(default_factory=ReaderDoor)
    ticks: TickMemory = field(default_factory=TickMemory)


@dataclass(frozen=True)
class SendingKit(Kit):
    """What a process has besides that sends SMS: it opens the numbers that are sealed to it."""

    sms: SmsGateway
    numbers: NumberOpener


@dataclass(frozen=True)
class RelayKit(SendingKit):
    """The workers' and the clock's: responders' numbers."""

    senders: Senders
    inbox: SmsInbox
    hook: OwnHook


@dataclass(frozen=True)
class LookingKit(Kit):
    """What a process has besides that looks at how the line stands: the console's commands, and the watchman."""

    watch: Watch


@dataclass(frozen=True)
class ConsoleKit(LookingKit):
    """The console's pages': who enters, by which proofs. It opens no number, and a tip only with a person's key."""

    proofs: Proofs
    console_url: str
    """Where the pages are, without a slash at the end."""
    pretended: bool
    """Whether the gateway is the pretended one: the demo's accounts enter there, and nowhere else."""
    demo_accounts: tuple[DemoAccount, ...] = ()
    proxies: tuple[str, ...] = ()
    """Networks of the web servers on other machines whose word on an address is believed."""
    aids: ReviewAids = field(default_factory=ReviewAids)
    """What reviewers are told beside a text."""


@dataclass(frozen=True)
class WatchKit(SendingKit, LookingKit):
    """The watchman's: the numbers of whom he wakes."""
