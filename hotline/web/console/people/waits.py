"""What waits for a second person, in the words of a page, and who may be that person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.accounts.account import SignedIn
from hotline.services.accounts.approvals import AccountMark
from hotline.text.names import is_one_name


@dataclass(frozen=True, slots=True)
class WaitsForSecond:
    """One thing that waits, in the words of a page."""

    kind: str
    id: int
    phrase: str
    values: Mapping[str, str]
    """`role`, `level`, `edition`, `version` are phrases, `outcome` is a `TipOutcome`, `desk` and `desks` are codes."""
    asked_at: datetime
    expires_at: datetime | None
    """None where it waits until somebody decides."""
    reason: str
    may_decide: bool
    needs_key: bool = False
    fingerprint: str = ""
    """The four words that the decider compares with the person, where there are any."""
    tip_id: int | None = None
    """The tip on whose page it is decided; None where it is decided in the list."""
    call_back_id: int | None = None
    """The call-back on whose page it is decided."""
    accounts: Sequence[AccountMark] = ()
    """The accounts that asked for it, or that it is about."""
    age: timedelta | None = None
    """How long it has waited, where that is said."""


@dataclass(frozen=True, slots=True)
class SecondDecision:
    """What somebody decides of one thing that waits."""

    kind: str
    id: int
    approve: bool
    reason: str
    is_compared: bool = False
    """The decider says that the person read out the same four words."""


def is_other(by: SignedIn, asker_id: int | None, asked_by: str, about: str = "") -> bool:
    names = (name_of(asked_by), about)
    return by.account_id != asker_id and not any(is_one_name(by.name, name) for name in names)


def name_of(actor: str) -> str:
    """Of an actor, as the audit log writes one."""
    return actor.rpartition(":")[2]
