"""Bounds what one admin does to other accounts, and notifies the people who must know: nobody shuts a team out alone.

Each ending, suspension, new link and taken role has a reason, goes to the national desk and the on-call contacts, and
counts: one admin does two within an hour. Runs inside its caller's transaction; the caller rings for the messages.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hotline.domain.accounts.account import AccountRole, AccountState, Actor
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.accounts.second_factor import ACTS_WITHIN, APPROVAL_LIVES, MOST_ACTS
from hotline.domain.desk.desks import of_account
from hotline.domain.jobs import Job
from hotline.domain.outbox.delivery import Priority
from hotline.domain.outbox.message import Kind, Wording
from hotline.domain.referrals.referral import Level
from hotline.domain.watch.alarms import Alarm
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services import alarming
from hotline.services.accounts import account_roles
from hotline.services.doorbell import ring
from hotline.services.referrals import case_messages
from hotline.store.accounts import accounts
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.database import Session
from hotline.store.desk import audit, members
from hotline.store.people import member_keys, responders
from hotline.store.people.responders import Responder

REASON_LETTERS = 200
NEEDED = (AccountRole.ADMIN, AccountRole.APPROVER, AccountRole.NATIONAL)
"""Roles that one other account at least keeps: without it nothing that waits for a second person goes on, nor any tip
that the national desk alone may read."""


class SeriousAct(Enum):
    """One kind of act: its action in the audit log, and what the national desk reads of it."""

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


COUNTED = tuple(act.action for act in SeriousAct)


@dataclass(frozen=True, slots=True)
class Notified:
    """The messages that an act wrote."""

    to_ring: Sequence[int]

    def ring(self, kit: Kit) -> None:
        """Rings for them, after the commit."""
        for message in self.to_ring:
            ring(kit, Job.DELIVER, message)


def check(
    session: Session,
    kit: Kit,
    by: Actor,
    account: ConsoleAccount,
    reason: str,
    *,
    loses: Collection[AccountRole] = NEEDED,
) -> None:
    """Raises AccountRefused where this person may not do it, or not now. The command line is bound by the reason alone.

    `loses`: the roles that the account has no more afterwards.
    """
    if by.account_id == account.id:
        raise refusal(AccountFault.ONESELF)
    if by.account_id is None:
        return
    if not reason.strip() or len(reason) > REASON_LETTERS or not reason.isprintable():
        raise refusal(AccountFault.NO_REASON)
    check_others(session, kit, by, account, loses=loses)
    done = audit.count(session, audit.by_actor(by), COUNTED, kit.now() - ACTS_WITHIN)
    if done >= MOST_ACTS:
        raise refusal(AccountFault.TOO_MANY_ACTS)


def check_others(
    session: Session,
    kit: Kit,
    by: Actor,
    account: ConsoleAccount,
    *,
    loses: Collection[AccountRole] = NEEDED,
) -> None:
    """Raises AccountRefused where nobody but this person would keep one of the roles that the account loses."""
    if is_last_other(session, kit, by, account, loses=loses):
        raise refusal(AccountFault.LAST_OTHER)


def is_last_other(
    session: Session,
    kit: Kit,
    by: Actor,
    account: ConsoleAccount,
    *,
    loses: Collection[AccountRole] = NEEDED,
) -> bool:
    """Returns True if no account but this one and the actor's own may act in one of these roles."""
    return any(_is_last_in(session, kit, by, account, role) for role in loses if role in NEEDED)


def record(
    session: Session,
    kit: Kit,
    by: Actor,
    act: SeriousAct,
    account: ConsoleAccount,
    reason: str,
    *,
    own: Template | None = None,
    desks: Collection[str] | None = None,
) -> Notified:
    """Writes the act into the audit log, and an SMS to each of the national desk; the on-call contacts get an alarm.

    `own` goes to the phone of the account's person, where the line knows it. Who answers for a desk that the account
    alone opens gets the same SMS; `desks` says which, where it opens none any more.
    """
    at = kit.now()
    account_roles.record(session, kit, by, act.action, account, reason.strip())
    alarming.note_each(session, Alarm.ACCOUNTS, at)
    number = {"number": str(account.id)}
    rows = [
        _message(session, kit, one, Wording(act.template, number, one.language))
        for one in _notified(session, desks or desks_alone(session, account), at)
    ]
    person = reached_person(session, account)
    if own is not None and person is not None:
        rows.append(_message(session, kit, person, Wording(own, {}, person.language)))
    return Notified(rows)


def is_depended_on(session: Session, account: ConsoleAccount, at: datetime) -> bool:
    """Returns True for an admin, an approver, an account of the national desk, and the last member of a desk.

    A role that was taken within a week counts: else one admin takes the role, and ends the account in the next minute.
    """
    if account.state in (AccountState.INVITED, AccountState.ENDED):
        return False
    roles = account.held_roles | _lost_lately(session, account, at)
    return bool(roles & set(NEEDED)) or bool(desks_alone(session, account))


def _lost_lately(session: Session, account: ConsoleAccount, at: datetime) -> frozenset[str]:
    acts = audit.entries(session, since=at - APPROVAL_LIVES, subject=f"account {account.shown}")
    taken = (act.reason for act in acts if act.action == SeriousAct.TAKE_ROLES.action)
    return frozenset(role for reason in taken for role in reason.partition(":")[0].split(", "))


def desks_alone(session: Session, account: ConsoleAccount) -> frozenset[str]:
    """Returns the desks that nobody but the account's person opens by a key of their own."""
    member = of_account(account.id)
    hers = {member}
    if account.responder_id is not None:
        hers |= set(member_keys.names_of(session, account.responder_id))
    opened = members.desks_of(session, member)
    return frozenset(code for code in opened if hers >= set(members.of_desk(session, code)))


def reached_person(session: Session, account: ConsoleAccount) -> Responder | None:
    """Returns the responder who is the account's person, where an SMS reaches them."""
    if account.responder_id is None:
        return None
    person = session.get_one(Responder, account.responder_id)
    return person if person.active and person.unreachable is None else None


def _notified(session: Session, desks: Collection[str], at: datetime) -> Iterable[Responder]:
    """Returns the national desk, and who answers for these desks."""
    living = responders.who_live(session, at)
    answer = {one.id for code in desks for one in responders.who_answer_for(session, code, at)}
    return [one for one in living if one.level == Level.NATIONAL or one.id in answer]


def _message(session: Session, kit: Kit, to: Responder, wording: Wording) -> int:
    row = case_messages.message(
        Kind.CONFIRMATION, wording, to.id, priority=Priority.CONFIRMATION, at=kit.now(), of=None
    )
    session.add(row)
    session.flush()
    return row.id


def _is_last_in(
    session: Session, kit: Kit, by: Actor, account: ConsoleAccount, role: AccountRole
) -> bool:
    """Returns True if no account but this one and the admin's own may act in that role."""
    if role not in account.held_roles or account.state == AccountState.INVITED:
        return False
    others = [
        one.id
        for one in accounts.everybody(session)
        if one.state in (AccountState.ACTIVE, AccountState.DEMO)
        and role in one.held_roles
        and one.id != by.account_id
        and not one.is_suspended(kit.now())
    ]
    return others == [account.id]
