"""Gives an account a new link: its person lost password and paper, or an admin says so.

A link for somebody else's account rests for 24 hours, or until a second admin agrees. Meanwhile the person signs in as
always, reads an SMS, and may refuse it: the hours of a suspension do not count. Only a second admin sets it free where
the line knows no phone of theirs, where a team or a desk depends on the account, and where the account was ended.

At the command line: the first account, and what helps where nobody can enter.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.accounts.account import AccountRole, AccountState, Actor, SignedIn
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.accounts.second_factor import APPROVAL_LIVES, LINK_RESTS, SUSPENDED_FOR
from hotline.domain.desk.desks import of_account
from hotline.domain.wording import Template
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.accounts import directory, invitations
from hotline.services.accounts.changing import AccountChange, SeriousAct, changing
from hotline.services.accounts.invitations import Invited
from hotline.services.approving import ADMIN, About, ApprovalRule, name_of, request
from hotline.store.accounts import accounts, approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.text.remark import remark

FIRST = "Admin 1"
FIRST_BY = Actor("init")


@dataclass(frozen=True, slots=True)
class RestingLink:
    """A new link that was asked for and not made yet."""

    row: Approval
    asked_by: str
    usable_at: datetime | None
    """None where only a second admin sets it free: no phone of the person is known, a team or a desk depends on the
    account, or it was ended."""

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


def again(kit: Kit, by: Actor, account_id: int, reason: str = "") -> Invited:
    """Asks for a new link, or makes it where it has rested; `Invited.link` is empty while it rests.

    With the link the old proofs end, and roles that decide for others wait for a second admin again. An account that
    nobody has taken up gets it at once. An account that was ended comes back by it. Raises AccountRefused.
    """
    with changing(kit, by, account_id, reason, ended=True) as change:
        if by.account_id == account_id:
            raise refusal(AccountFault.ONESELF)
        resting, state = _of_account(change), change.account.state
        is_free = state == AccountState.INVITED or change.counts_as_second()
        if not is_free and resting is None:
            change.check(loses=())
            subject = _subject(account_id)
            request(change.session, kit, by, ApprovalKind.LINK, subject, reason.strip())
            change.notify(SeriousAct.LINK, own=Template.OWN_LINK)
            return Invited(account_id, "", frozenset())
        if not is_free and resting is not None and not resting.may_be_made(kit.now()):
            raise refusal(AccountFault.LINK_RESTS)
        change.decide(None if resting is None else resting.row, ApprovalDecision.USED)
        return invitations.make_link(change)


def first(kit: Kit) -> Invited | None:
    """Returns a link for the first admin; None where an account is active, or was made by somebody."""
    lines = [one for one in directory.listed(kit) if one.state is not AccountState.DEMO]
    if not lines:
        return invitations.invite(kit, FIRST_BY, FIRST, [AccountRole.ADMIN])
    if any(one.seen_at or one.state is not AccountState.INVITED for one in lines):
        return None
    return again(kit, FIRST_BY, lines[0].id)


def invite_at_the_server(
    kit: Kit,
    by: Actor,
    name: str,
    roles: Iterable[AccountRole],
    language: str,
    reason: str = "",
) -> Invited:
    """Makes a new account; more roles for one that is there; without roles, a new link for it. Raises AccountRefused.

    `link` is empty where roles were given to an account that was taken up: its person enters as before.
    """
    found, wanted = directory.find(kit, name), frozenset(roles)
    if found is None:
        return invitations.invite(kit, by, name, wanted, language)
    waiting: frozenset[AccountRole] = frozenset()
    if wanted:
        waiting = invitations.set_roles(kit, by, found.id, found.roles | found.waiting | wanted)
    if wanted and found.state is not AccountState.INVITED:
        return Invited(found.id, "", waiting)
    return again(kit, by, found.id, reason)


def resting(kit: Kit, account_id: int) -> RestingLink | None:
    """Returns the link that was asked for and is neither made, refused nor over; None if there is none."""
    with kit.database.reading() as session, suppress(NotFound):
        account = accounts.one(session, account_id)
        return _of_account(AccountChange(session, kit, Actor(""), account))
    return None


def refuse_own(kit: Kit, by: SignedIn) -> None:
    """Refuses a link for one's own account: its person did not ask. Where there is none, changes nothing."""
    with changing(kit, by.actor, by.account_id, ended=True) as change:
        if found := _of_account(change):
            change.decide(found.row, ApprovalDecision.REFUSED)
            change.log("account_link_refused", "their own account: they did not ask")


def _of_account(change: AccountChange) -> RestingLink | None:
    account, at = change.account, change.kit.now()
    row = approvals.waiting_for(change.session, _subject(account.id), at)
    if row is None:
        agreed = approvals.approved(change.session, _subject(account.id))
        since = at - APPROVAL_LIVES
        row = next((one for one in agreed if one.decided_at and one.decided_at > since), None)
    if row is None:
        return None
    waits = account.state == AccountState.ENDED or change.is_depended_on()
    usable_at = None
    if not waits and change.person is not None:
        # A suspended person cannot sign in to refuse it: that time is added.
        until = account.suspended_until or row.asked_at
        since = max(row.asked_at, until - SUSPENDED_FOR)
        usable_at = row.asked_at + LINK_RESTS + max(until - since, timedelta(0))
    return RestingLink(row, name_of(row.asked_by), usable_at)


def _subject(account_id: int) -> str:
    return f"account:{account_id}:link"


def _about(session: Session, _kit: Kit, row: Approval, _by: SignedIn) -> About:
    account = accounts.one(session, int(row.subject.split(":")[1]))
    return About(
        remark(
            "{by} asks for a new link for {about}. When it is made, their password, their authenticator and their keys"
            " end.",
            by=name_of(row.asked_by),
            about=account.shown,
        ),
        f"account {account.shown}",
        member=of_account(account.id),
    )


LINK = ApprovalRule(
    kind=ApprovalKind.LINK,
    decided_by=ADMIN,
    about=_about,
    given="account_link_agreed",
    refused="account_link_refused",
)
