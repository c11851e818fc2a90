"""Checks a person's password and code at a sign-in. The hotline accepts each code only once, and each failure delays
the next attempt.

An attempt with an unknown name takes the same time as an attempt with the name of an account. So a stranger cannot find
out which accounts exist.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.core.actors import AccountState, Actor, SignInRefused, account_name_key
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.keys.password_queue import Entrant
from hotline.people import tables_accounts, tables_audit, tables_sessions
from hotline.people.encrypt import dummy_envelope, unwrap_by_password
from hotline.people.rules_sign_in import (
    FORGET_AFTER,
    accepted_step,
    is_logged,
    is_paper_code,
    plain_typed,
    seconds_left,
    wait_after,
)
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.errors import DecryptionFailed, StoreUnavailable

T = TypeVar("T")

Decrypts = Callable[[ConsoleAccount | None], bytes | None]
"""A function that decrypts an account's private key with a secret that the person typed. Returns None if the secret is
wrong, or if the account does not exist.
"""
SignedInAction = Callable[[Session, ConsoleAccount, bytes], T]
"""A function that runs if the password and the code are right, in the transaction that accepts the code."""

NO_ACCOUNT = "names without an account"
DUMMY_SECRET = "A" * 32


def envelope_owner(account_id: int) -> str:
    """Returns the text that identifies an account in the encryption of the account's secrets. A secret that was
    encrypted with this text cannot be decrypted as the secret of another account.
    """
    return f"account:{account_id}"


def log_own(
    session: Session, context: ConsoleContext, account: ConsoleAccount, action: str
) -> None:
    """Adds a row to the audit log: an account's owner changed their own account."""
    actor = tables_audit.by_actor(Actor(account.shown, account.id))
    tables_audit.append_row(session, context.now(), actor, action)


def may_sign_in(context: ConsoleContext, account: ConsoleAccount) -> bool:
    """Returns True if the account may sign in now."""
    states = sign_in_states(is_emulated=context.is_emulated)
    return account.state in states and not account.is_suspended(context.now())


def sign_in_states(*, is_emulated: bool) -> tuple[AccountState, ...]:
    """Returns the states in which an account may sign in.

    Demo accounts may sign in only if the gateway is the emulator.
    """
    return (AccountState.ACTIVE, AccountState.DEMO) if is_emulated else (AccountState.ACTIVE,)


def by_password(context: ConsoleContext, password: str) -> Decrypts:
    def opens(account: ConsoleAccount | None) -> bytes | None:
        wrapped = account.wrapped_key if account is not None else None
        bound = envelope_owner(account.id) if account is not None else ""
        return unwrap_by_password(
            wrapped or dummy_envelope(context.proofs.costs), password, account=bound
        )

    return opens


def prove(
    context: ConsoleContext,
    name: str,
    code: str | None,
    decrypts: Decrypts,
    then: SignedInAction[T],
    *,
    entrant: Entrant,
    may: Callable[[ConsoleContext, ConsoleAccount], bool] = may_sign_in,
) -> T | SignInRefused:
    """Checks the typed secret and the code, and runs `then` if both are right. Stores the changes that `then` makes in
    the same transaction as the use of the code.

    Counts each attempt as failed before checking it, so that a crash loses no failed attempt. A failed attempt delays
    only further attempts with the same name from the same session or browser. `code` is None if the session needs no
    new code, because the person entered a code a short time ago. `may` returns True if the account's state allows the
    action `then`.
    """
    with context.proofs.stretching.turn(entrant) as turn:
        if not turn.is_given:
            if turn.is_alarm:
                with suppress(StoreUnavailable):
                    service.raise_alarm(context, Alarm.SIGN_IN_QUEUE)
            return SignInRefused(turn.wait_seconds, is_busy=True)
        entered = account_name_key(name)
        name_key = context.proofs.factors.digest("name", f"{entered}\0{entrant.known}")
        waits = _count(context, name_key)
        if waits:
            return SignInRefused(waits)
        with context.database.reading() as session:
            account = tables_accounts.find_account(session, entered)
        if account is not None and not may(context, account):
            account = None
        private_key = decrypts(account)
    step = None if code is None else _right_step(context, account, code)

    with context.database.writing() as session:
        now = tables_accounts.find_account(session, entered, for_writing=True)
        if (
            now is None
            or private_key is None
            or not _is_unchanged(now, account)
            or not (code is None or _use(session, context, now, code, step))
        ):
            _note_failure(session, context, entered, now)
            return SignInRefused(
                seconds_left(tables_sessions.next_attempt_at(session, name_key), context.now())
            )
        tables_sessions.delete_name(session, name_key)
        return then(session, now, private_key)


