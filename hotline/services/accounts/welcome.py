"""Taking up an account by its link: a password, an authenticator, a sheet on paper. Nothing is active before the last.

Each step is a row's own state, so that a page that is loaded again goes on where it was. The new private half waits
locked under the link, until the sheet was made and its person says that she has it.
"""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

import pyotp

from hotline.domain.accounts.account import AccountState, Actor
from hotline.domain.accounts.entering import LINK_LIVES
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.domain.accounts.passwords import password_fault, suggested
from hotline.domain.accounts.second_factor import accepted_step, authenticator_uri, grouped
from hotline.ports import ConsoleKit
from hotline.sealing.accounts.account_keys import new_account_key, wrap_under_password
from hotline.sealing.accounts.stretch_queue import Entrant
from hotline.sealing.accounts.tokens import digest_of, lock_key, unlock_key
from hotline.services.accounts.proving import owner
from hotline.services.accounts.recovery_sheet import RecoverySheet, make_sheet
from hotline.store.accounts import accounts
from hotline.store.accounts.accounts import AccountCode, ConsoleAccount
from hotline.store.database import Session
from hotline.store.desk import audit


class WelcomeStep(StrEnum):
    PASSWORD = "password"
    FACTOR = "factor"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the page of a link shows."""

    name: str
    language: str
    step: WelcomeStep
    suggestion: str = field(repr=False)
    """A password that is easy to type; another at each look."""
    letters: str = field(default="", repr=False)
    """The authenticator's secret, for who cannot take the picture."""
    uri: str = field(default="", repr=False)
    """What the picture says."""


def begin(kit: ConsoleKit, link: str) -> Welcome | None:
    """Where its person stands; None for a link that is unknown, used or over."""
    digest = digest_of(link)
    if digest is None:
        return None
    with kit.database.reading() as session:
        row = accounts.link(session, digest, kit.now())
        return None if row is None else _shown(kit, row, accounts.one(session, row.account_id))


def choose_password(kit: ConsoleKit, link: str, password: str) -> Welcome:
    """The first step: a key pair is made, and wrapped under the password. Said again, it begins anew.

    Raises AccountRefused.
    """
    welcome = begin(kit, link)
    if welcome is None:
        raise refusal(AccountFault.LINK_OVER)
    wrong = password_fault(password, welcome.name)
    if wrong is not None:
        raise refusal(wrong)
    pair, bound = new_account_key(), owner(_account_id(kit, link))
    with kit.proofs.stretching.turn(Entrant(known=f"link {bound}")) as turn:
        if not turn.is_given:
            raise refusal(AccountFault.BUSY)
        wrapped = wrap_under_password(
            pair.private_key, password, account=bound, costs=kit.proofs.costs
        )

    with kit.database.writing() as session:
        row, account = _taken(session, kit, link)
        account.public_key, account.wrapped_key = pair.public_key, wrapped
        account.totp = kit.proofs.factors.seal(pyotp.random_base32(), account=bound)
        account.totp_step, account.recovery_key = 0, None
        row.locked_key = lock_key(link, pair.private_key, account=bound)
        row.expires_at = kit.now() + LINK_LIVES
        session.flush()
        return _shown(kit, row, account)


def prove_code(kit: ConsoleKit, link: str, code: str) -> Welcome:
    """The second step: a code of the authenticator. Raises AccountRefused."""
    with kit.database.writing() as session:
        row, account = _taken(session, kit, link)
        if account.totp is None or row.locked_key is None:
            raise refusal(AccountFault.STEP_MISSING)
        secret = kit.proofs.factors.open(account.totp, account=owner(account.id))
        step = accepted_step(secret, code, kit.now(), after=account.totp_step)
        if step is None:
            raise refusal(AccountFault.WRONG_CODE)
        account.totp_step = step
        session.flush()
        return _shown(kit, row, account)


def paper(kit: ConsoleKit, link: str) -> RecoverySheet:
    """The third step: codes and a key to print. Said again, a new sheet takes the place of the one before.

    Raises AccountRefused.
    """
    with kit.database.writing() as session:
        row, account = _taken(session, kit, link)
        private_key = _waiting_key(row, account, link)
        if private_key is None or not account.totp_step:
            raise refusal(AccountFault.STEP_MISSING)
        return make_sheet(session, kit, account, private_key)


def finish(kit: ConsoleKit, link: str) -> str:
    """The account is active from now on; its name. Raises AccountRefused."""
    with kit.database.writing() as session:
        row, account = _taken(session, kit, link)
        if row.locked_key is None or not account.totp_step or account.recovery_key is None:
            raise refusal(AccountFault.STEP_MISSING)
        row.used_at, row.locked_key = kit.now(), None
        account.state = AccountState.ACTIVE
        audit.sign(
            session,
            Actor(account.shown, account.id),
            at=kit.now(),
            action="account_taken_up",
            subject=f"account {account.shown}",
        )
        return account.shown


def _shown(kit: ConsoleKit, row: AccountCode, account: ConsoleAccount) -> Welcome:
    step = WelcomeStep.PASSWORD
    letters = uri = ""
    if row.locked_key is not None and account.totp is not None:
        step = WelcomeStep.PAPER if account.totp_step else WelcomeStep.FACTOR
    if step is WelcomeStep.FACTOR and account.totp is not None:
        secret = kit.proofs.factors.open(account.totp, account=owner(account.id))
        letters, uri = grouped(secret, 4), authenticator_uri(secret, account.shown)
    suggestion = suggested(secrets.choice)
    return Welcome(account.shown, account.language, step, suggestion, letters, uri)


def _account_id(kit: ConsoleKit, link: str) -> int:
    with kit.database.reading() as session:
        return _row(session, kit, link).account_id


def _taken(session: Session, kit: ConsoleKit, link: str) -> tuple[AccountCode, ConsoleAccount]:
    """A link and its account, held for writing. Raises AccountRefused."""
    row = _row(session, kit, link, for_writing=True)
    account = accounts.one(session, row.account_id, for_writing=True)
    if account.state != AccountState.INVITED:
        raise refusal(AccountFault.LINK_OVER)
    return row, account


def _row(session: Session, kit: ConsoleKit, link: str, *, for_writing: bool = False) -> AccountCode:
    digest = digest_of(link)
    row = digest and accounts.link(session, digest, kit.now(), for_writing=for_writing)
    if not row:
        raise refusal(AccountFault.LINK_OVER)
    return row


def _waiting_key(row: AccountCode, account: ConsoleAccount, link: str) -> bytes | None:
    if row.locked_key is None:
        return None
    return unlock_key(link, row.locked_key, account=owner(account.id))
