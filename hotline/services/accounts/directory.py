"""Accounts as a page lists them: values, and nothing that proves or opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import AccountRole, AccountState
from hotline.ports import Kit
from hotline.services.accounts import account_roles
from hotline.store.accounts import accounts
from hotline.store.accounts.accounts import ConsoleAccount


@dataclass(frozen=True, slots=True)
class AccountLine:
    id: int
    name: str
    """As it is shown."""
    roles: frozenset[AccountRole]
    waiting: frozenset[AccountRole]
    """Roles that wait for a second admin."""
    state: AccountState
    language: str
    created_at: datetime
    seen_at: datetime | None
    ended_at: datetime | None
    suspended_until: datetime | None
    """None where it is not suspended now."""


def listed(kit: Kit) -> Sequence[AccountLine]:
    """In the order in which they were made, those that were ended last."""
    with kit.database.reading() as session:
        waiting = account_roles.roles_by_account(session, kit)
        lines = [_line(account, waiting, kit.now()) for account in accounts.everybody(session)]
    return sorted(lines, key=lambda line: line.state is AccountState.ENDED)


def one(kit: Kit, account_id: int) -> AccountLine:
    """Raises NotFound."""
    with kit.database.reading() as session:
        waiting = account_roles.roles_by_account(session, kit)
        return _line(accounts.one(session, account_id), waiting, kit.now())


def _line(
    account: ConsoleAccount, waiting: Mapping[int, frozenset[AccountRole]], at: datetime
) -> AccountLine:
    return AccountLine(
        id=account.id,
        name=account.shown,
        roles=account.held_roles,
        waiting=waiting.get(account.id, frozenset()),
        state=AccountState(account.state),
        language=account.language,
        created_at=account.created_at,
        seen_at=account.seen_at,
        ended_at=account.ended_at,
        suspended_until=account.suspended_until if account.is_suspended(at) else None,
    )
