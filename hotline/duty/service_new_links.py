"""Gives an account a new link if its owner has lost the password and the recovery sheet, or if an admin requests it.

A link for another person's account waits for 24 hours, or until a second admin approves. During this time the owner
gets an SMS, can sign in as before, and may refuse the link. Hours in which the account is suspended do not count as
waiting time. A second admin must always approve if the account was ended, or if a team or a desk depends on it. A
second admin must also approve if the hotline knows no phone of the owner.

A command at the server makes the first account. It also helps if no one can sign in.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.core.actors import AccountRole, AccountState, Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.wording import Template
from hotline.duty import service_accounts, service_invitations
from hotline.duty.service_account_changes import AccountChange, SeriousCommand, changing
from hotline.duty.service_invitations import Invited
from hotline.errors import NotFound
from hotline.people import tables_accounts, tables_approvals
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_second_factor import APPROVAL_VALIDITY, LINK_WAIT, SUSPENDED_FOR
from hotline.people.service_approving import ADMIN, ApprovalRule, request
from hotline.people.tables_approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.text.phrases import phrase

FIRST = "Admin 1"
FIRST_BY = Actor("init")


@dataclass(frozen=True, slots=True)
class WaitingLink:
    """A new link that was requested but does not exist yet."""

    row: Approval
    asked_by: str
    usable_at: datetime | None
    """The earliest time when the link can be made. None if a second admin must approve first. An admin must approve if
    the hotline knows no phone of the owner, if the account was ended, or if a team or a desk depends on it."""

    @property
    def asked_at(self) -> datetime:
        return self.row.asked_at

    @property
    def reason(self) -> str:
        return self.row.reason

    @property
    def is_agreed(self) -> bool:
        return self.row.decision == ApprovalDecision.APPROVED

    def may_be_made(self, at: datetime) -> bool:
        return self.is_agreed or (self.usable_at is not None and self.usable_at <= at)


def request_link(context: Context, by: Actor, account_id: int, reason: str = "") -> Invited:
    """Requests a new link, or makes the link after its waiting time. `Invited.link` is empty until the link is made.

    The link ends the old keys and the old second factor of the account. Roles that decide for others then need the
    approval of a second admin again. An account that was never set up gets the link at once. The link makes an ended
    account usable again. Raises AccountRefused.
    """
    with changing(context, by, account_id, reason, ended=True) as change:
        change.check_another()
        resting, state = _of_account(change), change.account.state
        is_free = state == AccountState.INVITED or change.counts_as_second()
        if not is_free and resting is None:
            change.check(loses=())
            subject = link_subject(account_id)
            request(change.session, context, by, ApprovalKind.LINK, subject, reason.strip())
            change.notify(SeriousCommand.LINK, own=Template.OWN_LINK)
            return Invited(account_id, "", frozenset())
        if not is_free and resting is not None and not resting.may_be_made(context.now()):
            raise refusal(AccountFault.LINK_RESTS)
        change.decide(None if resting is None else resting.row, ApprovalDecision.USED)
        return service_invitations.make_link(change)


def first_link(context: Context) -> Invited | None:
    """Returns a link for the first admin. Returns None if an account is active, or if other accounts already exist."""
    lines = [
        one for one in service_accounts.list_accounts(context) if one.state is not AccountState.DEMO
    ]
    if not lines:
        return service_invitations.invite(context, FIRST_BY, FIRST, [AccountRole.ADMIN])
    if any(one.seen_at or one.state is not AccountState.INVITED for one in lines):
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

    `link` is empty if the account was already set up and only got new roles. In this case its owner signs in as before.
    """
    found, wanted = service_accounts.find_account(context, name), frozenset(roles)
    if found is None:
        return service_invitations.invite(context, by, name, wanted, language)
    waiting: frozenset[AccountRole] = frozenset()
    if wanted:
        waiting = service_invitations.set_roles(
            context, by, found.id, found.roles | found.waiting | wanted
        )
    if wanted and found.state is not AccountState.INVITED:
        return Invited(found.id, "", waiting)
    return request_link(context, by, found.id, reason)


def waiting_link(context: Context, account_id: int) -> WaitingLink | None:
    """Returns the request for a new link of an account.

    Returns None if there is no request, or if the link was made, refused or has expired.
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
    row = tables_approvals.pending_for(change.session, link_subject(account.id), at)
    if row is None:
        agreed = tables_approvals.approved(change.session, link_subject(account.id))
        since = at - APPROVAL_VALIDITY
        row = next((one for one in agreed if one.decided_at and one.decided_at > since), None)
    if row is None:
        return None
    waits = account.state == AccountState.ENDED or change.is_depended_on()
    usable_at = None
    if not waits and change.person is not None:
        # A suspended owner cannot sign in to refuse the link, so the hours of the suspension are added.
        until = account.suspended_until or row.asked_at
        since = max(row.asked_at, until - SUSPENDED_FOR)
        usable_at = row.asked_at + LINK_WAIT + max(until - since, timedelta(0))
    return WaitingLink(row, row.asker, usable_at)


def link_subject(account_id: int) -> str:
    return f"account:{account_id}:link"


LINK = ApprovalRule(
    kind=ApprovalKind.LINK,
    decided_by=ADMIN,
    about=service_accounts.describes(
        phrase(
            "{by} asks for a new link for {about}. The new link ends their password, "
            "authenticator and keys."
        )
    ),
    given="account_link_agreed",
    refused="account_link_refused",
)
