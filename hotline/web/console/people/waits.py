"""What waits for a second person, in the words of a page, and who may be that person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import SignedIn
from hotline.text.names import is_one_name


@dataclass(frozen=True, slots=True)
class WaitsForSecond:
    """One thing that waits, in the words of a page."""

    kind: str
    id: int
    phrase: str
    values: Mapping[str, str]
    """Of them `role`, `level`, `edition` and `version` are phrases, and `desk` and `desks` codes of desks."""
    asked_at: datetime
    expires_at: datetime
    reason: str
    may_decide: bool
    needs_key: bool = False


@dataclass(frozen=True, slots=True)
class SecondDecision:
    """What somebody decides of one thing that waits."""

    kind: str
    id: int
    approve: bool
    reason: str


def is_other(by: SignedIn, asker_id: int | None, asked_by: str, about: str = "") -> bool:
    names = (name_of(asked_by), about)
    return by.account_id != asker_id and not any(is_one_name(by.name, name) for name in names)


def name_of(actor: str) -> str:
    """Of an actor, as the audit log writes one."""
    return actor.rpartition(":")[2]
