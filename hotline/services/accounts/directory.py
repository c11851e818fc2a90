"""Accounts as a page lists them: values, and nothing that proves or opens.

Ends an account: at once, or after a second admin agreed where a team or a desk depends on it.

An admin, an approver, an account of the national desk and the last member of a desk need a second admin. An ended
account comes back by a new link (`new_links`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import AccountRole, AccountState, Actor, SignedIn, entered_as
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.accounts.second_factor import APPROVAL_LIVES
from hotline.domain.desk.desks import of_account
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.accounts.changing import AccountChange, SeriousAct, roles_by_account
from hotline.services.approving import About, name_of, request
from hotline.store.accounts import accounts, approvals, sessions
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.text.remark import remark


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
        waiting = roles_by_account(session, kit)
        lines = [_line(account, waiting, kit.now()) for account in accounts.everybody(session)]
    return sorted(lines, key=lambda line: line.state is AccountState.ENDED)


def one(kit: Kit, account_id: int) -> AccountLine:
    """Raises NotFound."""
    with kit.database.reading() as session:
        account = accounts.one(session, account_id)
        return _line(account, roles_by_account(session, kit), kit.now())


def find(kit: Kit, name: str) -> AccountLine | None:
    """Returns an account by its name."""
    with kit.database.reading() as session:
        account = accounts.find(session, entered_as(name))
        if account is None:
            return None
        return _line(account, roles_by_account(session, kit), kit.now())


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


@dataclass(frozen=True, slots=True)
class WaitingEnd:
    """An end that a second admin decides."""

    asked_by: str
    asked_at: datetime
    reason: str


def needs_second(kit: Kit, by: Actor, account_id: int) -> bool:
    """Returns True if this person may not end the account, or give it a new link, alone."""
    with kit.database.reading() as session:
        account = accounts.one(session, account_id)
        return AccountChange(session, kit, by, account).needs_second()


def waiting(kit: Kit, account_id: int) -> WaitingEnd | None:
    """Returns the end of an account that waits for a second admin; None if there is none."""
    with kit.database.reading() as session:
        row = approvals.waiting_for(session, _subject(account_id), kit.now())
    return None if row is None else WaitingEnd(name_of(row.asked_by), row.asked_at, row.reason)


def ask(change: AccountChange) -> None:
    """Lets the end wait for a second admin, and notifies. Raises AccountRefused where it waits already."""
    subject, reason = _subject(change.account.id), change.reason
    if request(change.session, change.kit, change.by, ApprovalKind.END, subject, reason) is None:
        raise refusal(AccountFault.END_WAITS)
    change.notify(SeriousAct.ASK_END, own=Template.OWN_END)


def end(change: AccountChange) -> None:
    """Lets nobody enter by this account any more. Its name stays in the log. The caller rings for the messages."""
    session, account, at = change.session, change.account, change.kit.now()
    for role in change.waiting_roles():
        change.settle(role)
    link = f"account:{account.id}:link"
    rows = [approvals.waiting_for(session, one, at) for one in (_subject(account.id), link)]
    # A link that was agreed before the end brings nobody back after it.
    for row in (*rows, *approvals.approved(session, link)):
        change.decide(row, ApprovalDecision.WITHDRAWN)
    desks = change.desks_alone()
    change.forget()
    account.state, account.ended_at = AccountState.ENDED, at
    change.notify(SeriousAct.END, desks=desks)


def close(change: AccountChange) -> None:
    """Closes the account of somebody who is taken off the line tonight.

    Where one person may not end it, its sessions end, nobody signs in by it, and its end waits for a second admin. The
    last other admin, approver or account of the national desk goes on signing in meanwhile.
    """
    account, at = change.account, change.kit.now()
    if account.state == AccountState.ENDED:
        return
    if not change.needs_second():
        end(change)
        return
    if change.by.account_id is None or not change.is_last_other():
        account.suspended_until = at + APPROVAL_LIVES
    sessions.end_of(change.session, account.id)
    if approvals.waiting_for(change.session, _subject(account.id), at) is None:
        ask(change)


def about(session: Session, _kit: Kit, row: Approval, _by: SignedIn) -> About:
    """Says what an end means, for the page."""
    account = accounts.one(session, account_id_in(row))
    return About(
        remark(
            "{by} asks to end the account of {about}. Nobody signs in by it then. A new link brings it back.",
            by=name_of(row.asked_by),
            about=account.shown,
        ),
        f"account {account.shown}",
        member=of_account(account.id),
    )


def account_id_in(row: Approval) -> int:
    return int(row.subject.split(":")[1])


def _subject(account_id: int) -> str:
    return f"account:{account_id}:end"
