"""Gives an account a new link: its person lost password and paper, or an admin says so.

A link for somebody else's account rests for 24 hours, or until a second admin agrees. Meanwhile the person signs in as
always, reads an SMS, and may refuse it: the hours of a suspension do not count. Where the line knows no phone of
theirs, only a second admin sets it free.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.accounts.account import AccountRole, AccountState, Actor, SignedIn
from hotline.domain.accounts.entering import APPROVAL_LIVES, LINK_RESTS, SUSPENDED_FOR
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.wording import Template
from hotline.errors import NotFound, PersonnelRefused
from hotline.ports import Kit
from hotline.services.accounts import approvals, invitations, serious_acts
from hotline.services.accounts.invitations import Invited
from hotline.services.accounts.serious_acts import Notified, SeriousAct
from hotline.store.accounts import accounts
from hotline.store.accounts import approvals as rows
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.text.names import is_one_name
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class RestingLink:
    """A new link that was asked for and not made yet."""

    id: int
    account_id: int
    about: str
    asked_by: str
    asker_id: int | None
    asked_at: datetime
    expires_at: datetime
    reason: str
    usable_at: datetime | None
    """None where only a second admin sets it free: no phone of the person is known."""
    is_agreed: bool

    def may_be_made(self, at: datetime) -> bool:
        return self.is_agreed or (self.usable_at is not None and self.usable_at <= at)


def again(kit: Kit, by: Actor, account_id: int, reason: str = "") -> Invited:
    """Asks for a new link, or makes it where it has rested; `Invited.link` is empty while it rests.

    With the link the old proofs end, and roles that decide for others wait for a second admin again. An account that
    nobody has taken up gets it at once. Raises AccountRefused.
    """
    with kit.database.writing() as session:
        account = approvals.living(session, account_id)
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


def waiting(kit: Kit) -> Sequence[RestingLink]:
    """Returns the links that a second admin may agree to, the oldest first."""
    with kit.database.reading() as session:
        found = rows.undecided(session, ApprovalKind.LINK, kit.now())
        return [_line(session, row, accounts.one(session, _account_id(row))) for row in found]


def decide(kit: Kit, by: Actor, approval_id: int, reason: str, *, approve: bool) -> None:
    """Agrees to a link, or refuses it, as a second admin. Raises PersonnelRefused."""
    with kit.database.writing() as session:
        row = rows.held(session, ApprovalKind.LINK, approval_id, kit.now())
        if row is None:
            raise PersonnelRefused(remark("that was decided already, or its time is over"))
        account, decider = accounts.one(session, _account_id(row)), by.account_id
        is_asker = decider == row.asker_id or is_one_name(by.name, row.asked_by.rpartition(":")[2])
        is_admin = decider is not None and (
            AccountRole.ADMIN in accounts.one(session, decider).held_roles
        )
        if is_asker or not is_admin or decider == account.id:
            raise PersonnelRefused(remark("another admin decides that"))
        decision = ApprovalDecision.APPROVED if approve else ApprovalDecision.REFUSED
        _decide(row, kit, by, decision)
        approvals.record(
            session,
            kit,
            by,
            "account_link_agreed" if approve else "account_link_refused",
            account,
            reason.strip(),
        )


def refuse_own(kit: Kit, by: SignedIn) -> None:
    """Refuses a link for one's own account: its person did not ask. Where there is none, changes nothing."""
    with kit.database.writing() as session:
        account = accounts.one(session, by.account_id, for_writing=True)
        found = _of_account(session, kit, account)
        if found is None:
            return
        _decide(session.get_one(Approval, found.id), kit, by.actor, ApprovalDecision.REFUSED)
        reason = "their own account: they did not ask"
        approvals.record(session, kit, by.actor, "account_link_refused", account, reason)


def _ask(session: Session, kit: Kit, by: Actor, account: ConsoleAccount, reason: str) -> Notified:
    serious_acts.check(session, kit, by, account, reason, loses=())
    rows.ask(session, by, ApprovalKind.LINK, _subject(account), reason.strip(), kit.now())
    return serious_acts.record(
        session, kit, by, SeriousAct.LINK, account, reason, own=Template.OWN_LINK
    )


def _of_account(session: Session, kit: Kit, account: ConsoleAccount) -> RestingLink | None:
    row = rows.waiting_for(session, _subject(account), kit.now())
    if row is None:
        since = kit.now() - APPROVAL_LIVES
        agreed = rows.granted(session, ApprovalKind.LINK, since)
        row = next((one for one in agreed if one.subject == _subject(account)), None)
    return None if row is None else _line(session, row, account)


def _line(session: Session, row: Approval, account: ConsoleAccount) -> RestingLink:
    is_told = serious_acts.reached_person(session, account) is not None
    return RestingLink(
        id=row.id,
        account_id=account.id,
        about=account.shown,
        asked_by=row.asked_by.rpartition(":")[2],
        asker_id=row.asker_id,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        reason=row.reason,
        usable_at=_rested(row, account) if is_told else None,
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


def _account_id(row: Approval) -> int:
    return int(row.subject.split(":")[1])
