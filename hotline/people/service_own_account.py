"""Lets people set up, change and recover their own accounts of the console.

A person opens the link of a new account, and sets up the account in three steps: a password, an authenticator and a
recovery sheet. After the third step, the account is active. The database stores each finished step, so that a reloaded
page shows the next step. In the first step, the console makes a token for the person's browser, and encrypts the
account's private key with this token. So someone else who has the link can see neither the authenticator's secret nor
the recovery sheet. With the new password, the person can continue in another browser.

A recovery sheet contains a recovery key, and ten codes that the person can use instead of authenticator codes. A person
who lost the password can set a new password with the recovery key and a code, and keeps all access. A person without
the recovery key needs a new link from an admin, and gets a new key pair.

To change the password, a person must enter the old password, and must have entered a code a short time ago. To change
the authenticator or the recovery sheet, a person must enter the password and a code each time. So at a computer that
the owner left unlocked, another person can change neither the authenticator nor the recovery sheet.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import pyotp
from nacl.public import PrivateKey
from nacl.utils import random

from hotline.core.actors import AccountState, Actor, SignedIn, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.keys.encrypt import KeyPair
from hotline.keys.password_queue import Entrant
from hotline.people import service_sessions, tables_accounts, tables_audit, tables_sessions
from hotline.people.encrypt import (
    PAPER_COSTS,
    digest_of,
    dummy_envelope,
    lock_key,
    new_token,
    unlock_key,
    unwrap_by_paper,
    wrap_under_paper,
    wrap_under_password,
)
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_sign_in import (
    LINK_VALIDITY,
    PAPER_CODES,
    RENEWAL_NOTICE,
    accepted_step,
    authenticator_uri,
    fingerprint_words,
    form_fault,
    group_letters,
    is_common,
    paper_code,
    password_fault,
    plain_typed,
    recovery_key,
    suggest_password,
)
from hotline.people.service_sessions import browser_entrant as entrant_of
from hotline.people.service_sessions import find_session, session_entrant
from hotline.people.service_sign_in import by_password, envelope_owner, log_own, paper_digest, prove
from hotline.people.tables_accounts import AccountCode, CodeKind, ConsoleAccount
from hotline.text.errors import DecryptionFailed
from hotline.text.languages import CODES

KEY_BYTES = 32


def reset_password(
    context: ConsoleContext,
    name: str,
    recovery_key: str,
    code: str,
    password: str,
    known: str = "",
    *,
    network: str = "",
) -> SignInRefused | None:
    """Sets a new password in place of a lost password, and ends every session of the account. Raises AccountRefused.

    Takes equally long for names with and without an account, so that a stranger does not learn if an account exists.
    """
    wrong = form_fault(password, name)
    if wrong is not None:
        raise refusal(wrong)
    wrapped = b""

    def opens(account: ConsoleAccount | None) -> bytes | None:
        nonlocal wrapped
        held = account.recovery_key if account is not None else None
        bound = envelope_owner(account.id) if account is not None else ""
        envelope = held or dummy_envelope(PAPER_COSTS)
        private_key = unwrap_by_paper(envelope, plain_typed(recovery_key), account=bound)
        # The code checks the new password only if the recovery key is right. The check for common passwords is slow,
        # and strangers can send this form.
        if private_key is not None and is_common(password, name):
            raise refusal(AccountFault.COMMON_PASSWORD)
        kept = private_key or random(KEY_BYTES)
        wrapped = wrap_under_password(kept, password, account=bound, costs=context.proofs.costs)
        return private_key

    def change(session: Session, account: ConsoleAccount, _private_key: bytes) -> None:
        account.wrapped_key = wrapped
        tables_sessions.end_sessions_of(session, account.id)
        log_own(session, context, account, "account_password_recovered")

    entrant = entrant_of(context, name, known, network)
    return prove(context, name, code, opens, change, entrant=entrant)


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """The ten codes and the recovery key of a recovery sheet. The console shows the codes and the key once, for
    printing, and never stores them.
    """

    codes: tuple[str, ...] = field(repr=False)
    key: str = field(repr=False)


def make_sheet(
    session: Session, context: ConsoleContext, account: ConsoleAccount, private_key: bytes
) -> RecoverySheet:
    """Makes and returns a new recovery sheet for an account. The account's earlier recovery sheet does not work any
    more."""
    codes = tuple(paper_code(secrets.choice) for _ in range(PAPER_CODES))
    key = recovery_key(secrets.choice)
    account.recovery_key = wrap_under_paper(
        private_key, plain_typed(key), account=envelope_owner(account.id)
    )
    tables_accounts.delete_codes(session, account.id, CodeKind.RECOVERY)
    for code in codes:
        digest = paper_digest(context, account.id, code)
        tables_accounts.add_code(session, account.id, CodeKind.RECOVERY, digest, None)
    return RecoverySheet(codes, key)


@dataclass(frozen=True, slots=True)
class NewFactor:
    """The secret of a new authenticator, before the person has entered a code from this authenticator."""

    letters: str = field(repr=False)
    uri: str = field(repr=False)
    encrypted: str = field(repr=False)
    """The encrypted secret of the authenticator, which the page sends back in a hidden field. The secret can be
    decrypted only for the same account."""


def set_language(context: ConsoleContext, signed_in: SignedIn, language: str) -> None:
    """Sets the language of an account's pages. Changes nothing if the language is unknown."""
    if language in CODES:
        with context.database.writing() as session:
            tables_accounts.get_account(
                session, signed_in.account_id, for_writing=True
            ).language = language


