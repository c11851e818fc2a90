"""Makes and shows the demo's accounts, and makes PINs for three of the demo's responders, with which a learner can read
cases by phone. The accounts and PINs work only if the gateway is the emulator.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp

from hotline.core.actors import AccountRole, AccountState, Actor, account_name_key
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.keys.encrypt import KeyPair
from hotline.people import (
    decrypt_grants,
    service_sessions,
    tables,
    tables_accounts,
    tables_audit,
    tables_desks,
)
from hotline.people.decrypt_passphrase import OF_THE_DEMO
from hotline.people.encrypt import PAPER_COSTS, wrap_under_password
from hotline.people.rules import WITH_PINS, of_account, of_responder
from hotline.people.rules_accounts import DEMO_ACCOUNTS, DEMO_DESKS, DemoAccount
from hotline.people.rules_sign_in import STEP_SECONDS, code_at, step_at, suggest_password
from hotline.people.service_sign_in import by_password, envelope_owner, may_sign_in
from hotline.text.characters import is_easy_pin

DEMO = Actor("demo")


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """An account of the demo, with the facts that the sign-in page shows."""

    name: str
    roles: tuple[AccountRole, ...]
    password: str = field(repr=False)
    code: str = field(repr=False)
    """A code of the account's authenticator that no one has used yet."""
    seconds: int
    """The number of seconds for which the code is valid."""


def make_accounts(context: ConsoleContext) -> Sequence[DemoAccount]:
    """Makes the demo's accounts that do not exist yet, and returns the new accounts. Makes no accounts if the gateway
    is not the emulator.
    """
    if not context.is_emulated:
        return ()
    made = []
    with context.database.writing() as session:
        for name, roles in DEMO_ACCOUNTS:
            if tables_accounts.find_account(session, account_name_key(name)) is None:
                made.append(_make(session, context, name, roles))
    return made


def grant_desks(context: ConsoleContext, passphrase: str) -> Sequence[str]:
    """Gives the demo's accounts access to their desks, and returns the names of accounts that got access. Raises
    PassphraseWrong.

    Does nothing if the gateway is not the emulator.
    """
    if not context.is_emulated:
        return ()
    asked = [name for name, desk in DEMO_DESKS.items() if _ask(context, name, desk)]
    if asked:
        decrypt_grants.grant_by_passphrase(context, OF_THE_DEMO, passphrase)
    return asked


def entries(context: ConsoleContext) -> Sequence[DemoEntry]:
    """Returns the demo's accounts, each with an authenticator code that works now. Returns no accounts if the gateway
    is not the emulator.
    """
    if not context.is_emulated:
        return ()
    with context.database.reading() as session:
        used = {
            one.name: one.totp_step
            for one in tables_accounts.all_accounts(session)
            if one.state == AccountState.DEMO
        }
    return [
        _entry(context, one, used[account_name_key(one.name)])
        for one in context.demo_accounts
        if account_name_key(one.name) in used
    ]


def sign_in(context: ConsoleContext, name: str) -> service_sessions.NewSession | None:
    """Starts a session of a demo account, with the password from the demo's file and without an authenticator code.

    Returns None if there is no demo account with this name, or if the gateway is not the emulator.
    """
    kept = next((one for one in context.demo_accounts if one.name == name), None)
    if not context.is_emulated or kept is None:
        return None
    with context.database.writing() as session:
        account = tables_accounts.find_account(session, account_name_key(name), for_writing=True)
        if (
            account is None
            or account.state != AccountState.DEMO
            or not may_sign_in(context, account)
        ):
            return None
        private_key = by_password(context, kept.password)(account)
        if private_key is None:
            return None
        return service_sessions.open_session(session, context, account, private_key)


