"""What waits for a second person, and what she decides. Nobody decides what she asked for, nor about herself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import (
    AccountRole,
    AccountState,
    Actor,
    SignedIn,
    excluded,
)
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.desk.audit_sentences import actor as said_actor
from hotline.errors import NotFound
from hotline.ports import ConsoleKit, Kit
from hotline.store.accounts import accounts, approvals
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit

REASON_LETTERS = 200


@dataclass(frozen=True, slots=True)
class WaitingApproval:
    id: int
    kind: ApprovalKind
    about: str
    """The name of the account."""
    role: AccountRole
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    may_decide: bool
    """False for what this person asked for herself, and for what is about her."""


def waiting(kit: ConsoleKit, signed_in: SignedIn) -> Sequence[WaitingApproval]:
    """The oldest first; none for who is no admin."""
    if AccountRole.ADMIN not in signed_in.roles:
        return ()
    with kit.database.reading() as session:
        rows = approvals.undecided(session, ApprovalKind.ROLE, kit.now())
        names = {one.id: one.shown for one in accounts.everybody(session)}
    lines = []
    for row in rows:
        account_id, role = _about(row)
        lines.append(
            WaitingApproval(
                id=row.id,
                kind=ApprovalKind(row.kind),
                about=names.get(account_id, ""),
                role=role,
                asked_by=said_actor(row.asked_by, {})[1],
                asked_at=row.asked_at,
                expires_at=row.expires_at,
                may_decide=signed_in.account_id not in {row.asker_id, account_id},
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class AccountMark:
    """What tells one account from another whose name somebody made to look like it."""

    name: str
    number: int
    made_at: datetime


def marks(kit: ConsoleKit, approval_ids: Collection[int]) -> Mapping[int, Sequence[AccountMark]]:
    """Returns, by approval, the account that asked for it and the account that it is about."""
    with kit.database.reading() as session:
        rows = approvals.of_ids(session, approval_ids)
        by_id = {one.id: one for one in accounts.everybody(session)}
    return {
        row.id: [
            AccountMark(by_id[one].shown, one, by_id[one].created_at)
            for one in dict.fromkeys((row.asker_id, _account_in(row.subject)))
            if one in by_id
        ]
        for row in rows
    }


def _account_in(subject: str) -> int | None:
    """Returns the account that a subject names: `account:7:admin`, `desk:12:account:7`."""
    _, named, after = subject.partition("account:")
    number = after.partition(":")[0]
    return int(number) if named and number.isdecimal() else None


def decide(
    kit: ConsoleKit, signed_in: SignedIn, approval_id: int, *, approve: bool, reason: str
) -> None:
    """Raises AccountRefused where it was decided, lapsed, or is not this person's to decide."""
    if not reason.strip() or len(reason) > REASON_LETTERS or not reason.isprintable():
        raise refusal(AccountFault.NO_REASON)
    with kit.database.writing() as session:
        row = approvals.held(session, ApprovalKind.ROLE, approval_id, kit.now())
        if row is None:
            raise refusal(AccountFault.DECIDED)
        account_id, role = _about(row)
        decider = accounts.one(session, signed_in.account_id)
        if AccountRole.ADMIN not in decider.held_roles or decider.id in {row.asker_id, account_id}:
            raise refusal(AccountFault.NOT_AN_ADMIN)
        account = living(session, account_id)
        if approve:
            if excluded(account.held_roles | {role}):
                raise refusal(AccountFault.ROLES_EXCLUDE)
            account.roles = sorted(account.held_roles | {role})
        _decide(
            row,
            kit,
            signed_in.actor,
            ApprovalDecision.APPROVED if approve else ApprovalDecision.REFUSED,
        )
        record(
            session,
            kit,
            signed_in.actor,
            "account_role_given" if approve else "account_role_refused",
            account,
            f"{role}: {reason.strip()}",
        )


def ask(session: Session, kit: Kit, by: Actor, account: ConsoleAccount, role: AccountRole) -> None:
    """Let a role wait for a second admin, unless it waits already."""
    subject = _subject_of(account.id, role)
    if approvals.waiting_for(session, subject, kit.now()) is not None:
        return
    approvals.ask(session, by, ApprovalKind.ROLE, subject, "", kit.now())
    record(session, kit, by, "account_role_asked", account, str(role))


def settle(session: Session, kit: Kit, by: Actor, account_id: int, role: AccountRole) -> None:
    """What waited was given at the command line."""
    row = approvals.waiting_for(session, _subject_of(account_id, role), kit.now())
    if row is not None:
        _decide(row, kit, by, ApprovalDecision.APPROVED)


def withdraw(session: Session, kit: Kit, by: Actor, account_id: int, role: AccountRole) -> None:
    """What waits is wanted no more."""
    row = approvals.waiting_for(session, _subject_of(account_id, role), kit.now())
    if row is not None:
        _decide(row, kit, by, ApprovalDecision.WITHDRAWN)


def waiting_roles(session: Session, kit: Kit, account_id: int) -> frozenset[AccountRole]:
    """The roles of an account that wait for a second admin."""
    return roles_by_account(session, kit).get(account_id, frozenset())


def roles_by_account(session: Session, kit: Kit) -> Mapping[int, frozenset[AccountRole]]:
    """The roles that wait for a second admin, by the account's id."""
    found: dict[int, frozenset[AccountRole]] = {}
    for row in approvals.undecided(session, ApprovalKind.ROLE, kit.now()):
        account_id, role = _about(row)
        found[account_id] = found.get(account_id, frozenset()) | {role}
    return found


def appointed_by(kit: Kit, account_id: int, role: AccountRole) -> frozenset[int]:
    """The accounts that asked for a role of this one, or gave it. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        rows = approvals.approved(session, _subject_of(account_id, role))
    deciders = {audit.account_of(row.decided_by or "") for row in rows}
    return frozenset(one for one in {*deciders, *(row.asker_id for row in rows)} if one is not None)


def _subject_of(account_id: int, role: AccountRole) -> str:
    return f"account:{account_id}:{role}"


def _about(row: Approval) -> tuple[int, AccountRole]:
    _, account_id, role = row.subject.split(":")
    return int(account_id), AccountRole(role)


def living(session: Session, account_id: int) -> ConsoleAccount:
    """An account that was not ended, held until the transaction is over. Raises AccountRefused."""
    try:
        account = accounts.one(session, account_id, for_writing=True)
    except NotFound:
        raise refusal(AccountFault.NO_ACCOUNT) from None
    if account.state == AccountState.ENDED:
        raise refusal(AccountFault.ENDED)
    return account


def _decide(row: Approval, kit: Kit, by: Actor, decision: ApprovalDecision) -> None:
    approvals.decide(row, audit.by_actor(by), kit.now(), decision)


def record(
    session: Session,
    kit: Kit,
    by: Actor,
    action: str,
    account: ConsoleAccount,
    reason: str = "",
) -> None:
    """What a person did to an account, for the audit log."""
    audit.sign(
        session, by, at=kit.now(), action=action, subject=f"account {account.shown}", reason=reason
    )
