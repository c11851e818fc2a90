"""Defines the interfaces that services use, the contexts (objects through which a service gets these interfaces), and
the names of the background jobs. The module contains only interfaces and values.

Each job has a name, the dotted path of its function, and its queue. Code names a job instead of its function, so that
no lower layer imports `workers`. An architecture test checks that every dotted path leads to a function. A job gets
only the id of a row and may run twice. If a job finds no work to do, it succeeds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from hotline.core.database import Database, Session
from hotline.core.ussd import CommittedText, SessionStart
from hotline.text.languages import Phrases
from hotline.text.time import KIGALI

if TYPE_CHECKING:
    from hotline.cases.reader_access import ReaderAccess
    from hotline.dialogue.replay_cache import SessionMemory
    from hotline.flows.flow import FlowSet
    from hotline.flows.rules_reviews import ReviewAids
    from hotline.gateway.queries_alert_path import TickMemory
    from hotline.gateway.rules import InboxPage, ListedSms, SendResult
    from hotline.keys.encrypt import Encrypter
    from hotline.keys.factor_encryption import Proofs
    from hotline.keys.pseudonyms import Pseudonyms
    from hotline.people.rules_accounts import DemoAccount


class Job(Enum):
    ASSIGN_TIP = ("workers.jobs.assign_tip", "worker")
    DELIVER = ("workers.jobs.deliver", "worker")
    ANSWER = ("workers.jobs.answer", "worker")
    CHECK_DRAFT = ("workers.jobs.check_draft", "worker")
    READ = ("workers.reader.read", "reader")

    def __init__(self, path: str, queue: str) -> None:
        self.path = path
        self.queue = queue


WORKER_QUEUE, READER_QUEUE = Job.DELIVER.queue, Job.READ.queue

STATE_SECONDS = 600
"""The number of seconds for which the hotline keeps a conversation by SMS and waits for the caller's next SMS."""


class StateStore(Protocol):
    """Stores SMS conversations until the next SMS of the caller arrives. The store encrypts the conversations, and
    may lose them at any time."""

    def load(self, key: str) -> dict[str, Any] | None:
        """Returns the value that was saved last for this key, or None if the store does not know the key or has lost
        the value.

        Raises RunsUnavailable.
        """

    def save(self, key: str, data: Mapping[str, Any], *, seconds: int = STATE_SECONDS) -> None:
        """Saves a value for `seconds` and always encrypts it. Raises RunsUnavailable."""


class StartStore(Protocol):
    """Stores how each caller's session started, so that the hotline can continue the session while the database does
    not answer. No method of this store raises an error."""

    def tell(self, start: SessionStart, committed: CommittedText) -> None:
        """Stores the start of a session and the saved part of its text, without waiting for the store's answer. Ignores
        a session if its screens depend on the caller's rows in the database."""

    def find(self, key: str) -> tuple[SessionStart, CommittedText] | None:
        """Returns the session's start and the saved part of its text, as the store got them last. Returns None if the
        session is unknown, or if the store does not answer."""


class SmsGateway(Protocol):
    def send(self, msisdn: str, text: str) -> SendResult:
        """Sends one SMS to one phone number (E.164) within ten seconds. A network fault raises no error. Several
        threads may call this method at once."""


Send = Callable[[], None]
"""Sends one message and records the result. Before the call, this process has claimed the message in the database."""


class Senders(Protocol):
    """A pool that sends messages in parallel. No message waits for the gateway's answer to another message."""

    def fill(self, claim: Callable[[int], Sequence[Send]]) -> int:
        """Asks the function `claim` for as many messages as the pool can send now, and starts to send them. Returns the
        number of messages that the pool has started to send.

        A process never runs two calls of `claim` at the same time. After the pool has sent a message, the pool calls
        `claim` again.
        """

    def in_turn(self) -> AbstractContextManager[object]:
        """Returns a lock that a thread must hold while it uses rows of the database to send a message. While one
        thread holds the lock, no other thread of this process uses rows or claims a message."""

    def end(self, seconds: float) -> None:
        """Stops the pool: no new message is sent. Waits at most `seconds` for the messages that are being sent."""


class SmsInbox(Protocol):
    def after(self, number: int) -> InboxPage:
        """Returns the messages in the gateway's inbox with a number higher than `number`. The call takes ten seconds
        at most. Raises InboxUnavailable."""


class OwnHook(Protocol):
    def tell(self, sms: ListedSms) -> bool:
        """Posts an SMS to the hotline's own address for incoming SMS (the hook), and returns True if the hook accepts
        the SMS.

        The call takes ten seconds at most. This method never raises an error.
        """