def _ask(context: ConsoleContext, name: str, desk: str) -> bool:
    """Requests access to a desk for a demo account, and returns True.

    Returns False without a request if the account does not exist or already has access.
    """
    with context.database.writing() as session:
        account = tables_accounts.find_account(session, account_name_key(name))
        if account is None or account.state != AccountState.DEMO:
            return False
        member = of_account(account.id)
        if desk in tables_desks.desks_of(session, member):
            return False
        decrypt_grants.add_access_request(
            session, context, DEMO, desk, member, "an account of the demo"
        )
    return True


def _entry(context: ConsoleContext, one: DemoAccount, used: int) -> DemoEntry:
    """Returns a demo account with an authenticator code that works now.

    If someone has already used the present code, returns the next code, which the sign-in page already accepts.
    """
    at = context.now()
    if step_at(at) <= used:
        at += timedelta(seconds=STEP_SECONDS)
    seconds = (step_at(at) + 2) * STEP_SECONDS - int(context.now().timestamp())
    return DemoEntry(one.name, one.roles, one.password, code_at(one.secret, at), seconds)


def _make(
    session: Session, context: ConsoleContext, name: str, roles: tuple[AccountRole, ...]
) -> DemoAccount:
    known = tables_accounts.named(session, name)
    new = tables.Person(name=name, languages=["en"])
    person = tables.person(session, min(known)) if known else new
    account = tables_accounts.ConsoleAccount(
        name=account_name_key(name),
        person=person,
        roles=sorted(roles),
        language="en",
        state=AccountState.DEMO,
        totp_step=0,
        created_at=context.now(),
    )
    session.add(account)
    session.flush()
    pair, bound = KeyPair.new(), envelope_owner(account.id)
    password, secret = suggest_password(secrets.choice), pyotp.random_base32()
    account.public_key = pair.public
    # The sign-in page shows the account's password to everyone, so a slow key derivation would protect nothing.
    account.wrapped_key = wrap_under_password(
        pair.private, password, account=bound, costs=PAPER_COSTS
    )
    account.totp = context.proofs.factors.seal(secret, account=bound)
    tables_audit.append_command(
        session,
        DEMO,
        context.now(),
        "account_invited",
        f"account {name}",
        "an account of the demo",
    )
    return DemoAccount(name, roles, password, secret)


WHY = "a responder of the demo"
PIN_DIGITS = 6
Wraps = Callable[[bytes, str, int], bytes]
"""A function that encrypts a responder's private key with a PIN."""


@dataclass(frozen=True, slots=True)
class DemoPin:
    name: str
    pin: str = field(repr=False)


def make_pins(context: Context, wraps: Wraps, passphrase: str) -> Sequence[DemoPin]:
    """Makes PINs for the demo's responders that have no PIN, and gives these responders access to their desks. Raises
    PassphraseWrong.

    The calling function must check that the gateway is the emulator.
    """
    with context.database.reading() as session:
        people = [one for one in tables.all_responders(session) if one.name in WITH_PINS]
    made = [_choose(context, wraps, person) for person in people if person.pin_wrap is None]
    for person in people if made else ():
        with context.database.reading() as session:
            desks = {row.desk_code for row in tables.current_memberships(session, person.id)}
        for desk in sorted(desks):
            decrypt_grants.request_access(context, DEMO, desk, of_responder(person.id), WHY)
    if made:
        decrypt_grants.grant_by_passphrase(context, OF_THE_DEMO, passphrase)
    return made


def _choose(context: Context, wraps: Wraps, person: tables.Responder) -> DemoPin:
    pair = KeyPair.new()
    while is_easy_pin(pin := f"{secrets.randbelow(10**PIN_DIGITS):06}"):
        pass
    wrap, actor = wraps(pair.private, pin, person.id), f"responder:{person.id}"
    with context.database.writing() as session:
        row = session.get_one(tables.Responder, person.id)
        row.public_key, row.pin_wrap, row.pin_set_at = pair.public, wrap, context.now()
        tables_audit.append_row(session, context.now(), actor, "pin_changed", actor, WHY)
    return DemoPin(person.name, pin)
