"""Makes accounts for the console, gives them roles, and suspends them.

A role that decides for others needs the approval of a second admin. While fewer than two admins are active, a command
at the server counts as the second person. The audit log records that this was so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hotline.core.actors import (
    TWO_PERSON_ROLES,
    AccountRole,
    AccountState,
    Actor,
    account_name_key,
    excluded_roles,
    is_valid_name,
)
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.duty.service_account_changes import AccountChange, SeriousCommand, changing
from hotline.gateway.doorbell import ringing
from hotline.people import (
    queries_member_keys,
    tables,
    tables_accounts,
    tables_audit,
    tables_desks,
    tables_sessions,
)
from hotline.people.encrypt_tokens import digest_of, new_token
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_passwords import is_reserved
from hotline.people.rules_second_factor import LINK_VALIDITY, SUSPENDED_AGAIN, SUSPENDED_FOR
from hotline.people.service_sign_in import sign_in_states
from hotline.people.tables_accounts import CodeKind, ConsoleAccount
from hotline.text.names import NameFault, name_fault, tidy_name

LETTERS = {NameFault.MARKS: AccountFault.NAME_MARKS, NameFault.SCRIPTS: AccountFault.NAME_SCRIPTS}


@dataclass(frozen=True, slots=True)
class Invited:
    account_id: int
    link: str = field(repr=False)
    """The secret part of the link. A person who has it can set up the account within 15 minutes."""
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
    """Makes an account and a link to set it up. The account belongs to a new person, or to the person `person_id`.
    Raises AccountRefused, NotFound.

    If the person's phone is known, the person gets an SMS about the account.
    """
    shown, wanted = tidy_name(name), frozenset(roles)
    if not is_valid_name(shown):
        raise refusal(AccountFault.NAME_WRONG)
    if fault := name_fault(shown):
        raise refusal(LETTERS[fault])
    _check(wanted)
    with ringing(context) as session:
        _check_name(session, shown, person_id)
        new = tables.Person(name=shown, languages=[language])
        account = ConsoleAccount(
            name=account_name_key(shown),
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
        change.log("account_invited", ", ".join(sorted(wanted)))
        change.warn_person(Template.OWN_LINK)
        return Invited(account.id, waiting=change.give(wanted), link=_link(change))


def _check_name(session: Session, shown: str, person_id: int | None) -> None:
    """Raises AccountRefused if readers of the audit log could confuse the name with another name."""
    called = [called for one in tables_desks.all_desks(session) for called in (one.name, one.code)]
    if is_reserved(shown, filter(None, called)):
        raise refusal(AccountFault.NAME_RESERVED)
    taken = tables_accounts.find_account(session, account_name_key(shown)) is not None
    if taken or tables_accounts.named(session, shown) - {person_id}:
        raise refusal(AccountFault.NAME_ALIKE)


def make_link(change: AccountChange) -> Invited:
    """Makes a new link for an account. The key pair, the second factor and the sessions of the account end at once. The
    owner gets a new key pair by opening the link.

    Roles that decide for others need a new approval. Otherwise an admin who opens the link could use these roles.
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
    """Gives roles to an account, and removes roles from it. Returns the roles that wait for a second admin.

    To remove a role, the admin must give a reason. Raises AccountRefused.
    """
    wanted = frozenset(roles)
    _check(wanted)
    with changing(context, by, account_id, reason) as change:
        account = change.account
        change.check_another()
        if lost := account.held_roles - wanted:
            change.check(loses=lost)
            account.roles = sorted(account.held_roles - lost)
            change.session.flush()
            queries_member_keys.end_lost_access(change.session, change.member, context.now())
            why = f"{', '.join(sorted(lost))}: {reason}"
            change.notify(SeriousCommand.TAKE_ROLES, reason=why)
        waited = change.waiting_roles()
        for role in waited - wanted:
            change.settle(role)
        direct = change.counts_as_second()
        goes_on = frozenset() if direct else waited & wanted
        return change.give(wanted - account.held_roles - goes_on, direct=direct) | goes_on


def suspend(context: Context, by: Actor, account_id: int, reason: str) -> None:
    """Suspends an account for 24 hours without deleting its keys. Another admin may end the suspension earlier. Raises
    AccountRefused.

    The same admin can suspend the same account only once in seven days. Otherwise one admin alone could block the
    account for ever.
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
    """Returns the number of admins who can sign in. If the gateway is the emulator, counts admins of the demo too.

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
