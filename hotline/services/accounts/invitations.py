"""Who may enter the console: accounts made, invited again, given roles, and suspended.

A role that decides for others waits for a second admin, on a new account and on an old one. While fewer than two admins
are active, the command line on the server counts as the second person, and the audit log says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hotline.domain.accounts.account import (
    SECOND_PERSON,
    AccountRole,
    AccountState,
    Actor,
    entered_as,
    excluded,
    is_name,
)
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.accounts.passwords import is_reserved
from hotline.domain.accounts.second_factor import LINK_LIVES, SUSPENDED_AGAIN, SUSPENDED_FOR
from hotline.domain.desk.desks import of_account
from hotline.ports import Kit
from hotline.sealing.accounts.tokens import digest_of, new_token
from hotline.services.accounts import account_roles, serious_acts
from hotline.services.accounts.proving import entering_states
from hotline.services.accounts.serious_acts import Notified, SeriousAct
from hotline.store.accounts import accounts, sessions
from hotline.store.accounts.accounts import CodeKind, ConsoleAccount
from hotline.store.database import Session
from hotline.store.desk import audit, desks, members
from hotline.store.people import member_keys, responders
from hotline.text.names import NameFault, is_one_name, name_fault, tidy

FEWEST_ADMINS = 2
NOBODY_NOTIFIED = Notified(())
LETTERS = {
    NameFault.MARKS: AccountFault.NAME_MARKS,
    NameFault.SCRIPTS: AccountFault.NAME_SCRIPTS,
}
BY_THE_SERVER = "the command line counts as the second person: fewer than two admins are active"


@dataclass(frozen=True, slots=True)
class Invited:
    account_id: int
    link: str = field(repr=False)
    """A token: whoever has it takes the account up, within 15 minutes."""
    waiting: frozenset[AccountRole]
    """Roles that a second admin must approve."""


def invite(
    kit: Kit, by: Actor, name: str, roles: Iterable[AccountRole], language: str = "en"
) -> Invited:
    """Make an account, and a link to take it up. Raises AccountRefused."""
    shown, wanted = tidy(name), frozenset(roles)
    if not is_name(shown):
        raise refusal(AccountFault.NAME_WRONG)
    if fault := name_fault(shown):
        raise refusal(LETTERS[fault])
    _check(wanted)
    with kit.database.writing() as session:
        _check_name(session, shown)
        account = ConsoleAccount(
            name=entered_as(shown),
            shown=shown,
            roles=[],
            language=language,
            state=AccountState.INVITED,
            totp_step=0,
            created_at=kit.now(),
        )
        session.add(account)
        session.flush()
        account_roles.record(
            session, kit, by, "account_invited", account, ", ".join(sorted(wanted))
        )
        waiting = _give(session, kit, by, account, wanted)
        return Invited(account.id, _link(session, kit, account), waiting)


def _check_name(session: Session, shown: str) -> None:
    """Raises AccountRefused where the audit log would show the account as somebody or something else."""
    if accounts.find(session, entered_as(shown)) is not None:
        raise refusal(AccountFault.NAME_TAKEN)
    if any(is_one_name(shown, one.shown) for one in accounts.everybody(session)):
        raise refusal(AccountFault.NAME_ALIKE)
    called = [called for one in desks.everything(session) for called in (one.name, one.code)]
    if is_reserved(shown, filter(None, called)):
        raise refusal(AccountFault.NAME_RESERVED)
    if any(is_one_name(shown, name) for name in responders.names(session)):
        raise refusal(AccountFault.NAME_RESPONDER)


def make_link(session: Session, kit: Kit, by: Actor, account: ConsoleAccount) -> Invited:
    """Makes a new link: the account's key pair, factor and sessions end now, and a new pair is made with the link.

    Roles that decide for others wait anew: else whoever gives out the link could become its second person.
    """
    waited = account_roles.waiting_roles(session, kit, account.id)
    deciding = account.held_roles & SECOND_PERSON
    direct = counts_as_second(session, by)
    account.roles = sorted(account.held_roles - deciding)
    forget(session, kit, account)
    account.state, account.ended_at = AccountState.INVITED, None
    account_roles.record(session, kit, by, "account_linked", account)
    waiting = _give(session, kit, by, account, deciding, direct=direct)
    return Invited(account.id, _link(session, kit, account), waited | waiting)


def set_roles(
    kit: Kit, by: Actor, account_id: int, roles: Iterable[AccountRole], reason: str = ""
) -> frozenset[AccountRole]:
    """Gives and takes roles; returns those that wait for a second admin. Taking one needs a reason.

    Raises AccountRefused.
    """
    wanted = frozenset(roles)
    _check(wanted)
    notified = NOBODY_NOTIFIED
    with kit.database.writing() as session:
        account = account_roles.living(session, account_id)
        if by.account_id == account_id:
            raise refusal(AccountFault.ONESELF)
        if lost := account.held_roles - wanted:
            notified = _take(session, kit, by, account, lost, reason)
        waited = account_roles.waiting_roles(session, kit, account.id)
        for role in waited - wanted:
            account_roles.withdraw(session, kit, by, account.id, role)
        direct = counts_as_second(session, by)
        new = wanted - account.held_roles - (frozenset() if direct else waited)
        waiting = _give(session, kit, by, account, new, direct=direct)
        waiting |= frozenset() if direct else waited & wanted
    notified.ring(kit)
    return waiting


def _take(
    session: Session,
    kit: Kit,
    by: Actor,
    account: ConsoleAccount,
    lost: frozenset[AccountRole],
    reason: str,
) -> Notified:
    serious_acts.check(session, kit, by, account, reason, loses=lost)
    account.roles = sorted(account.held_roles - lost)
    session.flush()
    member_keys.close_lost(session, of_account(account.id), kit.now())
    why = f"{', '.join(sorted(lost))}: {reason}"
    return serious_acts.record(session, kit, by, SeriousAct.TAKE_ROLES, account, why)


def suspend(kit: Kit, by: Actor, account_id: int, reason: str) -> None:
    """Lets nobody enter by this account for 24 hours; its keys stay. Another admin may lift it. Raises AccountRefused.

    The same admin suspends the same account once in seven days: else one person would shut it out for good.
    """
    with kit.database.writing() as session:
        account, at = account_roles.living(session, account_id), kit.now()
        serious_acts.check(session, kit, by, account, reason)
        action, since = SeriousAct.SUSPEND.action, at - SUSPENDED_AGAIN
        subject = f"account {account.shown}"
        if audit.count(session, audit.by_actor(by), (action,), since, subject):
            raise refusal(AccountFault.SUSPENDED_LATELY)
        account.suspended_until = at + SUSPENDED_FOR
        sessions.end_of(session, account.id)
        notified = serious_acts.record(session, kit, by, SeriousAct.SUSPEND, account, reason)
    notified.ring(kit)


def lift_suspension(kit: Kit, by: Actor, account_id: int) -> None:
    """Lets the person of a suspended account sign in again. Raises AccountRefused."""
    with kit.database.writing() as session:
        account = account_roles.living(session, account_id)
        if by.account_id == account_id:
            raise refusal(AccountFault.ONESELF)
        if not account.is_suspended(kit.now()):
            raise refusal(AccountFault.NOT_SUSPENDED)
        account.suspended_until = kit.now()
        account_roles.record(session, kit, by, "account_suspension_lifted", account)


def find(kit: Kit, name: str) -> int | None:
    """The id of an account, by its name."""
    with kit.database.reading() as session:
        account = accounts.find(session, entered_as(name))
    return None if account is None else account.id


def admins_who_enter(kit: Kit, *, pretended: bool) -> int:
    """How many admins can sign in: the demo's too, where the gateway is the pretended one. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return len(accounts.admins_in(session, *entering_states(pretended=pretended)))


