"""Lets people change their own accounts: language, password, second factor and recovery sheet.

To change the password, a person needs the old password and a recent second factor. To change the authenticator or the
sheet, a person needs the password and a code each time. So another person at an unlocked screen cannot make lasting
changes.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from nacl.public import PrivateKey

from hotline.core.actors import SignedIn, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.errors import DecryptionFailed
from hotline.people import service_sessions, tables_accounts, tables_sessions
from hotline.people.encrypt_account_keys import wrap_under_password
from hotline.people.encrypt_tokens import digest_of
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_passwords import fingerprint_words, password_fault
from hotline.people.rules_second_factor import (
    RENEWAL_NOTICE,
    accepted_step,
    authenticator_uri,
    group_letters,
)
from hotline.people.service_recovery import RecoverySheet, make_sheet
from hotline.people.service_sessions import find_session, session_entrant
from hotline.people.service_sign_in import by_password, envelope_owner, log_own, prove
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.languages import CODES


@dataclass(frozen=True, slots=True)
class NewFactor:
    """The secret of an authenticator that does not count yet."""

    letters: str = field(repr=False)
    uri: str = field(repr=False)
    encrypted: str = field(repr=False)
    """The encrypted secret, for a hidden field of a form. Only this account can decrypt it."""


def set_language(context: ConsoleContext, signed_in: SignedIn, language: str) -> None:
    """Sets the language in which the account sees pages. An unknown language changes nothing."""
    if language in CODES:
        with context.database.writing() as session:
            tables_accounts.get_account(
                session, signed_in.account_id, for_writing=True
            ).language = language


def fingerprint(context: ConsoleContext, token: str) -> str:
    """Returns the four words of the person's own key. Returns an empty text while it is locked.

    Computes them from the private key, since a person who writes the database can replace the public one.
    """
    key = service_sessions.key_of(context, token)
    return fingerprint_words(bytes(PrivateKey(key).public_key)) if key else ""


def change_password(
    context: ConsoleContext, token: str, old: str, new: str
) -> SignInRefused | None:
    """Sets a new password, and ends every other session of the account. Raises AccountRefused."""
    signed_in, digest = _here(context, token)
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
        tables_sessions.end_sessions_of(session, account.id, but=digest)
        log_own(session, context, account, "account_password_changed")

    return prove(context, signed_in.name, None, opens, change, entrant=session_entrant(digest))


def new_factor(context: ConsoleContext, signed_in: SignedIn, encrypted: str = "") -> NewFactor:
    """Returns the secret for a new authenticator. Stores nothing. Raises AccountRefused.

    If the page is shown again, `encrypted` contains the secret that it showed before.
    """
    secret = _opened(context, signed_in, encrypted) if encrypted else pyotp.random_base32()
    if not encrypted:
        closed = context.proofs.factors.seal(secret, account=_not_yet(signed_in))
        encrypted = base64.urlsafe_b64encode(closed).decode()
    return NewFactor(group_letters(secret, 4), authenticator_uri(secret, signed_in.name), encrypted)


def replace_factor(
    context: ConsoleContext, token: str, encrypted: str, new_code: str, password: str, code: str
) -> SignInRefused | None:
    """Replaces the authenticator, and ends every other session of the account. Raises AccountRefused.

    `code` comes from the old authenticator or from the recovery sheet.
    """
    signed_in, digest = _here(context, token)
    secret = _opened(context, signed_in, encrypted)
    step = accepted_step(secret, new_code, context.now(), after=0)
    if step is None:
        raise refusal(AccountFault.WRONG_CODE)

    def change(session: Session, account: ConsoleAccount, _private_key: bytes) -> None:
        account.totp = context.proofs.factors.seal(secret, account=envelope_owner(account.id))
        account.totp_step, account.factor_at = step, context.now()
        tables_sessions.end_sessions_of(session, account.id, but=digest)
        log_own(session, context, account, "account_factor_changed")

    opens = by_password(context, password)
    return prove(context, signed_in.name, code, opens, change, entrant=session_entrant(digest))


def new_paper(
    context: ConsoleContext, token: str, password: str, code: str
) -> RecoverySheet | SignInRefused:
    """Makes a new recovery sheet. The earlier sheet does not work any more. Raises AccountRefused."""
    signed_in, digest = _here(context, token)

    def make(session: Session, account: ConsoleAccount, private_key: bytes) -> RecoverySheet:
        account.paper_at = context.now()
        log_own(session, context, account, "account_paper_made")
        return make_sheet(session, context, account, private_key)

    opens = by_password(context, password)
    return prove(context, signed_in.name, code, opens, make, entrant=session_entrant(digest))


@dataclass(frozen=True, slots=True)
class RenewedProofs:
    """The times when a new sheet and a new authenticator were made, if the person has not confirmed them."""

    paper_at: datetime | None
    factor_at: datetime | None


def unconfirmed_renewals(context: ConsoleContext, signed_in: SignedIn) -> RenewedProofs:
    """Returns the new sheet and authenticator of the last seven days, if the person has not confirmed them."""
    since = context.now() - RENEWAL_NOTICE
    with context.database.reading() as session:
        account = tables_accounts.get_account(session, signed_in.account_id)
    paper_at, factor_at = (
        at if at is not None and at > since else None
        for at in (account.paper_at, account.factor_at)
    )
    return RenewedProofs(paper_at, factor_at)


def confirm_renewals(context: ConsoleContext, signed_in: SignedIn) -> None:
    """Removes the notices about a new sheet and a new authenticator, because the person has confirmed them."""
    with context.database.writing() as session:
        account = tables_accounts.get_account(session, signed_in.account_id, for_writing=True)
        account.paper_at = account.factor_at = None
        log_own(session, context, account, "account_renewal_known")


def _here(context: ConsoleContext, token: str) -> tuple[SignedIn, bytes]:
    """Returns the person who is signed in, and the digest of the session. Raises AccountRefused."""
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
