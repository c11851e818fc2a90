"""Lets a person change their own account: language, password, second factor and recovery sheet.

A new password needs a session with a fresh factor, and the old password. A new factor or sheet needs the password and a
code each time. An open screen is not enough for lasting changes.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime

import pyotp

from hotline.core.actors import Refused, SignedIn
from hotline.core.context import ConsoleKit
from hotline.core.database import Session
from hotline.errors import SealBroken
from hotline.people import tables_accounts, tables_sessions
from hotline.people.encrypt_account_keys import wrap_under_password
from hotline.people.encrypt_tokens import digest_of
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_passwords import four_words, password_fault
from hotline.people.rules_second_factor import (
    RENEWAL_TOLD,
    accepted_step,
    authenticator_uri,
    grouped,
)
from hotline.people.service_recovery import RecoverySheet, make_sheet
from hotline.people.service_sessions import entrant_of, look
from hotline.people.service_sign_in import by_password, log_own, owner, prove
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.languages import CODES


@dataclass(frozen=True, slots=True)
class NewFactor:
    """An authenticator's secret that is not in use yet."""

    letters: str = field(repr=False)
    uri: str = field(repr=False)
    sealed: str = field(repr=False)
    """The secret, sealed for a hidden field. Only this account can decrypt it."""


def set_language(kit: ConsoleKit, signed_in: SignedIn, language: str) -> None:
    """Sets the language of the account's pages. An unknown language changes nothing."""
    if language in CODES:
        with kit.database.writing() as session:
            tables_accounts.one(session, signed_in.account_id, for_writing=True).language = language


def fingerprint(kit: ConsoleKit, signed_in: SignedIn) -> str:
    """Returns the four words of the account's public key. Returns an empty text if it has none."""
    with kit.database.reading() as session:
        public_key = tables_accounts.one(session, signed_in.account_id).public_key
    return four_words(public_key) if public_key else ""


def change_password(kit: ConsoleKit, token: str, old: str, new: str) -> Refused | None:
    """Sets a new password and ends every other session. Raises AccountRefused."""
    signed_in, digest = _here(kit, token)
    if not signed_in.is_fresh:
        raise refusal(AccountFault.KEY_CLOSED)
    wrong = password_fault(new, signed_in.name)
    if wrong is not None:
        raise refusal(wrong)
    bound, wrapped = owner(signed_in.account_id), b""
    opens_by_old = by_password(kit, old)

    def opens(account: ConsoleAccount | None) -> bytes | None:
        nonlocal wrapped
        private_key = opens_by_old(account)
        if private_key is not None:
            wrapped = wrap_under_password(private_key, new, account=bound, costs=kit.proofs.costs)
        return private_key

    def change(session: Session, account: ConsoleAccount, _private_key: bytes) -> None:
        account.wrapped_key = wrapped
        tables_sessions.end_of(session, account.id, but=digest)
        log_own(session, kit, account, "account_password_changed")

    return prove(kit, signed_in.name, None, opens, change, entrant=entrant_of(digest))


def new_factor(kit: ConsoleKit, signed_in: SignedIn, sealed: str = "") -> NewFactor:
    """Returns a secret for another authenticator. Stores nothing. Raises AccountRefused.

    A page that is shown again gets the secret in `sealed`.
    """
    secret = _opened(kit, signed_in, sealed) if sealed else pyotp.random_base32()
    if not sealed:
        closed = kit.proofs.factors.seal(secret, account=_not_yet(signed_in))
        sealed = base64.urlsafe_b64encode(closed).decode()
    return NewFactor(grouped(secret, 4), authenticator_uri(secret, signed_in.name), sealed)


def take_factor(
    kit: ConsoleKit, token: str, sealed: str, new_code: str, password: str, code: str
) -> Refused | None:
    """Replaces the authenticator and ends every other session. Raises AccountRefused.

    `code` is a code of the old authenticator or one from the sheet.
    """
    signed_in, digest = _here(kit, token)
    secret = _opened(kit, signed_in, sealed)
    step = accepted_step(secret, new_code, kit.now(), after=0)
    if step is None:
        raise refusal(AccountFault.WRONG_CODE)

    def change(session: Session, account: ConsoleAccount, _private_key: bytes) -> None:
        account.totp = kit.proofs.factors.seal(secret, account=owner(account.id))
        account.totp_step, account.factor_at = step, kit.now()
        tables_sessions.end_of(session, account.id, but=digest)
        log_own(session, kit, account, "account_factor_changed")

    opens = by_password(kit, password)
    return prove(kit, signed_in.name, code, opens, change, entrant=entrant_of(digest))


def new_paper(kit: ConsoleKit, token: str, password: str, code: str) -> RecoverySheet | Refused:
    """Makes a new recovery sheet, and invalidates the previous one. Raises AccountRefused."""
    signed_in, digest = _here(kit, token)

    def make(session: Session, account: ConsoleAccount, private_key: bytes) -> RecoverySheet:
        account.paper_at = kit.now()
        log_own(session, kit, account, "account_paper_made")
        return make_sheet(session, kit, account, private_key)

    opens = by_password(kit, password)
    return prove(kit, signed_in.name, code, opens, make, entrant=entrant_of(digest))


@dataclass(frozen=True, slots=True)
class Renewed:
    """Times of a new sheet and a new authenticator that the person has not confirmed yet."""

    paper_at: datetime | None
    factor_at: datetime | None


def renewed(kit: ConsoleKit, signed_in: SignedIn) -> Renewed:
    """Returns the changes of the last seven days that the person has not confirmed."""
    since = kit.now() - RENEWAL_TOLD
    with kit.database.reading() as session:
        account = tables_accounts.one(session, signed_in.account_id)
    paper_at, factor_at = (
        at if at is not None and at > since else None
        for at in (account.paper_at, account.factor_at)
    )
    return Renewed(paper_at, factor_at)


def know(kit: ConsoleKit, signed_in: SignedIn) -> None:
    """Removes the notices about a new sheet and a new authenticator, after the person confirmed the changes."""
    with kit.database.writing() as session:
        account = tables_accounts.one(session, signed_in.account_id, for_writing=True)
        account.paper_at = account.factor_at = None
        log_own(session, kit, account, "account_renewal_known")


def _here(kit: ConsoleKit, token: str) -> tuple[SignedIn, bytes]:
    """Returns the signed-in person, and the digest of their session. Raises AccountRefused."""
    signed_in, digest = look(kit, token), digest_of(token)
    if signed_in is None or digest is None:
        raise refusal(AccountFault.KEY_CLOSED)
    return signed_in, digest


def _not_yet(signed_in: SignedIn) -> str:
    return f"{owner(signed_in.account_id)} not yet"


def _opened(kit: ConsoleKit, signed_in: SignedIn, sealed: str) -> str:
    try:
        return kit.proofs.factors.open(
            base64.urlsafe_b64decode(sealed), account=_not_yet(signed_in)
        )
    except (binascii.Error, ValueError, SealBroken):
        raise refusal(AccountFault.STEP_MISSING) from None
