"""Makes accounts for the console, gives them roles, and suspends them.

The roles of admins, approvers, the programme lead and the national desk need the approval of a second admin. The second
admin must be a different person than the admin who gives the role. While fewer than two admins are active, a command at
the server counts as the second person. If a command at the server counts as the second person, the audit log records
that no second admin approved.

The module makes new links for existing accounts. For example, an owner who has lost the password and the recovery sheet
needs a new link. The hotline makes a link for another person's account only after 24 hours, or after a second admin has
approved. During the 24 hours, the owner gets an SMS about the link, can sign in as before, and may refuse the link.
Hours in which the account is suspended do not count as waiting time. A second admin must always approve if the account
was ended, or if a team or a desk depends on the account. A second admin must also approve if the hotline knows no phone
of the owner.

A command at the server makes the first account. A command at the server also makes a new link if no one can sign in to
the console.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline.core.actors import (
    TWO_PERSON_ROLES,
    AccountRole,
    AccountState,
    Actor,
    SignedIn,
    account_name_key,
    excluded_roles,
    is_valid_name,
)
from hotline.core.contexts import Context
from hotline.core.wording import Template
from hotline.duty import service_accounts
from hotline.duty.service_accounts import AccountChange, SeriousCommand, changing
from hotline.gateway.doorbell import ringing
from hotline.people import (
    queries_member_keys,
    tables,
    tables_accounts,
    tables_audit,
    tables_desks,
    tables_sessions,
)
from hotline.people.encrypt import digest_of, new_token
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_sign_in import (
    APPROVAL_VALIDITY,
    LINK_VALIDITY,
    LINK_WAIT,
    SUSPENDED_AGAIN,
    SUSPENDED_FOR,
    is_reserved,
)
from hotline.people.service_approving import ADMIN, ApprovalRule, request
from hotline.people.service_sign_in import sign_in_states
from hotline.people.tables_accounts import CodeKind, ConsoleAccount
from hotline.people.tables_sessions import Approval, ApprovalDecision, ApprovalKind
from hotline.text.characters import NameFault, name_fault, tidy_name
from hotline.text.errors import NotFound
from hotline.text.languages import phrase

LETTERS = {NameFault.MARKS: AccountFault.NAME_MARKS, NameFault.SCRIPTS: AccountFault.NAME_SCRIPTS}


@dataclass(frozen=True, slots=True)
class Invited:
    account_id: int
    link: str = field(repr=False)
    """The secret part of the link with which the owner sets up the account. A person who has the link can set up the
    account within 15 minutes."""
    waiting: frozenset[AccountRole]
    """The roles that a second admin must still approve."""


def invite(
    context: Context,
    by: Actor,
    name: str,
    roles: Iterable[AccountRole],
    language: str = "en",
    *,
    person_id: int | None = None,
) -> Invited:
    """Makes an account, and a link to set up the account. The account belongs to a new person, or to the person
    `person_id`. Raises AccountRefused, NotFound.

    If the person's phone is known, the person gets an SMS about the account.
    """
    clean_name, new_roles = tidy_name(name), frozenset(roles)
    if not is_valid_name(clean_name):
        raise refusal(AccountFault.NAME_WRONG)
    if fault := name_fault(clean_name):
        raise refusal(LETTERS[fault])
    _check(new_roles)
    with ringing(context) as session:
        # The name of the new account must not look like the name of a person or desk in the audit log.
        desks = [
            called for desk in tables_desks.all_desks(session) for called in (desk.name, desk.code)
        ]
        if is_reserved(clean_name, filter(None, desks)):
            raise refusal(AccountFault.NAME_RESERVED)
        is_taken = tables_accounts.find_account(session, account_name_key(clean_name)) is not None
        if is_taken or tables_accounts.named(session, clean_name) - {person_id}:
            raise refusal(AccountFault.NAME_ALIKE)
        new = tables.Person(name=clean_name, languages=[language])
        account = ConsoleAccount(
            name=account_name_key(clean_name),
            person=new if person_id is None else tables.person(session, person_id),
            roles=[],
            language=language,
            state=AccountState.INVITED,
            totp_step=0,
            created_at=context.now(),
        )
        session.add(account)
        session.flush()
        change = AccountChange(session, context, by, account)
        change.check_another()
        change.log("account_invited", ", ".join(sorted(new_roles)))
        change.warn_person(Template.OWN_LINK)
        return Invited(account.id, waiting=change.give(new_roles), link=_link(change))


def make_link(change: AccountChange) -> Invited:
    """Makes a new link for an account. The key pair, the second factor and the sessions of the account end at once. The
    owner gets a new key pair by opening the link.

    The account needs a new approval for each of its roles in `TWO_PERSON_ROLES`. Without a new approval, an admin who
    secretly opens the link could use the roles of the owner.
    """
    account, waited = change.account, change.waiting_roles()
    deciding, direct = account.held_roles & TWO_PERSON_ROLES, change.counts_as_second()
    account.roles = sorted(account.held_roles - deciding)
    change.forget()
    account.state, account.ended_at = AccountState.INVITED, None
    change.log("account_linked")
    waiting = waited | change.give(deciding, direct=direct)
    return Invited(account.id, _link(change), waiting)


def set_roles(
    context: Context, by: Actor, account_id: int, roles: Iterable[AccountRole], reason: str = ""
) -> frozenset[AccountRole]:
    """Gives roles to an account, and removes roles from it. Returns the roles that wait for a second admin's approval.

    To remove a role, the admin must give a reason. Raises AccountRefused.
    """
    new_roles = frozenset(roles)
    _check(new_roles)
    with changing(context, by, account_id, reason) as change:
        account = change.account
        change.check_another()
        if lost := account.held_roles - new_roles:
            change.check(loses=lost)
            account.roles = sorted(account.held_roles - lost)
            change.session.flush()
            queries_member_keys.end_lost_access(change.session, change.member, context.now())
            why = f"{', '.join(sorted(lost))}: {reason}"
            change.notify(SeriousCommand.TAKE_ROLES, reason=why)
        waited = change.waiting_roles()
        for role in waited - new_roles:
            change.settle(role)
        direct = change.counts_as_second()
        goes_on = frozenset() if direct else waited & new_roles
        return change.give(new_roles - account.held_roles - goes_on, direct=direct) | goes_on


def suspend(context: Context, by: Actor, account_id: int, reason: str) -> None:
    """Suspends an account for 24 hours without deleting its keys. Another admin may end the suspension earlier. Raises
    AccountRefused.

    The same admin can suspend the same account only once in seven days. Without this limit, one admin alone could keep
    the account suspended for ever.
    """
    with changing(context, by, account_id, reason) as change:
        change.check()
        at, kind = context.now(), SeriousCommand.SUSPEND
        actor, since = tables_audit.by_actor(by), at - SUSPENDED_AGAIN
        if tables_audit.count_actions(change.session, actor, (kind.action,), since, change.subject):
            raise refusal(AccountFault.SUSPENDED_LATELY)
        change.account.suspended_until = at + SUSPENDED_FOR
        tables_sessions.end_sessions_of(change.session, account_id)
        change.notify(kind)


def lift_suspension(context: Context, by: Actor, account_id: int) -> None:
    """Ends a suspension, so that the person can sign in again. Raises AccountRefused."""
    with changing(context, by, account_id) as change:
        change.check_another()
        if not change.account.is_suspended(context.now()):
            raise refusal(AccountFault.NOT_SUSPENDED)
        change.account.suspended_until = context.now()
        change.log("account_suspension_lifted")


def admins_who_enter(context: Context, *, is_emulated: bool) -> int:
    """Returns the number of admins who can sign in to the console. If the gateway is the emulator, counts admins of the
    demo too.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        return len(
            tables_accounts.admins_in_states(session, *sign_in_states(is_emulated=is_emulated))
        )