def _check(roles: frozenset[AccountRole]) -> None:
    if not roles:
        raise refusal(AccountFault.NO_ROLE)
    if excluded(roles):
        raise refusal(AccountFault.ROLES_EXCLUDE)


def counts_as_second(session: Session, by: Actor) -> bool:
    """Returns True for the command line while fewer than two admins are active."""
    return by.account_id is None and len(accounts.active_admins(session)) < FEWEST_ADMINS


def _give(
    session: Session,
    kit: Kit,
    by: Actor,
    account: ConsoleAccount,
    roles: frozenset[AccountRole],
    *,
    direct: bool | None = None,
) -> frozenset[AccountRole]:
    """Give roles, or let them wait; those that wait."""
    counts = counts_as_second(session, by) if direct is None else direct
    waiting = frozenset() if counts else roles & SECOND_PERSON
    account.roles = sorted(account.held_roles | (roles - waiting))
    for role in sorted(roles - waiting):
        why = f"{role}: {BY_THE_SERVER}" if role in SECOND_PERSON else str(role)
        account_roles.record(session, kit, by, "account_role_given", account, why)
        account_roles.settle(session, kit, by, account.id, role)
    for role in sorted(waiting):
        account_roles.ask(session, kit, by, account, role)
    return waiting


def forget(session: Session, kit: Kit, account: ConsoleAccount) -> None:
    """Destroys what proved the account's person; it opens no desk any more."""
    members.forget(session, of_account(account.id), kit.now())
    account.public_key = account.wrapped_key = account.recovery_key = account.totp = None
    account.paper_at = account.factor_at = None
    account.totp_step = 0
    accounts.forget_codes(session, account.id, *CodeKind)
    sessions.end_of(session, account.id)


def _link(session: Session, kit: Kit, account: ConsoleAccount) -> str:
    token = new_token()
    digest = digest_of(token)
    assert digest is not None
    accounts.forget_codes(session, account.id, CodeKind.LINK)
    accounts.add_code(session, account.id, CodeKind.LINK, digest, kit.now() + LINK_LIVES)
    return token
