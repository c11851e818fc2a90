"""Lets an admin change the account of a different person. The module limits how often an admin may change accounts,
notifies people about the changes, and requests a second admin's approval for some roles.

To end or suspend an account, make a new link or remove a role, an admin must enter a reason. After each of these
commands, the hotline notifies the national desk and the on-call contacts. At most twice an hour, an admin may use a
command that needs a reason. The limit of two commands an hour stops a single admin who tries to shut out a whole team.
A second admin must approve before an account gets the role of an admin, an approver, the programme lead or the national
desk.

The module lists accounts without their keys, and ends accounts. A second admin must approve the end of an account of an
admin, an approver or the national desk. A second admin must also approve the end of an account if no other account can
decrypt the tips of a desk. A new link makes an ended account usable again.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.alerts.service_messages import notify_person
from hotline.core.actors import (
    TWO_PERSON_ROLES,
    AccountRole,
    AccountState,
    Actor,
    SignedIn,
    account_name_key,
    excluded_roles,
)
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.doorbell import ringing
from hotline.people import (
    tables,
    tables_accounts,
    tables_audit,
    tables_desks,
    tables_sessions,
)
from hotline.people.rules import Level, of_account
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_sign_in import APPROVAL_VALIDITY, COMMANDS_WITHIN, MAX_COMMANDS
from hotline.people.service_approving import ADMIN, ApprovalRule, ApprovalView, Decision, request
from hotline.people.tables_accounts import CodeKind, ConsoleAccount
from hotline.people.tables_sessions import Approval, ApprovalDecision, ApprovalKind
from hotline.text.errors import NotFound
from hotline.text.languages import message_text

REASON_LETTERS = 200
MIN_ADMINS = 2
NEEDED = (AccountRole.ADMIN, AccountRole.APPROVER, AccountRole.NATIONAL)
"""The roles that must not be left without an account. Without admins and approvers, no request could be approved.
Without the national desk, no one could read the tips that only the national desk may read.
"""
BY_THE_SERVER = "the command line counts as the second person: fewer than two admins are active"


class SeriousCommand(Enum):
    """A command that takes access from an account. Each value has the action for the audit log and the template of the
    SMS to the national desk."""

    ASK_END = ("account_end_asked", Template.ACCOUNT_END_ASKED)
    END = ("account_ended", Template.ACCOUNT_ENDED)
    SUSPEND = ("account_suspended", Template.ACCOUNT_SUSPENDED)
    LINK = ("account_link_asked", Template.ACCOUNT_LINK)
    TAKE_ROLES = ("account_role_taken", Template.ACCOUNT_ROLES_TAKEN)

    @property
    def action(self) -> str:
        return self.value[0]

    @property
    def template(self) -> Template:
        return self.value[1]


COUNTED_ACTIONS = tuple(act.action for act in SeriousCommand)


@dataclass(slots=True)
class AccountChange:
    """The changes that a person makes to an account, in one transaction."""

    session: Session
    context: Context
    by: Actor
    account: ConsoleAccount
    reason: str = ""

    @property
    def subject(self) -> str:
        return f"account {self.account.label}"

    @property
    def member(self) -> str:
        return of_account(self.account.id)

    @property
    def person(self) -> tables.Responder | None:
        """Returns a phone of the account's owner that can receive SMS, or None."""
        phones = tables_accounts.phones_of(self.session, self.account.person_id)
        return next((row for row in phones if row.active and row.unreachable is None), None)

    def log(self, action: str, reason: str = "") -> None:
        """Records in the audit log an action that changed the account."""
        by, subject, at = self.by, self.subject, self.context.now()
        tables_audit.append_command(self.session, by, at, action, subject, reason)

    def check(self, loses: Collection[AccountRole] = NEEDED) -> None:
        """Raises AccountRefused if this person may not make the change now.

        If a person makes the change with a command at the server, checks only that the account does not belong to this
        person. `loses` contains the roles that the change takes from the account.
        """
        self.check_another()
        if self.by.account_id is None:
            return
        reason = self.reason
        if not reason.strip() or len(reason) > REASON_LETTERS or not reason.isprintable():
            raise refusal(AccountFault.NO_REASON)
        if self.is_last_other(loses):
            raise refusal(AccountFault.LAST_OTHER)
        since = self.context.now() - COMMANDS_WITHIN
        by = tables_audit.by_actor(self.by)
        if tables_audit.count_actions(self.session, by, COUNTED_ACTIONS, since) >= MAX_COMMANDS:
            raise refusal(AccountFault.TOO_MANY_COMMANDS)

    def check_another(self) -> None:
        """Raises AccountRefused if the account belongs to the person who makes the change."""
        if tables_accounts.acts_for(self.session, self.by, self.account.person_id):
            raise refusal(AccountFault.ONESELF)

    def is_last_other(self, loses: Collection[AccountRole] = NEEDED) -> bool:
        """Returns True if, for one of the roles in `loses`, this is the only account that has the role. Ignores
        accounts of the person who makes the change."""
        if self.account.state == AccountState.INVITED:
            return False
        accounts = [
            account
            for account in tables_accounts.all_accounts(self.session)
            if account.state in (AccountState.ACTIVE, AccountState.DEMO)
            and not tables_accounts.acts_for(self.session, self.by, account.person_id)
            and not account.is_suspended(self.context.now())
        ]
        return any(
            [account.id for account in accounts if role in account.held_roles] == [self.account.id]
            for role in loses
            if role in NEEDED and role in self.account.held_roles
        )

    def counts_as_second(self) -> bool:
        """Returns True if a command at the server counts as the second admin's approval. A command at the server counts
        as this approval only while fewer than two admins are active.
        """
        admins = tables_accounts.admins_in_states(self.session, AccountState.ACTIVE)
        return self.by.account_id is None and len(admins) < MIN_ADMINS

    def needs_second(self) -> bool:
        """Returns True if a second admin must approve before this person ends the account or makes a new link for the
        account."""
        return not self.counts_as_second() and self.is_depended_on()

    def is_depended_on(self) -> bool:
        """Returns True if the owner of the account is an admin, an approver or a member of the national desk. Also
        returns True if only the owner can decrypt the tips of a desk.

        A role that the account lost within the last seven days still counts. If a lost role did not count, an admin
        could remove a role from the account, and end the account a minute later.
        """
        if self.account.state in (AccountState.INVITED, AccountState.ENDED):
            return False
        since = self.context.now() - APPROVAL_VALIDITY
        rows = tables_audit.entries(self.session, since=since, subject=self.subject)
        reasons = (row.reason for row in rows if row.action == SeriousCommand.TAKE_ROLES.action)
        lately = {role for reason in reasons for role in reason.partition(":")[0].split(", ")}
        return bool((self.account.held_roles | lately) & {*NEEDED}) or bool(self.desks_alone())

    def desks_alone(self) -> frozenset[str]:
        """Returns the desks whose tips only the owner of this account can decrypt."""
        session = self.session
        own = set(tables_desks.names_of(session, self.account.person_id))
        opened = tables_desks.desks_of(session, self.member)
        return frozenset(
            code for code in opened if own >= set(tables_desks.members_of_desk(session, code))
        )

    def notify(
        self,
        command: SeriousCommand,
        *,
        reason: str = "",
        own: Template | None = None,
        desks: Collection[str] = (),
    ) -> None:
        """Writes the command to the audit log, and sends an SMS to each person of the national desk.

        Also raises an alarm, so that the on-call contacts get a message. If the account's owner has a phone, sends the
        text `own` to this phone. If only this account can decrypt the tips of a desk, the coordinators of the desk also
        get the SMS. If the account has already lost its access, `desks` must contain the desks whose tips only this
        account could decrypt.
        """
        session, at = self.session, self.context.now()
        self.log(command.action, (reason or self.reason).strip())
        service.record_each(session, Alarm.ACCOUNTS, at)
        codes = desks or self.desks_alone()
        answer = {
            one.id for code in codes for one in tables.coordinators_and_national(session, code, at)
        }
        for to in tables.active_responders(session, at):
            if to.level == Level.NATIONAL or to.id in answer:
                notify_person(session, to, command.template, at, number=str(self.account.id))
        if own is not None:
            self.warn_person(own)

    def warn_person(self, template: Template) -> None:
        """Sends an SMS to a phone of the account's owner, if a phone is known."""
        if (person := self.person) is not None:
            notify_person(self.session, person, template, self.context.now())

    def give(
        self, roles: frozenset[AccountRole], *, direct: bool | None = None
    ) -> frozenset[AccountRole]:
        """Gives roles to the account, or requests a second admin's approval for them.

        Returns the roles that a second admin must still approve.
        """
        counts = self.counts_as_second() if direct is None else direct
        waiting = frozenset() if counts else roles & TWO_PERSON_ROLES
        self.account.roles = sorted(self.account.held_roles | (roles - waiting))
        for role in sorted(roles - waiting):
            why = f"{role}: {BY_THE_SERVER}" if role in TWO_PERSON_ROLES else str(role)
            self.log("account_role_given", why)
            self.settle(role, ApprovalDecision.APPROVED)
        for role in sorted(waiting):
            subject = subject_of(self.account.id, role)
            if request(self.session, self.context, self.by, ApprovalKind.ROLE, subject, ""):
                self.log("account_role_asked", str(role))
        return waiting

    def settle(
        self, role: AccountRole, decision: ApprovalDecision = ApprovalDecision.WITHDRAWN
    ) -> None:
        """Ends the pending approval of a role. The approval is no longer needed: a command at the server gave the role,
        or no admin wants to give it any more."""
        subject, at = subject_of(self.account.id, role), self.context.now()
        self.decide(tables_sessions.pending_for(self.session, subject, at), decision)

    def decide(self, row: Approval | None, decision: ApprovalDecision) -> None:
        """Records the decision about the approval in `row`. Does nothing if `row` is None."""
        if row is not None:
            by, at = tables_audit.by_actor(self.by), self.context.now()
            tables_sessions.record_decision(row, by, at, decision)

    def waiting_roles(self) -> frozenset[AccountRole]:
        """Returns the roles of the account that wait for a second admin's approval."""
        return roles_by_account(self.session, self.context).get(self.account.id, frozenset())

    def forget(self) -> None:
        """Deletes the keys, the second factor, the codes and the sessions of the account, so that the account can
        decrypt no tips."""
        account = self.account
        tables_desks.end_access(self.session, self.member, self.context.now())
        account.public_key = account.wrapped_key = account.recovery_key = account.totp = None
        account.paper_at = account.factor_at = None
        account.totp_step = 0
        tables_accounts.delete_codes(self.session, account.id, *CodeKind)
        tables_sessions.end_sessions_of(self.session, account.id)


