"""Sets up a new account by its link in three steps: a password, an authenticator and a recovery sheet.

After the last step the account is active. The database stores each step, so that a reloaded page continues at the same
step. With the link alone, a person can take only the first step. The first step makes a token for this browser, and
encrypts the new private key with it. So another person who has the link cannot see the authenticator's secret or the
sheet. With the password, the person can continue in another browser.
"""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

import pyotp

from hotline.core.actors import AccountState, Actor, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.keys.encrypt import KeyPair
from hotline.keys.password_queue import Entrant
from hotline.people import tables_accounts, tables_audit
from hotline.people.encrypt_account_keys import wrap_under_password
from hotline.people.encrypt_tokens import digest_of, lock_key, new_token, unlock_key
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.rules_passwords import password_fault, suggest_password
from hotline.people.rules_second_factor import (
    LINK_VALIDITY,
    accepted_step,
    authenticator_uri,
    group_letters,
)
from hotline.people.service_recovery import RecoverySheet, make_sheet
from hotline.people.service_sign_in import by_password, envelope_owner, prove
from hotline.people.tables_accounts import AccountCode, CodeKind, ConsoleAccount


class WelcomeStep(StrEnum):
    PASSWORD = "password"
    FACTOR = "factor"
    PAPER = "paper"
    ELSEWHERE = "elsewhere"
    """The password was chosen in another browser. With this password the person can continue here."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The content of the page that a link shows."""

    name: str
    """The name of the person, or the sign-in name if it differs. Password managers store it."""
    language: str
    step: WelcomeStep
    suggestion: str = field(repr=False)
    """A password that the page suggests. It is easy to type. Each time the page is loaded, it suggests another
    password.
    """
    letters: str = field(default="", repr=False)
    """The secret of the authenticator as text, for people who cannot scan the QR code."""
    uri: str = field(default="", repr=False)
    """The content of the QR code."""
    browser: str = field(default="", repr=False)
    """The token that this browser needs for the later steps. Empty if this step made no token."""


def current_step(context: ConsoleContext, link: str, browser: str = "") -> Welcome | None:
    """Returns the step at which this browser continues. Returns None for an unknown, used or expired link."""
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
    """Takes the first step: makes a key pair, and encrypts the private key with the password.

    The same browser may repeat this step. Raises AccountRefused.
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


def continue_here(context: ConsoleContext, link: str, password: str) -> Welcome | SignInRefused:
    """Continues in this browser with the password that was chosen in another browser. After that, the other browser
    cannot continue.

    If the other browser showed a sheet, that sheet is invalid, and this browser shows a new sheet. Raises
    AccountRefused.
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
        may=_is_invited,
    )


def prove_code(context: ConsoleContext, link: str, code: str, browser: str) -> Welcome:
    """Takes the second step: checks a code of the authenticator. Raises AccountRefused."""
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
    """Takes the third step: returns codes and a recovery key for printing. Each call makes a new sheet, which replaces
    the earlier sheet.

    Raises AccountRefused.
    """
    with context.database.writing() as session:
        row, account = _taken(session, context, link, browser)
        private_key = _waiting_key(row, browser)
        if private_key is None or not account.totp_step:
            raise refusal(AccountFault.STEP_MISSING)
        return make_sheet(session, context, account, private_key)


def finish(context: ConsoleContext, link: str, browser: str) -> str:
    """Makes the account active, and returns its label. Only the browser that showed the last sheet can do this.

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
    """Encrypts the private key with a new token, which only this browser gets."""
    token = new_token()
    row.locked_key = lock_key(token, private_key, account=envelope_owner(account.id))
    session.flush()
    return _shown(context, row, account, token, made=token)


def _is_invited(_context: ConsoleContext, account: ConsoleAccount) -> bool:
    return account.state == AccountState.INVITED


def _taken(
    session: Session, context: ConsoleContext, link: str, browser: str
) -> tuple[AccountCode, ConsoleAccount]:
    """Returns the link and its account, both locked for writing.

    Raises AccountRefused, also if another browser has the token."""
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
    """Returns the private key that the link's row stores until the account is set up. Returns None if the browser does
    not have the right token.
    """
    if row.locked_key is None:
        return None
    return unlock_key(browser, row.locked_key, account=envelope_owner(row.account_id))
