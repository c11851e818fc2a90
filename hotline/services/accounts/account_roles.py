"""Roles of an account that wait for a second admin, and the account itself while it is changed."""

from collections.abc import Mapping, Sequence

from hotline.domain.accounts.account import AccountRole, AccountState, Actor, SignedIn, excluded
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.desk.desks import of_account
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.approving import ADMIN, About, ApprovalRule, Decision, name_of, request
from hotline.store.accounts import accounts, approvals
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.text.remark import remark


def ask(session: Session, kit: Kit, by: Actor, account: ConsoleAccount, role: AccountRole) -> None:
    """Let a role wait for a second admin, unless it waits already."""
    if request(session, kit, by, ApprovalKind.ROLE, _subject_of(account.id, role), ""):
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
    for row in approvals.undecided(session, kit.now(), ApprovalKind.ROLE):
        account_id, role = _wanted(row)
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


def _wanted(row: Approval) -> tuple[int, AccountRole]:
    _, account_id, role = row.subject.split(":")
    return int(account_id), AccountRole(role)


def _about(session: Session, _kit: Kit, row: Approval, _by: SignedIn) -> About:
    account_id, role = _wanted(row)
    account = accounts.one(session, account_id)
    by = name_of(row.asked_by)
    return About(
        remark("{by} asks that {about} becomes: {role}", by=by, about=account.shown, role=role),
        f"account {account.shown}",
        detail=role,
        member=of_account(account_id),
    )


def _give(decision: Decision) -> Sequence[int]:
    account_id, role = _wanted(decision.row)
    account = living(decision.session, account_id)
    if excluded(account.held_roles | {role}):
        raise refusal(AccountFault.ROLES_EXCLUDE)
    account.roles = sorted(account.held_roles | {role})
    return ()


ROLE = ApprovalRule(
    kind=ApprovalKind.ROLE,
    decided_by=ADMIN,
    about=_about,
    approve=_give,
    given="account_role_given",
    refused="account_role_refused",
)


def held(session: Session, account_id: int) -> ConsoleAccount:
    """Returns an account, held until the transaction is over. Raises AccountRefused."""
    try:
        return accounts.one(session, account_id, for_writing=True)
    except NotFound:
        raise refusal(AccountFault.NO_ACCOUNT) from None


def living(session: Session, account_id: int) -> ConsoleAccount:
    """The same, of an account that was not ended. Raises AccountRefused."""
    account = held(session, account_id)
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