def fingerprint(context: ConsoleContext, token: str) -> str:
    """Returns four words that are computed from the signed-in person's key. People compare the words to check this key.
    Returns an empty text while the person's private key is locked.

    Computes the words from the private key, because an attacker who can write to the database could replace the public
    key.
    """
    key = service_sessions.key_of(context, token)
    return fingerprint_words(bytes(PrivateKey(key).public_key)) if key else ""


def change_password(
    context: ConsoleContext, token: str, old: str, new: str
) -> SignInRefused | None:
    """Sets a new password for an account, and ends the account's other sessions. Raises AccountRefused."""
    signed_in, digest = _found(context, token)
    if not signed_in.is_fresh:
        raise refusal(AccountFault.KEY_CLOSED)
    wrong = password_fault(new, signed_in.name)
    if wrong is not None:
        raise refusal(wrong)
    bound, wrapped = envelope_owner(signed_in.account_id), b""
    opens_by_old = by_password(context, old)

    def opens(account: ConsoleAccount | None) -> bytes | None:
        nonlocal wrapped
        private_key = opens_by_old(account)
        if private_key is not None:
            wrapped = wrap_under_password(
                private_key, new, account=bound, costs=context.proofs.costs
            )
        return private_key

    def change(session: Session, account: ConsoleAccount, _private_key: bytes) -> None:
        account.wrapped_key = wrapped
        tables_sessions.end_sessions_of(session, account.id, skip=digest)
        log_own(session, context, account, "account_password_changed")

    return prove(context, signed_in.name, None, opens, change, entrant=session_entrant(digest))


def new_factor(context: ConsoleContext, signed_in: SignedIn, encrypted: str = "") -> NewFactor:
    """Returns the secret for a new authenticator. Stores nothing. Raises AccountRefused.

    If `encrypted` is given, returns the secret that the page showed before and that `encrypted` contains.
    """
    secret = _opened(context, signed_in, encrypted) if encrypted else pyotp.random_base32()
    if not encrypted:
        closed = context.proofs.factors.seal(secret, account=_not_yet(signed_in))
        encrypted = base64.urlsafe_b64encode(closed).decode()
    return NewFactor(group_letters(secret, 4), authenticator_uri(secret, signed_in.name), encrypted)


