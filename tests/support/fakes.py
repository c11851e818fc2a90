"""Contains simulated parts of the hotline that only tests use. Each class is a subclass of the protocol that it
implements, so that the type checker compares them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hotline.core.contexts import (
    FlowSets,
    Instruments,
    NumberDecrypter,
    OtherChannel,
    OwnHook,
    SmsInbox,
)
from hotline.flows.flow import FlowSet
from hotline.gateway.rules import InboxPage, ListedSms
from hotline.text.errors import InboxUnavailable, NotReady


@dataclass
class FakeInbox(SmsInbox, OwnHook):
    """Simulates the gateway's inbox, which lists the messages that a test puts into it. Also simulates the hotline's
    own hook, and records the messages that it gets."""

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
class FakeNumbers(NumberDecrypter):
    """ "Decrypts" numbers that a test stored as plain bytes."""

    def decrypt_number(self, encrypted: bytes) -> str:
        return encrypted.decode()


@dataclass
class FakeInstruments(Instruments):
    redis: bool = True
    free: int | None = 1 << 40
    line: bool | None = True
    left: float | None = 1000.0
    backup: float | None = None
    ends: dict[str, float] = field(default_factory=dict)
    """For each certificate, the seconds until it expires."""
    silent: dict[str, float] = field(default_factory=dict)
    """For each queue whose worker has been silent for a long time, the seconds since the worker's last heartbeat."""

    def worker_age(self, queue: str) -> float | None:
        return self.silent.get(queue, 1.0) if self.redis else None

    def redis_fault(self) -> str | None:
        return None if self.redis else "connection refused"

    def disk_free(self) -> int | None:
        return self.free

    def backup_age(self) -> float | None:
        return self.backup

    def certificates(self) -> dict[str, float]:
        return self.ends

    def queue_length(self, queue: str) -> int | None:
        return 3 if self.redis else None

    def line_answers(self) -> bool | None:
        return self.line

    def report_trial(self) -> bool:
        return False

    def balance(self) -> float | None:
        return self.left


@dataclass
class FakeOther(OtherChannel):
    """Simulates the second channel to the on-call contacts, next to SMS. The channel is off unless a test switches it
    on."""

    there: bool = False
    takes: bool = True
    told: list[str] = field(default_factory=list)

    def is_there(self) -> bool:
        return self.there

    def tell(self, text: str) -> bool:
        self.told.append(text)
        return self.takes


class DecryptingEncrypter:
    """ "Encrypts" numbers as plain bytes, which `FakeNumbers` "decrypts"."""

    def number(self, msisdn: str) -> bytes:
        return msisdn.encode()


@dataclass
class FakeShelf(FlowSets):
    """A simulated cache of flow sets with one flow set. If `revision` is None, no flow set is published."""

    revision: int | None = 1
    shelved: FlowSet = field(default_factory=lambda: FlowSet(flows={}))

    def live(self) -> int:
        if self.revision is None:
            raise NotReady("none")
        return self.revision

    def get(self, revision_id: int) -> FlowSet:
        return self.shelved