def _count(context: ConsoleContext, name_key: bytes) -> int:
    """Counts a sign-in attempt with a name, before the console checks the password.

    If the attempt comes too early, does not count it, and returns the seconds that the person must wait.
    """
    at = context.now()
    with context.database.reading() as session:
        # The code reads the waiting time before it writes to the database, because SQLite allows only one writer at a
        # time. If the code wrote at each attempt, a stranger who repeats attempts could make callers wait.
        left = seconds_left(tables_sessions.next_attempt_at(session, name_key), at)
    if left:
        return left
    with context.database.writing() as session:
        tried = tables_sessions.locked_name(session, name_key, at)
        left = seconds_left(tried.next_try_at, at)
        if left:
            return left
        tried.failures = 1 + (tried.failures if at - tried.last_at < FORGET_AFTER else 0)
        tried.last_at, wait = at, wait_after(tried.failures)
        tried.next_try_at = at + wait if wait else None
    return 0


def _note_failure(
    session: Session, context: ConsoleContext, entered: str, account: ConsoleAccount | None
) -> None:
    """Counts a failed sign-in for the alarm about failed sign-ins, and writes some of these failures to the audit log.
    The row of the audit log names the account only if the account may sign in.
    """
    at, is_known = context.now(), account is not None and may_sign_in(context, account)
    name_key = context.proofs.factors.digest("failed", entered)
    number = tables_sessions.note_failure(
        session, name_key, at, at - FORGET_AFTER, is_known=is_known
    )
    if not is_logged(number):
        return
    tables_audit.append_row(
        session,
        at,
        "console",
        "account_entry_failed",
        f"account {account.label}" if account is not None and is_known else NO_ACCOUNT,
        f"{number} within an hour",
    )


def _is_unchanged(now: ConsoleAccount, account: ConsoleAccount | None) -> bool:
    """Returns True if the account's state and secrets did not change while the console checked the password."""
    return account is not None and (now.state, now.wrapped_key, now.totp, now.recovery_key) == (
        account.state,
        account.wrapped_key,
        account.totp,
        account.recovery_key,
    )


def _right_step(context: ConsoleContext, account: ConsoleAccount | None, code: str) -> int | None:
    """Returns the time step of an authenticator code, or None if the code is wrong. If the account does not exist, the
    check takes the same time, and the result is None.

    If the console lost the key for authenticators' secrets, every code is wrong, and each person needs a new link.
    """
    if account is not None and account.totp is not None:
        with suppress(DecryptionFailed):
            secret = context.proofs.factors.open(account.totp, account=envelope_owner(account.id))
            return accepted_step(secret, code, context.now(), after=account.totp_step)
    accepted_step(DUMMY_SECRET, code, context.now(), after=0)
    return None


def _use(
    session: Session, context: ConsoleContext, account: ConsoleAccount, code: str, step: int | None
) -> bool:
    """Marks a right code as used. Returns False if the code is wrong or was used before."""
    if step is not None:
        return tables_accounts.accept_step(session, account.id, step)
    if account.totp is None or not is_paper_code(code):
        return False
    digest = paper_digest(context, account.id, code)
    return tables_accounts.use_code(session, account.id, digest, context.now())


def paper_digest(context: ConsoleContext, account_id: int, code: str) -> bytes:
    """Returns the digest that identifies a code of an account's recovery sheet."""
    return context.proofs.factors.digest(
        "paper", f"{envelope_owner(account_id)}\0{plain_typed(code)}"
    )