def replace_factor(
    context: ConsoleContext, token: str, encrypted: str, new_code: str, password: str, code: str
) -> SignInRefused | None:
    """Replaces the authenticator of an account, and ends the account's other sessions. Raises AccountRefused.

    `code` comes from the old authenticator or the recovery sheet, and `new_code` from the new authenticator.
    """
    signed_in, digest = _found(context, token)
    secret = _opened(context, signed_in, encrypted)
    step = accepted_step(secret, new_code, context.now(), after=0)
    if step is None:
        raise refusal(AccountFault.WRONG_CODE)

    def change(session: Session, account: ConsoleAccount, _private_key: bytes) -> None:
        account.totp = context.proofs.factors.seal(secret, account=envelope_owner(account.id))
        account.totp_step, account.factor_at = step, context.now()
        tables_sessions.end_sessions_of(session, account.id, skip=digest)
        log_own(session, context, account, "account_factor_changed")

    opens = by_password(context, password)
    return prove(context, signed_in.name, code, opens, change, entrant=session_entrant(digest))


def new_paper(
    context: ConsoleContext, token: str, password: str, code: str
) -> RecoverySheet | SignInRefused:
    """Makes and returns a new recovery sheet for the signed-in person. The person's earlier recovery sheet does not
    work any more. Raises AccountRefused."""
    signed_in, digest = _found(context, token)

    def make(session: Session, account: ConsoleAccount, private_key: bytes) -> RecoverySheet:
        account.paper_at = context.now()
        log_own(session, context, account, "account_paper_made")
        return make_sheet(session, context, account, private_key)

    opens = by_password(context, password)
    return prove(context, signed_in.name, code, opens, make, entrant=session_entrant(digest))


class RenewedProofs(NamedTuple):
    """The times when an account got a new recovery sheet and a new authenticator. A time is None after the owner has
    confirmed the change.
    """

    paper_at: datetime | None
    factor_at: datetime | None


def unconfirmed_renewals(context: ConsoleContext, signed_in: SignedIn) -> RenewedProofs:
    """Returns the times when the account got a new recovery sheet and a new authenticator. A time is None if the change
    is older than seven days, or if the owner has confirmed the change.
    """
    since = context.now() - RENEWAL_NOTICE
    with context.database.reading() as session:
        account = tables_accounts.get_account(session, signed_in.account_id)
    paper_at, factor_at = (
        at if at is not None and at > since else None
        for at in (account.paper_at, account.factor_at)
    )
    return RenewedProofs(paper_at, factor_at)


def confirm_renewals(context: ConsoleContext, signed_in: SignedIn) -> None:
    """Removes the notices about a new recovery sheet and a new authenticator, because the owner confirmed both."""
    with context.database.writing() as session:
        account = tables_accounts.get_account(session, signed_in.account_id, for_writing=True)
        account.paper_at = account.factor_at = None
        log_own(session, context, account, "account_renewal_known")


def _found(context: ConsoleContext, token: str) -> tuple[SignedIn, bytes]:
    """Returns the account that has an open session with this token, and the session's digest. Raises AccountRefused."""
    signed_in, digest = find_session(context, token), digest_of(token)
    if signed_in is None or digest is None:
        raise refusal(AccountFault.KEY_CLOSED)
    return signed_in, digest


def _not_yet(signed_in: SignedIn) -> str:
    return f"{envelope_owner(signed_in.account_id)} not yet"


def _opened(context: ConsoleContext, signed_in: SignedIn, encrypted: str) -> str:
    try:
        return context.proofs.factors.open(
            base64.urlsafe_b64decode(encrypted), account=_not_yet(signed_in)
        )
    except (binascii.Error, ValueError, DecryptionFailed):
        raise refusal(AccountFault.STEP_MISSING) from None


