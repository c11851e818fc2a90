"""Lists accounts for the console's pages, without their keys.

Also ends accounts, either at once or after a second admin has approved this. An approval is needed to end the account
of an admin, an approver or the national desk. The account of a desk's last member also needs an approval. A new link
makes an ended account usable again (`service_new_links`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.core.actors import AccountRole, AccountState, Actor, SignedIn, account_name_key
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.duty.service_account_changes import AccountChange, SeriousCommand, roles_by_account
from hotline.people import tables_accounts, tables_approvals, tables_sessions
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_second_factor import APPROVAL_VALIDITY
from hotline.people.service_approving import ApprovalView, request
from hotline.people.tables_approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.text.phrases import message_text


@dataclass(frozen=True, slots=True)
class AccountLine:
    id: int
    name: str
    """The name of the person, or the sign-in name if it differs."""
    person_id: int
    roles: frozenset[AccountRole]
    waiting: frozenset[AccountRole]
    """The roles that wait for a second admin's approval."""
    state: AccountState
    created_at: datetime
    seen_at: datetime | None
    has_factor: bool
    """True if the owner has set up codes on a phone."""
    suspended_until: datetime | None
    """The end of the suspension. None if the account is not suspended now."""


def list_accounts(context: Context) -> Sequence[AccountLine]:
    """Returns all accounts, in the order in which they were made. Ended accounts come last."""
    with context.database.reading() as session:
        lines = account_lines(session, context)
    return sorted(lines, key=lambda line: line.state is AccountState.ENDED)


def account_lines(session: Session, context: Context) -> Sequence[AccountLine]:
    """Returns all accounts in the order in which they were made."""
    waiting, at = roles_by_account(session, context), context.now()
    return [_line(account, waiting, at) for account in tables_accounts.all_accounts(session)]


def find_account(context: Context, name: str) -> AccountLine | None:
    """Returns the account with this sign-in name. Returns None if there is no such account."""
    with context.database.reading() as session:
        account = tables_accounts.find_account(session, account_name_key(name))
        lines = account_lines(session, context)
    return next((one for one in lines if account is not None and one.id == account.id), None)


def _line(
    account: tables_accounts.ConsoleAccount,
    waiting: Mapping[int, frozenset[AccountRole]],
    at: datetime,
) -> AccountLine:
    return AccountLine(
        id=account.id,
        name=account.label,
        person_id=account.person_id,
        roles=account.held_roles,
        waiting=waiting.get(account.id, frozenset()),
        state=AccountState(account.state),
        created_at=account.created_at,
        seen_at=account.seen_at,
        has_factor=account.totp is not None,
        suspended_until=account.suspended_until if account.is_suspended(at) else None,
    )


def needs_second(context: Context, by: Actor, account_id: int) -> bool:
    """Returns True if a second admin must approve before this person ends the account or gives it a new link."""
    with context.database.reading() as session:
        account = tables_accounts.get_account(session, account_id)
        return AccountChange(session, context, by, account).needs_second()


def request_end(change: AccountChange) -> None:
    """Requests a second admin's approval to end the account, and notifies people.

    Raises AccountRefused if such a request is already pending.
    """
    subject, reason = _subject(change.account.id), change.reason
    if (
        request(change.session, change.context, change.by, ApprovalKind.END, subject, reason)
        is None
    ):
        raise refusal(AccountFault.END_WAITS)
    change.notify(SeriousCommand.ASK_END, own=Template.OWN_END)


def end_account(change: AccountChange) -> None:
    """Ends an account, so that no one can sign in with it. The name of the account stays in the audit log.

    The calling function must ring the doorbell for the messages.
    """
    session, account, at = change.session, change.account, change.context.now()
    for role in change.waiting_roles():
        change.settle(role)
    link = f"account:{account.id}:link"
    rows = [tables_approvals.pending_for(session, one, at) for one in (_subject(account.id), link)]
    # If a new link was approved earlier, it must not make the ended account usable again.
    for row in (*rows, *tables_approvals.approved(session, link)):
        change.decide(row, ApprovalDecision.WITHDRAWN)
    desks = change.desks_alone()
    change.forget()
    account.state, account.ended_at = AccountState.ENDED, at
    change.notify(SeriousCommand.END, desks=desks)


def close_account(change: AccountChange) -> None:
    """Closes the account of a person who must lose access at once.

    If a second admin must approve this, suspends the account and ends its sessions. The account ends when the second
    admin approves. So if this was the last admin, approver or member of the national desk, the account remains until
    then.
    """
    account, at = change.account, change.context.now()
    if account.state == AccountState.ENDED:
        return
    if not change.needs_second():
        end_account(change)
        return
    if change.by.account_id is None or not change.is_last_other():
        account.suspended_until = at + APPROVAL_VALIDITY
    tables_sessions.end_sessions_of(change.session, account.id)
    if tables_approvals.pending_for(change.session, _subject(account.id), at) is None:
        request_end(change)


def describes(sentence: str) -> Callable[[Session, Context, Approval, SignedIn], ApprovalView]:
    """Returns the function that describes a request about an account. The sentence contains the placeholders `by` and
    `about`.
    """

    def about(session: Session, _context: Context, row: Approval, _by: SignedIn) -> ApprovalView:
        account = tables_accounts.get_account(session, account_id_in(row))
        return ApprovalView(
            message_text(sentence, by=row.asker, about=account.shown),
            f"account {account.label}",
            person_id=account.person_id,
            account_id=account.id,
        )

    return about


def account_id_in(row: Approval) -> int:
    return int(row.subject.split(":")[1])


def _subject(account_id: int) -> str:
    return f"account:{account_id}:end"


# Deletes expired data of the console, such as expired sessions and old sign-in attempts.


def delete_expired(context: Context) -> None:
    """Deletes expired sessions. It may run again without harm. If no session has expired, it writes nothing."""
    at = context.now()
    with context.database.reading() as session:
        if not tables_sessions.has_expired(session, at):
            return
    with context.database.writing() as session:
        tables_sessions.delete_expired(session, at)


def end_all_sessions(session: Session) -> None:
    """Ends every session, and deletes every sign-in link.

    Otherwise removed people could sign in again after a backup is restored.
    """
    tables_sessions.end_all_sessions(session)
    tables_accounts.delete_links(session)