class JobQueue(Protocol):
    def ring(self, job: Job, row_id: int) -> bool:
        """Tells a worker to process a row of the database now. Returns False if the queue does not answer. The clock
        process then finds the row later. Raises no error."""


class NumberDecrypter(Protocol):
    """Decrypts phone numbers. Only the workers and the monitor have a private key for phone numbers, so only these
    processes have a `NumberDecrypter`."""

    def decrypt_number(self, encrypted: bytes) -> str:
        """Returns the phone number in the form E.164. Raises KeyMissing or DecryptionFailed."""


class Instruments(Protocol):
    """Measures parts of the system about which the database has no data, such as Redis and the disk. No method raises
    an error."""

    def redis_fault(self) -> str | None:
        """Returns the reason why Redis does not answer or does not write. Returns None if Redis answers and writes."""

    def disk_free(self) -> int | None:
        """Returns the number of free bytes on the disk of the home folder. Returns None if this number is unknown."""

    def backup_age(self) -> float | None:
        """Returns the seconds since the newest backup. The result is infinite if there is no backup.

        Returns None if no backup folder is monitored.
        """

    def certificates(self) -> Mapping[str, float]:
        """Returns, by address, the seconds until the TLS certificates of the hotline and of the console expire.

        The value is 0 for a certificate that a browser would refuse. Leaves out addresses without TLS, and addresses
        that do not answer.
        """

    def queue_length(self, queue: str) -> int | None:
        """Returns the number of waiting jobs in this queue. Returns None if Redis does not answer."""

    def worker_age(self, queue: str) -> float | None:
        """Returns the seconds since a worker of that queue last showed that it works. Returns None if Redis does not
        answer.

        The result is infinite if there is no worker. A worker with a job in progress counts as working now.
        """

    def line_answers(self) -> bool | None:
        """Returns True if the hotline answers a test call that looks like a call from the gateway. Returns None for a
        process that cannot dial.

        The process dials every five minutes, and every minute after a failure. Between two test calls the method
        returns the last result.
        """

    def report_trial(self) -> bool:
        """Makes a test call that reports danger to the hotline. Returns True if the hotline answered every key press
        of this call."""

    def balance(self) -> float | None:
        """Returns the balance of the hotline's account at the gateway, in the account's currency. The process asks
        the gateway every ten minutes. Returns None if the balance is unknown."""


class OtherChannel(Protocol):
    """A second channel that notifies on-call contacts: a mail, or a command of the operator.

    This channel still works when SMS does not work.
    """

    def is_there(self) -> bool:
        """Returns True if the operator has configured a second channel."""

    def tell(self, text: str) -> bool:
        """Sends the text to the on-call contacts on this channel. Returns True if the channel accepted the text. The
        call takes ten seconds at most. This method never raises an error."""


class FlowSets(Protocol):
    """Holds the compiled flow sets (all screens of the hotline) by revision. A flow set stays in memory after the first
    read, because a revision never changes."""

    def live(self) -> int:
        """Returns the id of the live revision (the published version of all flows). Raises NotReady if no flows are
        published, and StoreUnavailable if the database does not answer."""

    def get(self, revision_id: int) -> FlowSet:
        """Returns the flow set of a revision. Raises NotFound if the revision does not exist, and StoreUnavailable if
        the database does not answer."""


@dataclass(frozen=True, slots=True)
class Line:
    """The settings that services need for decisions: the hotline's phone numbers, its limits, and the functions that
    are turned on."""

    service_code: str
    shortcode: str
    inbound_sms: bool
    """True if SMS replies reach the hotline."""
    limits: Mapping[str, int]
    """The maximum number of septets on a screen, by the code of the mobile network. The maximum for the code "" is
    valid for all other networks."""
    sms_a_day: int = 1000
    """The number of SMS that the hotline may send in a day. After 70 % of these SMS are sent, the hotline answers no
    more SMS from unknown senders that day. The hotline never stops sending alerts."""
    sms_an_hour: int = 20
    """After this number of SMS in an hour, a person gets no more single alerts about cases without danger. The hotline
    then puts several alerts about cases without danger into one SMS."""
    sms_inbox: bool = True
    """True if the gateway lists incoming SMS. The hotline then trusts a responder's answer only if this list contains
    the answer."""
    sends_at_once: int = 32
    """The maximum number of SMS that all processes together send at the same time."""
    answer_cries: bool = False
    """True if the ministry has approved that the hotline answers a cry for help by SMS with one SMS."""
    gateway_addresses: tuple[str, ...] = ()
    """The networks from which the gateway's callbacks come. The hotline answers a cry for help by SMS only if the
    gateway's callback about this SMS came from one of these networks."""
    call_back_number: str = ""
    """The number from which the national desk calls. The hotline offers call-backs only while this number counts as
    verified."""
    national_number: str = ""
    """The number at which responders can call the national desk. Responders see this number only while the number
    counts as verified."""
    national_in_console: bool = False
    """True if the national desk reads its tips only in the console, and no PIN decrypts these tips."""