class WelcomeStep(StrEnum):
    PASSWORD = "password"
    FACTOR = "factor"
    PAPER = "paper"
    ELSEWHERE = "elsewhere"
    """The person chose the new account's password in another browser, and can continue here with this password."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The content of the page that opens from the link of a new account."""

    name: str
    """The account's name, with which password managers store the password (see `ConsoleAccount.label`)."""
    language: str
    step: WelcomeStep
    suggestion: str = field(repr=False)
    """A password that is easy to type, which the page suggests. The suggested password is different each time the page
    is loaded."""
    letters: str = field(default="", repr=False)
    """The secret of the authenticator as text, for people who cannot scan the QR code."""
    uri: str = field(default="", repr=False)
    """The content of the QR code for the authenticator."""
    browser: str = field(default="", repr=False)
    """The new token that the browser needs for the next steps. The text is empty if the finished step made no token."""


def current_step(context: ConsoleContext, link: str, browser: str = "") -> Welcome | None:
    """Returns the next step of an account's setup in this browser. Returns None if the link is unknown, used or
    expired.
    """
    digest = digest_of(link)
    if digest is None:
        return None
    with context.database.reading() as session:
        row = tables_accounts.usable_link(session, digest, context.now())
        if row is None:
            return None
        return _shown(context, row, tables_accounts.get_account(session, row.account_id), browser)


def choose_password(
    context: ConsoleContext, link: str, password: str, browser: str = ""
) -> Welcome:
    """Carries out the first step: makes the account's key pair, and encrypts the private key with the password.

    In the same browser, the person may choose a password again. Raises AccountRefused.
    """
    welcome = current_step(context, link, browser)
    if welcome is None:
        raise refusal(AccountFault.LINK_OVER)
    if welcome.step is WelcomeStep.ELSEWHERE:
        raise refusal(AccountFault.LINK_ELSEWHERE)
    wrong = password_fault(password, welcome.name)
    if wrong is not None:
        raise refusal(wrong)
    with context.database.reading() as session:
        bound, pair = envelope_owner(_row(session, context, link).account_id), KeyPair.new()
    with context.proofs.stretching.turn(Entrant(known=f"link {bound}")) as turn:
        if not turn.is_given:
            raise refusal(AccountFault.BUSY)
        costs = context.proofs.costs
        wrapped = wrap_under_password(pair.private, password, account=bound, costs=costs)

    with context.database.writing() as session:
        row, account = _taken(session, context, link, browser)
        account.public_key, account.wrapped_key = pair.public, wrapped
        account.totp = context.proofs.factors.seal(pyotp.random_base32(), account=bound)
        account.totp_step, account.recovery_key = 0, None
        row.expires_at = context.now() + LINK_VALIDITY
        return _in_this_browser(session, context, row, account, pair.private)


def continue_in_this_browser(
    context: ConsoleContext, link: str, password: str
) -> Welcome | SignInRefused:
    """Continues an account's setup in this browser, with the password that the person chose in another browser. The
    other browser cannot continue any more, and a recovery sheet that it showed becomes invalid.

    Raises AccountRefused.
    """
    with context.database.reading() as session:
        row = _row(session, context, link)
        account = tables_accounts.get_account(session, row.account_id)
    if row.locked_key is None:
        raise refusal(AccountFault.STEP_MISSING)

    def take_over(session: Session, account: ConsoleAccount, private_key: bytes) -> Welcome:
        account.recovery_key = None
        tables_accounts.delete_codes(session, account.id, CodeKind.RECOVERY)
        return _in_this_browser(
            session, context, _row(session, context, link), account, private_key
        )

    return prove(
        context,
        account.name,
        None,
        by_password(context, password),
        take_over,
        entrant=Entrant(known=f"link {envelope_owner(account.id)}"),
        may=lambda _context, account: account.state == AccountState.INVITED,
    )


def prove_code(context: ConsoleContext, link: str, code: str, browser: str) -> Welcome:
    """Carries out the second step: checks a code from the new authenticator. Raises AccountRefused."""
    with context.database.writing() as session:
        row, account = _taken(session, context, link, browser)
        if account.totp is None or row.locked_key is None:
            raise refusal(AccountFault.STEP_MISSING)
        secret = context.proofs.factors.open(account.totp, account=envelope_owner(account.id))
        step = accepted_step(secret, code, context.now(), after=account.totp_step)
        if step is None:
            raise refusal(AccountFault.WRONG_CODE)
        account.totp_step = step
        session.flush()
        return _shown(context, row, account, browser)