def _check(roles: frozenset[AccountRole]) -> None:
    if not roles:
        raise refusal(AccountFault.NO_ROLE)
    if excluded_roles(roles):
        raise refusal(AccountFault.ROLES_EXCLUDE)


def _link(change: AccountChange) -> str:
    session, account_id, token = change.session, change.account.id, new_token()
    digest = digest_of(token)
    assert digest is not None
    tables_accounts.delete_codes(session, account_id, CodeKind.LINK)
    tables_accounts.add_code(
        session, account_id, CodeKind.LINK, digest, change.context.now() + LINK_VALIDITY
    )
    return token


# The code below makes a new link for an account, for example because the owner has lost the password and the recovery
# sheet.


FIRST = "Admin 1"
FIRST_BY = Actor("init")


@dataclass(frozen=True, slots=True)
class WaitingLink:
    """A link for the setup of an account, which a person requested, but which the hotline has not made yet."""

    row: Approval
    asked_by: str
    usable_at: datetime | None
    """The earliest time when the hotline can make the link. None if the link cannot be made before a second admin
    approves. A second admin must approve if the hotline knows no phone of the owner, or if the account was ended. A
    second admin must also approve if a team or a desk depends on the account."""

    @property
    def asked_at(self) -> datetime:
        return self.row.asked_at

    @property
    def reason(self) -> str:
        return self.row.reason

    def may_be_created(self, at: datetime) -> bool:
        is_agreed = self.row.decision == ApprovalDecision.APPROVED
        return is_agreed or (self.usable_at is not None and self.usable_at <= at)