@contextmanager
def changing(
    context: Context, by: Actor, account_id: int, reason: str = "", *, ended: bool = False
) -> Iterator[AccountChange]:
    """Yields an `AccountChange` for one account, and locks the account until the change is stored. After the change is
    stored, tells the workers to send the messages about the change.

    If `ended` is True, also accepts an account that was ended. Raises AccountRefused.
    """
    with ringing(context) as session:
        find = locked_account if ended else current_account
        yield AccountChange(session, context, by, find(session, account_id), reason)


def locked_account(session: Session, account_id: int) -> ConsoleAccount:
    """Returns an account, and locks the account until the transaction ends. Raises AccountRefused."""
    try:
        return tables_accounts.get_account(session, account_id, for_writing=True)
    except NotFound:
        raise refusal(AccountFault.NO_ACCOUNT) from None


def current_account(session: Session, account_id: int) -> ConsoleAccount:
    """Returns an account that is not ended, and locks the account until the transaction ends. Raises AccountRefused."""
    account = locked_account(session, account_id)
    if account.state == AccountState.ENDED:
        raise refusal(AccountFault.ENDED)
    return account


def roles_by_account(session: Session, context: Context) -> Mapping[int, frozenset[AccountRole]]:
    """Returns, for each account id, the roles that wait for a second admin's approval."""
    found: dict[int, frozenset[AccountRole]] = {}
    for row in tables_sessions.pending(session, context.now(), ApprovalKind.ROLE):
        account_id, role = _wanted(row)
        found[account_id] = found.get(account_id, frozenset()) | {role}
    return found