def new_sheet(context: ConsoleContext, link: str, browser: str) -> RecoverySheet:
    """Carries out the third step: makes a recovery sheet for printing. Each call makes a new recovery sheet, which
    replaces the earlier sheet.

    Raises AccountRefused.
    """
    with context.database.writing() as session:
        row, account = _taken(session, context, link, browser)
        private_key = _waiting_key(row, browser)
        if private_key is None or not account.totp_step:
            raise refusal(AccountFault.STEP_MISSING)
        return make_sheet(session, context, account, private_key)


def finish(context: ConsoleContext, link: str, browser: str) -> str:
    """Makes a new account active after the last step, and returns the account's name. Only the browser with the newest
    token can make the account active.

    Raises AccountRefused.
    """
    with context.database.writing() as session:
        row, account = _taken(session, context, link, browser)
        if row.locked_key is None or not account.totp_step or account.recovery_key is None:
            raise refusal(AccountFault.STEP_MISSING)
        row.used_at, row.locked_key = context.now(), None
        account.state = AccountState.ACTIVE
        tables_audit.append_command(
            session,
            Actor(account.shown, account.id),
            context.now(),
            "account_taken_up",
            f"account {account.label}",
        )
        return account.label


def _shown(
    context: ConsoleContext, row: AccountCode, account: ConsoleAccount, browser: str, made: str = ""
) -> Welcome:
    step = WelcomeStep.PASSWORD
    letters = uri = ""
    if row.locked_key is not None and account.totp is not None:
        step = WelcomeStep.PAPER if account.totp_step else WelcomeStep.FACTOR
        if _waiting_key(row, browser) is None:
            step = WelcomeStep.ELSEWHERE
    if step is WelcomeStep.FACTOR and account.totp is not None:
        secret = context.proofs.factors.open(account.totp, account=envelope_owner(account.id))
        letters, uri = group_letters(secret, 4), authenticator_uri(secret, account.label)
    suggestion = suggest_password(secrets.choice)
    return Welcome(account.label, account.language, step, suggestion, letters, uri, made)


def _in_this_browser(
    session: Session,
    context: ConsoleContext,
    row: AccountCode,
    account: ConsoleAccount,
    private_key: bytes,
) -> Welcome:
    """Stores a new account's private key, encrypted with a new token that only this browser gets."""
    token = new_token()
    row.locked_key = lock_key(token, private_key, account=envelope_owner(account.id))
    session.flush()
    return _shown(context, row, account, token, made=token)


def _taken(
    session: Session, context: ConsoleContext, link: str, browser: str
) -> tuple[AccountCode, ConsoleAccount]:
    """Returns the row of the link and the row of its account, both locked for writing.

    Raises AccountRefused if the link is not valid, or if the browser does not have the newest token.
    """
    row = _row(session, context, link, for_writing=True)
    account = tables_accounts.get_account(session, row.account_id, for_writing=True)
    if account.state != AccountState.INVITED:
        raise refusal(AccountFault.LINK_OVER)
    if row.locked_key is not None and _waiting_key(row, browser) is None:
        raise refusal(AccountFault.LINK_ELSEWHERE)
    return row, account


def _row(
    session: Session, context: ConsoleContext, link: str, *, for_writing: bool = False
) -> AccountCode:
    digest = digest_of(link)
    row = digest and tables_accounts.usable_link(
        session, digest, context.now(), for_writing=for_writing
    )
    if not row:
        raise refusal(AccountFault.LINK_OVER)
    return row


def _waiting_key(row: AccountCode, browser: str) -> bytes | None:
    """Returns a new account's private key, which the link's row stores in encrypted form until the account is set up.
    Returns None if `browser` is not the right token for decrypting the key.
    """
    if row.locked_key is None:
        return None
    return unlock_key(browser, row.locked_key, account=envelope_owner(row.account_id))