def request_link(context: Context, by: Actor, account_id: int, reason: str = "") -> Invited:
    """Requests a new link for an account. If the waiting time of an earlier request is over, makes the link.
    `Invited.link` is empty until the link is made.

    The link ends the old keys and the old second factor of the account. After that, the account needs a second admin's
    approval again for each of its roles in `TWO_PERSON_ROLES`. An account that was never set up gets the link at once.
    The link makes an ended account usable again. Raises AccountRefused.
    """
    with changing(context, by, account_id, reason, ended=True) as change:
        change.check_another()
        resting, state = _of_account(change), change.account.state
        is_free = state == AccountState.INVITED or change.counts_as_second()
        if not is_free and resting is None:
            change.check(loses=())
            subject = service_accounts.subject_of(account_id, "link")
            request(change.session, context, by, ApprovalKind.LINK, subject, reason.strip())
            change.notify(SeriousCommand.LINK, own=Template.OWN_LINK)
            return Invited(account_id, "", frozenset())
        if not is_free and resting is not None and not resting.may_be_created(context.now()):
            raise refusal(AccountFault.LINK_RESTS)
        change.decide(None if resting is None else resting.row, ApprovalDecision.USED)
        return make_link(change)


def first_link(context: Context) -> Invited | None:
    """Returns a link for the first admin. Returns None unless all accounts, except demo accounts, still wait for their
    setup."""
    lines = [
        one for one in service_accounts.list_accounts(context) if one.state is not AccountState.DEMO
    ]
    if not lines:
        return invite(context, FIRST_BY, FIRST, [AccountRole.ADMIN])
    if any(line.seen_at or line.state is not AccountState.INVITED for line in lines):
        return None
    return request_link(context, FIRST_BY, lines[0].id)


def invite_at_the_server(
    context: Context,
    by: Actor,
    name: str,
    roles: Iterable[AccountRole],
    language: str,
    reason: str = "",
) -> Invited:
    """Makes a new account, or gives an existing account more roles or a new link. Raises AccountRefused.

    If the account was already set up and only gets new roles, `link` is empty, and the owner signs in as before.
    """
    found, new_roles = service_accounts.find_account(context, name), frozenset(roles)
    if found is None:
        return invite(context, by, name, new_roles, language)
    waiting: frozenset[AccountRole] = frozenset()
    if new_roles:
        waiting = set_roles(context, by, found.id, found.roles | found.waiting | new_roles)
    if new_roles and found.state is not AccountState.INVITED:
        return Invited(found.id, "", waiting)
    return request_link(context, by, found.id, reason)


def waiting_link(context: Context, account_id: int) -> WaitingLink | None:
    """Returns the request for a new link of an account.

    Returns None if no link was requested, or if the request was refused, has expired or has led to a link.
    """
    with context.database.reading() as session, suppress(NotFound):
        account = tables_accounts.get_account(session, account_id)
        return _of_account(AccountChange(session, context, Actor(""), account))
    return None


def refuse_own(context: Context, by: SignedIn) -> None:
    """Refuses a new link for the person's own account. Does nothing if no link was requested."""
    with changing(context, by.actor, by.account_id, ended=True) as change:
        if found := _of_account(change):
            change.decide(found.row, ApprovalDecision.REFUSED)
            change.log("account_link_refused", "their own account: they did not ask")


def _of_account(change: AccountChange) -> WaitingLink | None:
    account, at = change.account, change.context.now()
    subject = service_accounts.subject_of(account.id, "link")
    row = tables_sessions.pending_for(change.session, subject, at)
    if row is None:
        agreed = tables_sessions.approved(change.session, subject)
        since = at - APPROVAL_VALIDITY
        row = next((link for link in agreed if link.decided_at and link.decided_at > since), None)
    if row is None:
        return None
    waits = account.state == AccountState.ENDED or change.is_depended_on()
    usable_at = None
    if not waits and change.person is not None:
        # A suspended owner cannot sign in to refuse the link, so the hours of the suspension are added to the waiting
        # time.
        until = account.suspended_until or row.asked_at
        since = max(row.asked_at, until - SUSPENDED_FOR)
        usable_at = row.asked_at + LINK_WAIT + max(until - since, timedelta(0))
    return WaitingLink(row, row.asker, usable_at)


LINK = ApprovalRule(
    kind=ApprovalKind.LINK,
    decided_by=ADMIN,
    about=service_accounts.describes(
        phrase(
            "{by} asks for a new sign-in link for {about}. After the link is created, the person's "
            "password, authenticator and keys no longer work."
        )
    ),
    given="account_link_agreed",
    refused="account_link_refused",
)
