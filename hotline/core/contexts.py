"""Defines the ports that services use, and the contexts that carry them. Contains only protocols and values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hotline.core.database import Database
from hotline.core.jobs import Job
from hotline.core.ussd import CommittedText, SessionStart
from hotline.text.phrases import Phrases

if TYPE_CHECKING:
    from hotline.cases.reader_access import ReaderAccess
    from hotline.dialogue.replay_cache import SessionMemory
    from hotline.flows.flow import FlowSet
    from hotline.flows.rules_reviews import ReviewAids
    from hotline.gateway.queries_alert_path import TickMemory
    from hotline.gateway.rules_delivery import SendResult
    from hotline.gateway.rules_inbox import InboxPage, ListedSms
    from hotline.keys.encrypt import Encrypter
    from hotline.keys.factor_encryption import Proofs
    from hotline.keys.pseudonyms import Pseudonyms
    from hotline.people.rules_accounts import DemoAccount

STATE_SECONDS = 600
"""Seconds that a conversation by SMS waits for its next SMS."""


class StateStore(Protocol):
    """A store of SMS conversations between two SMS. It encrypts them, and may lose them at any time."""

    def load(self, key: str) -> dict[str, Any] | None:
        """Returns the last saved value, or None where it is unknown or lost.

        Raises RunsUnavailable.
        """

    def save(self, key: str, data: Mapping[str, Any], *, seconds: int = STATE_SECONDS) -> None:
        """Saves a value for `seconds`, always encrypted. Raises RunsUnavailable."""


class StartStore(Protocol):
    """A store of how sessions began, for minutes in which the database does not answer. It never raises an error."""

    def tell(self, start: SessionStart, committed: CommittedText) -> None:
        """Stores the opening without waiting. Leaves out a session whose screens need database rows of its caller."""

    def find(self, key: str) -> tuple[SessionStart, CommittedText] | None:
        """Returns the last stored opening. None where it is unknown, or where the store does not answer."""


class SmsGateway(Protocol):
    def send(self, msisdn: str, text: str) -> SendResult:
        """Sends one MT to one E.164 number within ten seconds. Never raises for a network fault. Thread-safe."""


Send = Callable[[], None]
"""A claimed message. The call sends it and records the result."""


class Senders(Protocol):
    """A pool that sends messages in parallel, so that no send waits for another's answer."""

    def fill(self, claim: Callable[[int], Sequence[Send]]) -> int:
        """Asks `claim` for as many sends as there are free places, and starts them. Returns how many started.

        Only one call of `claim` runs at a time in a process. After a send ends, `claim` is called again.
        """

    def in_turn(self) -> AbstractContextManager[object]:
        """Returns a lock for the rows of a send.

        Meanwhile no other send of the process uses rows, and none is claimed.
        """

    def end(self, seconds: float) -> None:
        """Starts no more sends, and waits at most `seconds` for those in progress."""


class SmsInbox(Protocol):
    def after(self, number: int) -> InboxPage:
        """Returns the gateway's messages after that number. Takes at most ten seconds. Raises InboxUnavailable."""


class OwnHook(Protocol):
    def tell(self, sms: ListedSms) -> bool:
        """Posts an SMS to the hotline's own hook, and returns True if the hook accepts it.

        Takes at most ten seconds. Never raises an error.
        """


class JobQueue(Protocol):
    def ring(self, job: Job, row_id: int) -> None:
        """Tells a worker to look at a row now. Raises QueueUnavailable. The clock process then finds the row later."""


class NumberDecrypter(Protocol):
    """A vault that decrypts phone numbers. Only a process with the private key of the relay or the monitor has one."""

    def decrypt_number(self, encrypted: bytes) -> str:
        """Returns the E.164 number. Raises KeyMissing or DecryptionFailed."""


class Instruments(Protocol):
    """Measurements of what the database does not know, such as Redis and the disk. No method raises an error."""

    def redis_fault(self) -> str | None:
        """Returns the reason why Redis does not answer or does not write. None where it does both."""

    def disk_free(self) -> int | None:
        """Returns the free bytes for the home folder. None where they are unknown."""

    def backup_age(self) -> float | None:
        """Returns the seconds since the newest backup. Infinite where there is none.

        None where no backup folder is monitored.
        """

    def queue_length(self, queue: str) -> int | None:
        """Returns the count of waiting jobs. None where Redis does not answer."""

    def worker_age(self, queue: str) -> float | None:
        """Returns the seconds since the last sign of a worker of that queue. None where Redis does not answer.

        Infinite where there is no worker. A busy worker counts as a sign.
        """

    def line_answers(self) -> bool | None:
        """Returns True if the hotline answers a call like the gateway's. None for a process that cannot dial.

        Dials every five minutes, and every minute after a failure. Returns the last result in between.
        """

    def report_trial(self) -> bool:
        """Reports danger in a test call to the hotline. Returns True if every hop was answered."""

    def balance(self) -> float | None:
        """Returns the balance at the gateway in its currency, asked for every ten minutes. None where it is unknown."""