def appointed_by(context: Context, account_id: int, role: AccountRole) -> frozenset[str]:
    """Returns the people who requested or approved a role of this account, as the audit log names them.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        rows = tables_sessions.approved(session, subject_of(account_id, role))
    return frozenset(name for row in rows for name in (row.asked_by, row.decided_by) if name)


def subject_of(account_id: int, what: str) -> str:
    """Returns the subject of a request about an account: a role, `end` or `link`."""
    return f"account:{account_id}:{what}"


def _wanted(row: Approval) -> tuple[int, AccountRole]:
    _, account_id, role = row.subject.split(":")
    return int(account_id), AccountRole(role)


def _about(session: Session, _context: Context, row: Approval, _by: SignedIn) -> ApprovalView:
    account_id, role = _wanted(row)
    account, by = tables_accounts.get_account(session, account_id), row.asker
    return ApprovalView(
        message_text(
            "{by} asks to give {about} the role: {role}", by=by, about=account.shown, role=role
        ),
        f"account {account.label}",
        detail=role,
        person_id=account.person_id,
        account_id=account.id,
    )


def _give(decision: Decision) -> None:
    account_id, role = _wanted(decision.row)
    account = current_account(decision.session, account_id)
    if excluded_roles(account.held_roles | {role}):
        raise refusal(AccountFault.ROLES_EXCLUDE)
    account.roles = sorted(account.held_roles | {role})


ROLE = ApprovalRule(
    kind=ApprovalKind.ROLE,
    decided_by=ADMIN,
    about=_about,
    approve=_give,
    given="account_role_given",
    refused="account_role_refused",
)


# The code below lists accounts for the console's pages, without their keys.


class AccountLine(NamedTuple):
    id: int
    name: str
    """The name of the person if it is also the sign-in name, or else the sign-in name."""
    person_id: int
    roles: frozenset[AccountRole]
    waiting: frozenset[AccountRole]
    """The roles that wait for a second admin's approval."""
    state: AccountState
    created_at: datetime
    seen_at: datetime | None
    has_factor: bool
    """True if the owner has set up an authenticator."""
    suspended_until: datetime | None
    """The time when the account's suspension ends. None if the account is not suspended at this moment."""


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
    """Returns the account with this sign-in name. Returns None if no account has this sign-in name."""
    with context.database.reading() as session:
        account = tables_accounts.find_account(session, account_name_key(name))
        if account is None:
            return None
        return _line(account, roles_by_account(session, context), context.now())


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
    """Returns True if a second admin must approve before this person ends the account or makes a new link for the
    account."""
    with context.database.reading() as session:
        account = tables_accounts.get_account(session, account_id)
        return AccountChange(session, context, by, account).needs_second()


