"""Accounts as a page lists them: values, and nothing that proves or opens.

Ends an account: at once, or after a second admin agreed where a team or a desk depends on it.

An admin, an approver, an account of the national desk and the last member of a desk need a second admin. An ended
account comes back by a new link (`new_links`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import AccountRole, AccountState, Actor, SignedIn
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.accounts.second_factor import APPROVAL_LIVES
from hotline.domain.desk.desks import of_account
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.accounts import account_roles, invitations, serious_acts
from hotline.services.accounts.serious_acts import Notified, SeriousAct
from hotline.services.approving import About, name_of, request
from hotline.store.accounts import accounts, approvals, sessions
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
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


@dataclass(frozen=True, slots=True)
class WaitingEnd:
    """An end that a second admin decides."""

    asked_by: str
    asked_at: datetime
    reason: str


def needs_second(session: Session, kit: Kit, by: Actor, account: ConsoleAccount) -> bool:
    """Returns True if this person may not end the account, or give it a new link, alone."""
    if invitations.counts_as_second(session, by):
        return False
    return serious_acts.is_depended_on(session, account, kit.now())


def needs_second_now(kit: Kit, by: Actor, account_id: int) -> bool:
    """The same, in a transaction of its own, for a page."""
    with kit.database.reading() as session:
        return needs_second(session, kit, by, accounts.one(session, account_id))


def waiting(kit: Kit, account_id: int) -> WaitingEnd | None:
    """Returns the end of an account that waits for a second admin; None if there is none."""
    with kit.database.reading() as session:
        row = approvals.waiting_for(session, _subject(account_id), kit.now())
    return None if row is None else WaitingEnd(name_of(row.asked_by), row.asked_at, row.reason)


def ask(session: Session, kit: Kit, by: Actor, account: ConsoleAccount, reason: str) -> Notified:
    """Lets the end wait for a second admin, and notifies. Raises AccountRefused where it waits already."""
    if request(session, kit, by, ApprovalKind.END, _subject(account.id), reason) is None:
        raise refusal(AccountFault.END_WAITS)
    act = SeriousAct.ASK_END
    return serious_acts.record(session, kit, by, act, account, reason, own=Template.OWN_END)


def end(session: Session, kit: Kit, by: Actor, account: ConsoleAccount, reason: str) -> Notified:
    """Lets nobody enter by this account any more. Its name stays in the log. The caller rings for the messages."""
    for role in account_roles.waiting_roles(session, kit, account.id):
        account_roles.withdraw(session, kit, by, account.id, role)
    link = f"account:{account.id}:link"
    rows = [approvals.waiting_for(session, one, kit.now()) for one in (_subject(account.id), link)]
    # A link that was agreed before the end brings nobody back after it.
    for row in filter(None, (*rows, *approvals.approved(session, link))):
        approvals.decide(row, audit.by_actor(by), kit.now(), ApprovalDecision.WITHDRAWN)
    desks = serious_acts.desks_alone(session, account)
    invitations.forget(session, kit, account)
    account.state, account.ended_at = AccountState.ENDED, kit.now()
    return serious_acts.record(session, kit, by, SeriousAct.END, account, reason, desks=desks)


def close(session: Session, kit: Kit, by: Actor, account: ConsoleAccount, reason: str) -> None:
    """Closes the account of somebody who is taken off the line tonight.

    Where one person may not end it, its sessions end, nobody signs in by it, and its end waits for a second admin. The
    last other admin, approver or account of the national desk goes on signing in meanwhile.
    """
    if account.state == AccountState.ENDED:
        return
    if not needs_second(session, kit, by, account):
        end(session, kit, by, account, reason)
        return
    if by.account_id is None or not serious_acts.is_last_other(session, kit, by, account):
        account.suspended_until = kit.now() + APPROVAL_LIVES
    sessions.end_of(session, account.id)
    if approvals.waiting_for(session, _subject(account.id), kit.now()) is None:
        ask(session, kit, by, account, reason)


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
