"""What stands in the kit where a role has no plug: it names what is missing, and does nothing."""

# ruff: noqa: ARG002

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.domain.outbox.delivery import SendResult
from hotline.domain.sms.listing import InboxPage, ListedSms
from hotline.errors import KeyMissing, NotReady
from hotline.ports import RUN_SECONDS


@dataclass(frozen=True, slots=True)
class NoRuns:
    role: str

    def load(self, session_key: str) -> dict[str, Any] | None:
        raise KeyMissing(f"the {self.role} process has no key of runs: only the hooks have")

    def save(
        self,
        session_key: str,
        heard: Mapping[str, Any],
        *,
        seconds: int = RUN_SECONDS,
        told: bool = True,
    ) -> None:
        raise KeyMissing(f"the {self.role} process has no key of runs: only the hooks have")


@dataclass(frozen=True, slots=True)
class NoSms:
    role: str

    def send(self, msisdn: str, text: str) -> SendResult:
        raise NotReady(f"the {self.role} process sends no SMS: only the workers do")


@dataclass(frozen=True, slots=True)
class NoInbox:
    role: str

    def after(self, number: int) -> InboxPage:
        raise NotReady(f"the {self.role} process asks the gateway nothing: only the relay does")

    def tell(self, sms: ListedSms) -> bool:
        raise NotReady(f"the {self.role} process tells the line nothing: only the relay does")


@dataclass(frozen=True, slots=True)
class NoNumbers:
    role: str

    def open_number(self, sealed: bytes) -> str:
        raise KeyMissing(f"the {self.role} process has no key of numbers: only the workers have")
