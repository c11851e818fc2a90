"""Gives an account a new link: its person lost password and paper, or an admin says so.

A link for somebody else's account rests for 24 hours, or until a second admin agrees. Meanwhile the person signs in as
always, reads an SMS, and may refuse it: the hours of a suspension do not count. Only a second admin sets it free where
the line knows no phone of theirs, where a team or a desk depends on the account, and where the account was ended.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.accounts.account import AccountState, Actor, SignedIn
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.accounts.second_factor import APPROVAL_LIVES, LINK_RESTS, SUSPENDED_FOR
from hotline.domain.desk.desks import of_account
from hotline.domain.wording import Template
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.accounts import account_roles, invitations, serious_acts
from hotline.services.accounts.invitations import Invited
from hotline.services.accounts.serious_acts import Notified, SeriousAct
from hotline.services.approving import ADMIN, About, ApprovalRule, name_of, request
from hotline.store.accounts import accounts
from hotline.store.accounts import approvals as rows
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class RestingLink:
    """A new link that was asked for and not made yet."""

    id: int
    asked_by: str
    asked_at: datetime
    reason: str
    usable_at: datetime | None
    """None where only a second admin sets it free: no phone of the person is known, a team or a desk depends on the
    account, or it was ended."""
    is_agreed: bool

    def may_be_made(self, at: datetime) -> bool:
        return self.is_agreed or (self.usable_at is not None and self.usable_at <= at)


def again(kit: Kit, by: Actor, account_id: int, reason: str = "") -> Invited:
    """Asks for a new link, or makes it where it has rested; `Invited.link` is empty while it rests.

    With the link the old proofs end, and roles that decide for others wait for a second admin again. An account that
    nobody has taken up gets it at once. An account that was ended comes back by it. Raises AccountRefused.
    """
    with kit.database.writing() as session:
        account = account_roles.held(session, account_id)
        if by.account_id == account_id:
            raise refusal(AccountFault.ONESELF)
        resting = _of_account(session, kit, account)
        is_free = account.state == AccountState.INVITED or invitations.counts_as_second(session, by)
        if not is_free and resting is None:
            notified = _ask(session, kit, by, account, reason)
        elif not is_free and resting is not None and not resting.may_be_made(kit.now()):
            raise refusal(AccountFault.LINK_RESTS)
        else:
            if resting is not None:
                _decide(session.get_one(Approval, resting.id), kit, by, ApprovalDecision.USED)
            return invitations.make_link(session, kit, by, account)
    notified.ring(kit)
    return Invited(account_id, "", frozenset())


def resting(kit: Kit, account_id: int) -> RestingLink | None:
    """Returns the link that was asked for and is neither made, refused nor over; None if there is none."""
    with kit.database.reading() as session, suppress(NotFound):
        return _of_account(session, kit, accounts.one(session, account_id))
    return None


def refuse_own(kit: Kit, by: SignedIn) -> None:
    """Refuses a link for one's own account: its person did not ask. Where there is none, changes nothing."""
    with kit.database.writing() as session:
        account = accounts.one(session, by.account_id, for_writing=True)
        found = _of_account(session, kit, account)
        if found is None:
            return
        _decide(session.get_one(Approval, found.id), kit, by.actor, ApprovalDecision.REFUSED)
        reason = "their own account: they did not ask"
        account_roles.record(session, kit, by.actor, "account_link_refused", account, reason)


def _ask(session: Session, kit: Kit, by: Actor, account: ConsoleAccount, reason: str) -> Notified:
    serious_acts.check(session, kit, by, account, reason, loses=())
    request(session, kit, by, ApprovalKind.LINK, _subject(account), reason.strip())
    return serious_acts.record(
        session, kit, by, SeriousAct.LINK, account, reason, own=Template.OWN_LINK
    )


def _of_account(session: Session, kit: Kit, account: ConsoleAccount) -> RestingLink | None:
    row = rows.waiting_for(session, _subject(account), kit.now())
    if row is None:
        since = kit.now() - APPROVAL_LIVES
        agreed = rows.approved(session, _subject(account))
        row = next((one for one in agreed if one.decided_at and one.decided_at > since), None)
    return None if row is None else _line(session, kit, row, account)


def _line(session: Session, kit: Kit, row: Approval, account: ConsoleAccount) -> RestingLink:
    is_ended = account.state == AccountState.ENDED
    waits = is_ended or serious_acts.is_depended_on(session, account, kit.now())
    may_rest = not waits and serious_acts.reached_person(session, account) is not None
    return RestingLink(
        id=row.id,
        asked_by=name_of(row.asked_by),
        asked_at=row.asked_at,
        reason=row.reason,
        usable_at=_rested(row, account) if may_rest else None,
        is_agreed=row.decision == ApprovalDecision.APPROVED,
    )


def _rested(row: Approval, account: ConsoleAccount) -> datetime:
    """Returns when a link has rested. A suspended person cannot sign in to refuse it: that time is added."""
    until = account.suspended_until or row.asked_at
    since = max(row.asked_at, until - SUSPENDED_FOR)
    return row.asked_at + LINK_RESTS + max(until - since, timedelta(0))


def _decide(row: Approval, kit: Kit, by: Actor, decision: ApprovalDecision) -> None:
    rows.decide(row, audit.by_actor(by), kit.now(), decision)


def _subject(account: ConsoleAccount) -> str:
    return f"account:{account.id}:link"


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