class OtherChannel(Protocol):
    """A channel besides SMS that notifies on-call contacts: a mail, or a command of the operator.

    It works where SMS itself is the fault.
    """

    def is_there(self) -> bool:
        """Returns True if such a channel is configured."""

    def tell(self, text: str) -> bool:
        """Sends the text. Returns True if it was accepted. Takes at most ten seconds. Never raises an error."""


class FlowSets(Protocol):
    """The compiled flow sets by revision. Each stays in memory once read, because a revision never changes."""

    def live(self) -> int:
        """Returns the id of the published revision. Raises NotReady, StoreUnavailable."""

    def get(self, revision_id: int) -> FlowSet:
        """Returns the flow set of a revision. Raises NotFound, StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class Line:
    """The settings of the hotline that decisions need: its numbers, its limits and its abilities."""

    service_code: str
    shortcode: str
    inbound_sms: bool
    """True where a reply by SMS reaches the hotline."""
    limits: Mapping[str, int]
    """Septets of a screen's body by network code. The code "" is the default."""
    sms_a_day: int = 1000
    """Most SMS a day. Answers to unknown senders stop at seven tenths of it. Alerts never stop."""
    inbox: bool = True
    """True where the gateway lists incoming SMS. An answer that it does not list is then doubted."""
    sends_at_once: int = 32
    """Most SMS that all processes together send at a time."""
    answers_cries: bool = False
    """True where the ministry has approved the one answer to a call for help by SMS."""
    gateway_addresses: tuple[str, ...] = ()
    """Networks of the gateway's callbacks. Requests from them are trusted a little more."""
    call_back_number: str = ""
    """Number that the national desk calls from. The hotline offers call-backs only while it is verified."""
    national_number: str = ""
    """Number of the national desk for responders. Responders see it only while it is verified."""


@dataclass(frozen=True, slots=True)
class MonitorTools:
    """The tools that only monitoring needs."""

    encrypter: Encrypter
    """Encrypts the numbers of on-call contacts. Only the monitor can decrypt them."""
    instruments: Instruments
    other: OtherChannel
    budget: float
    """Balance at the gateway after the last top-up, in its currency. 0 where it is unknown."""
    digests: Path | None = None
    """The file outside the database to which the monitor adds each day's digest of the audit log."""


@dataclass(frozen=True)
class Context:
    """The context of every process, built once in `bootstrap`.

    The first parameter of a service names the context that it needs.
    """

    database: Database
    flow_sets: FlowSets
    jobs: JobQueue
    encrypter: Encrypter
    pseudonyms: Pseudonyms
    phrases: Phrases
    line: Line
    now: Callable[[], datetime]
    """Returns the current time, aware and in UTC."""
    failpoint: Callable[[str], None]
    """Called by name at points where a test may kill the process. Does nothing otherwise."""


@dataclass(frozen=True)
class WebContext(Context):
    """The context of the web process. It answers the gateway's callbacks and decrypts nothing that is stored."""

    runs: StateStore
    notes: StartStore
    sessions: SessionMemory
    reader: ReaderAccess
    ticks: TickMemory


@dataclass(frozen=True)
class SendingContext(Context):
    """The context of a process that sends SMS. It decrypts the phone numbers that are encrypted for it."""

    sms: SmsGateway
    numbers: NumberDecrypter


@dataclass(frozen=True)
class WorkerContext(SendingContext):
    """The context of the workers and the clock. They decrypt responders' numbers."""

    senders: Senders
    inbox: SmsInbox
    hook: OwnHook


@dataclass(frozen=True)
class CliContext(Context):
    """The context of a process that checks the hotline's state: the admin's commands, and the monitor."""

    watch: MonitorTools


@dataclass(frozen=True)
class ConsoleContext(CliContext):
    """The context of the console's pages. They verify each person's proofs of identity.

    They decrypt no phone number, and decrypt a tip only with a person's key.
    """

    proofs: Proofs
    console_url: str
    """Address of the pages, without a slash at the end."""
    is_emulated: bool
    """True where the gateway is the emulated one. Only then demo accounts can sign in."""
    aids: ReviewAids
    """Help for reviewers, shown with a text."""
    demo_accounts: tuple[DemoAccount, ...] = ()
    proxies: tuple[str, ...] = ()
    """Networks of web servers on other machines. Addresses that they report are trusted."""


@dataclass(frozen=True)
class MonitorContext(SendingContext, CliContext):
    """The context of the monitor. It decrypts the numbers of the on-call contacts."""
