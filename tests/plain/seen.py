"""What a test saw of an invented season beside its ledger: the gateway's side of each SMS, the ladder's own rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from hotline.cli.year.ledger import InventedSession, InventedSms, InventedTip, YearLedger
from hotline.cli.year.turned import InventedGateway
from hotline.domain.outbox.delivery import SendResult
from hotline.domain.outbox.message import ReportIn


@dataclass(frozen=True, slots=True)
class TriedSms:
    """Once that the gateway was asked to send. It took it where it gave it a name."""

    at: datetime
    phone: str = field(repr=False)
    words: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class BroughtReport:
    """What became of an SMS, as the gateway said at that moment."""

    at: datetime
    has_arrived: bool
    network: str


@dataclass
class WatchedGateway(InventedGateway):
    """Keeps what it was asked, and what it said."""

    tries: list[TriedSms] = field(default_factory=list, repr=False)
    brought: dict[str, BroughtReport] = field(default_factory=dict, repr=False)

    def send(self, msisdn: str, text: str) -> SendResult:
        result = super().send(msisdn, text)
        self.tries.append(TriedSms(self.clock.at, msisdn, text, result.provider_id or ""))
        return result

    def reported(self) -> Sequence[ReportIn]:
        due = super().reported()
        for one in due:
            arrived = one.status == "Success"
            said = BroughtReport(self.clock.at, arrived, one.network or "")
            self.brought[one.provider_id] = said
        return due


@dataclass(frozen=True, slots=True)
class RedClock:
    """One that ran while a tip was red, from being set to its firing or its end."""

    tip_id: int
    set_at: datetime
    ended_at: datetime | None


@dataclass
class Seen:
    """Everything that the plain reckoning knows."""

    ledger: YearLedger
    gateway: WatchedGateway
    begins: datetime
    phones: frozenset[str] = field(repr=False)
    """Those of responders."""
    references: Mapping[str, int]
    """By what an SMS calls a case, its tip; exercises are among them."""
    red: Sequence[RedClock]

    @cached_property
    def tips(self) -> Mapping[int, InventedTip]:
        """What callers told, and no exercise."""
        return {one.tip_id: one for one in self.ledger.tips}

    @cached_property
    def calls(self) -> Mapping[int, InventedSession]:
        """By tip, the call in which it was told."""
        return {one.tip_id: one for one in self.ledger.sessions if one.tip_id is not None}

    def phone_of(self, tip_id: int) -> str:
        return self._phones.get(tip_id, "")

    @cached_property
    def _phones(self) -> Mapping[int, str]:
        told: list[InventedSession | InventedSms] = [*self.ledger.sessions, *self.ledger.messages]
        return {one.tip_id: one.msisdn for one in told if one.tip_id is not None}


InTime = Callable[[datetime], bool]
"""Whether a moment lies in the months that are reckoned."""