@dataclass(frozen=True, slots=True)
class MonitorTools:
    """The tools that only the monitor process needs."""

    encrypter: Encrypter
    """Encrypts the phone numbers of on-call contacts. Only the monitor can decrypt these numbers."""
    instruments: Instruments
    other: OtherChannel
    budget: float
    """The balance of the hotline's account at the gateway after the last top-up, in the account's currency. The value
    is 0 if the balance is unknown."""
    digests: Path | None = None
    """A file outside the database. The monitor adds each day's digest of the audit log to this file."""
    newest: Path | None = None
    """A file in the monitor's key folder. The file names the row of the audit log that was newest when the monitor
    last checked the log."""


@dataclass(frozen=True)
class Context:
    """The context of a process: the objects that services of every process need. Each process builds its context once,
    at its start.

    The type of a service's first parameter says which context the service needs.
    """

    database: Database
    flow_sets: FlowSets
    jobs: JobQueue
    encrypter: Encrypter
    pseudonyms: Pseudonyms
    phrases: Phrases
    line: Line
    now: Callable[[], datetime]
    """Returns the current time in UTC, with a time zone."""
    failpoint: Callable[[str], None]
    """Kills the process at the named place in the code, if a test asks for the kill. Outside of tests, the function
    does nothing."""

    def today(self) -> date:
        """Returns the current date in Kigali."""
        return self.now().astimezone(KIGALI).date()


P = ParamSpec("P")
T = TypeVar("T")


def reads(
    question: Callable[Concatenate[Session, P], T],
) -> Callable[Concatenate[Context, P], T]:
    """Makes a function of a service from a question to the tables. The function asks the question in a transaction of
    its own. Raises StoreUnavailable, and the errors of the question."""

    def answer(context: Context, /, *values: P.args, **kwargs: P.kwargs) -> T:
        with context.database.reading() as session:
            return question(session, *values, **kwargs)

    return answer


@dataclass(frozen=True)
class WebContext(Context):
    """The context of the web process. This process answers the gateway's callbacks and decrypts no stored data."""

    runs: StateStore
    notes: StartStore
    sessions: SessionMemory
    reader: ReaderAccess
    ticks: TickMemory


@dataclass(frozen=True)
class SendingContext(Context):
    """The context of a process that sends SMS. This process decrypts the phone numbers that other processes encrypted
    for it."""

    sms: SmsGateway
    numbers: NumberDecrypter


@dataclass(frozen=True)
class WorkerContext(SendingContext):
    """The context of the workers and the clock. These processes decrypt responders' numbers."""

    senders: Senders
    inbox: SmsInbox
    hook: OwnHook
    mail_server: str = field(default="", kw_only=True, repr=False)
    """The address of the mail server that sends notices about drafts. The address contains the password. The address is
    empty if the hotline sends no mail."""


@dataclass(frozen=True)
class CliContext(Context):
    """The context of a process that checks the hotline's state: the operator's commands, and the monitor."""

    watch: MonitorTools


@dataclass(frozen=True)
class ConsoleContext(CliContext):
    """The context of the console's pages. The pages check each person's password and second factor. The pages never
    decrypt a phone number, and decrypt a tip only with a person's own key."""

    proofs: Proofs
    console_url: str
    """The address of the console's pages, without a slash at the end."""
    is_emulated: bool
    """True if the gateway is the emulator. Demo accounts can sign in only with the emulator."""
    aids: ReviewAids
    """The hints that the console shows to a reviewer next to a text."""
    demo_accounts: tuple[DemoAccount, ...] = ()
    proxies: tuple[str, ...] = ()
    """The networks of web servers on other machines. The console trusts the client addresses that these servers
    report."""


@dataclass(frozen=True)
class MonitorContext(SendingContext, CliContext):
    """The context of the monitor. This process decrypts the numbers of the on-call contacts."""