def request_end(change: AccountChange) -> None:
    """Requests a second admin's approval to end the account, and notifies the national desk, the on-call contacts and
    the account's owner.

    Raises AccountRefused if a request to end this account is already pending.
    """
    subject, reason = subject_of(change.account.id, "end"), change.reason
    kind = ApprovalKind.END
    if request(change.session, change.context, change.by, kind, subject, reason) is None:
        raise refusal(AccountFault.END_WAITS)
    change.notify(SeriousCommand.ASK_END, own=Template.OWN_END)


def end_account(change: AccountChange) -> None:
    """Ends an account, so that no one can sign in with it. The name of the account stays in the audit log.

    The calling function must tell the workers to send the waiting SMS messages.
    """
    session, account, at = change.session, change.account, change.context.now()
    for role in change.waiting_roles():
        change.settle(role)
    end, link = (subject_of(account.id, what) for what in ("end", "link"))
    rows = [tables_sessions.pending_for(session, subject, at) for subject in (end, link)]
    # A new link that was approved earlier must not make the ended account usable again.
    for row in (*rows, *tables_sessions.approved(session, link)):
        change.decide(row, ApprovalDecision.WITHDRAWN)
    desks = change.desks_alone()
    change.forget()
    account.state, account.ended_at = AccountState.ENDED, at
    change.notify(SeriousCommand.END, desks=desks)


def close_account(change: AccountChange) -> None:
    """Closes the account of a person who must lose access at once.

    If a second admin must approve the end of the account, suspends the account and ends its sessions. The account ends
    when the second admin approves. The account remains until the approval, because the person may be the last admin,
    approver or member of the national desk.
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
    if tables_sessions.pending_for(change.session, subject_of(account.id, "end"), at) is None:
        request_end(change)


def describes(sentence: str) -> Callable[[Session, Context, Approval, SignedIn], ApprovalView]:
    """Returns a function that the page of approvals calls to describe a request about an account. `sentence` is the
    description, with the placeholders `by` and `about`."""

    def about(session: Session, _context: Context, row: Approval, _by: SignedIn) -> ApprovalView:
        account = tables_accounts.get_account(session, row.about_id)
        return ApprovalView(
            message_text(sentence, by=row.asker, about=account.shown),
            f"account {account.label}",
            person_id=account.person_id,
            account_id=account.id,
        )

    return about


# The functions below delete expired data of the console, such as expired sessions and old sign-in attempts.


def delete_expired(context: Context) -> None:
    """Deletes expired sessions of the console. If no session has expired, the function writes nothing to the
    database."""
    at = context.now()
    with context.database.reading() as session:
        if not tables_sessions.has_expired(session, at):
            return
    with context.database.writing() as session:
        tables_sessions.delete_expired(session, at)


def end_all_sessions(session: Session) -> None:
    """Ends every session, and deletes every sign-in link.

    If the sessions remained, removed people could sign in again after a backup is restored.
    """
    tables_sessions.end_all_sessions(session)
    tables_accounts.delete_links(session)
