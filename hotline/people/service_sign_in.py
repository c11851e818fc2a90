"""Checks a person's password and code. Each code is accepted once, and failures delay the next attempt.

All attempts follow the same path. A name without an account stretches a dummy envelope and is delayed like any other.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.core.actors import AccountState, Actor, SignInRefused, account_name_key
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.errors import DecryptionFailed, StoreUnavailable
from hotline.keys.password_queue import Entrant, StretchTurn
from hotline.people import tables_accounts, tables_audit, tables_sessions
from hotline.people.encrypt_account_keys import dummy_envelope, unwrap_by_password
from hotline.people.rules_second_factor import (
    FORGET_AFTER,
    accepted_step,
    is_logged,
    is_paper_code,
    plain_typed,
    seconds_left,
    wait_after,
)
from hotline.people.tables_accounts import ConsoleAccount

T = TypeVar("T")

Decrypts = Callable[[ConsoleAccount | None], bytes | None]
"""Decrypts the private half of an account with the typed secret. Returns None if it is wrong, or without an account."""
SignedInAction = Callable[[Session, ConsoleAccount, bytes], T]
"""The action of a proven person. It runs in the transaction that accepted the code."""

NO_ACCOUNT = "names without an account"
DUMMY_SECRET = "A" * 32


def envelope_owner(account_id: int) -> str:
    """Returns the text to which an account's envelopes are bound."""
    return f"account:{account_id}"


def log_own(
    session: Session, context: ConsoleContext, account: ConsoleAccount, action: str
) -> None:
    """Writes a person's action on their own account to the audit log."""
    actor = tables_audit.by_actor(Actor(account.shown, account.id))
    tables_audit.append_row(session, at=context.now(), actor=actor, action=action)


def may_sign_in(context: ConsoleContext, account: ConsoleAccount) -> bool:
    """Returns True if the account's person may sign in now."""
    states = sign_in_states(is_emulated=context.is_emulated)
    return account.state in states and not account.is_suspended(context.now())


def sign_in_states(*, is_emulated: bool) -> tuple[AccountState, ...]:
    """Returns the states of accounts that may sign in. The demo's accounts may do so with the emulator as gateway."""
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
    opens: Decrypts,
    then: SignedInAction[T],
    *,
    entrant: Entrant,
    may: Callable[[ConsoleContext, ConsoleAccount], bool] = may_sign_in,
) -> T | SignInRefused:
    """Runs `then` if the password and the code are right. The writes of `then` and the used code are one commit.

    Each attempt counts as failed before it starts, so that a crash clears no failure. Failures delay attempts on this
    name by this session or browser. `code` is None if the session has a fresh factor. `may` decides which accounts can
    be proven.
    """
    with context.proofs.stretching.turn(entrant) as turn:
        if not turn.is_given:
            return _no_turn(context, turn)
        entered = account_name_key(name)
        name_key = context.proofs.factors.digest("name", f"{entered}\0{entrant.known}")
        waits = _count(context, name_key)
        if waits:
            return SignInRefused(waits)
        with context.database.reading() as session:
            account = tables_accounts.find_account(session, entered)
        if account is not None and not may(context, account):
            account = None
        private_key = opens(account)
    step = None if code is None else _right_step(context, account, code)

    with context.database.writing() as session:
        now = tables_accounts.find_account(session, entered, for_writing=True)
        if (
            now is None
            or private_key is None
            or not _is_same(now, account)
            or not (code is None or _use(session, context, now, code, step))
        ):
            _note_failure(session, context, entered, now)
            return SignInRefused(
                seconds_left(tables_sessions.next_attempt_at(session, name_key), context.now())
            )
        tables_sessions.delete_name(session, name_key)
        return then(session, now, private_key)


def _no_turn(context: ConsoleContext, turn: StretchTurn) -> SignInRefused:
    if turn.is_alarm:
        with suppress(StoreUnavailable):
            service.raise_alarm(context, Alarm.SIGN_IN_QUEUE)
    return SignInRefused(turn.wait_seconds, is_busy=True)


def _count(context: ConsoleContext, name_key: bytes) -> int:
    """Counts an attempt. If it comes too early, returns the seconds to wait and counts nothing."""
    at = context.now()
    with context.database.reading() as session:
        # Reads first, so that repeated attempts do not make callers wait for SQLite's only writer.
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
    """Counts a failed attempt for the alarm, and writes it to the audit log. Only existing accounts are named there."""
    at, is_known = context.now(), account is not None and may_sign_in(context, account)
    name_key = context.proofs.factors.digest("failed", entered)
    number = tables_sessions.note_failure(
        session, name_key, at, at - FORGET_AFTER, is_known=is_known
    )
    if not is_logged(number):
        return
    tables_audit.append_row(
        session,
        at=at,
        actor="console",
        action="account_entry_failed",
        subject=f"account {account.label}" if account is not None and is_known else NO_ACCOUNT,
        reason=f"{number} within an hour",
    )


def _is_same(now: ConsoleAccount, looked_at: ConsoleAccount | None) -> bool:
    """Returns True if the account's state and proofs did not change during the check."""
    return looked_at is not None and (now.state, now.wrapped_key, now.totp, now.recovery_key) == (
        looked_at.state,
        looked_at.wrapped_key,
        looked_at.totp,
        looked_at.recovery_key,
    )


def _right_step(context: ConsoleContext, account: ConsoleAccount | None, code: str) -> int | None:
    """Returns the time step of a right code. Without an account, takes as long with a dummy secret and returns None.

    A secret whose key is lost cannot be decrypted. The code then counts as wrong, and a new link helps.
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
    """Accepts a right code once. Returns False if it is wrong or was used."""
    if step is not None:
        return tables_accounts.accept_step(session, account.id, step)
    if account.totp is None or not is_paper_code(code):
        return False
    digest = paper_digest(context, account.id, code)
    return tables_accounts.use_code(session, account.id, digest, context.now())


def paper_digest(context: ConsoleContext, account_id: int, code: str) -> bytes:
    """Returns the digest that finds a code of one account's recovery sheet."""
    return context.proofs.factors.digest(
        "paper", f"{envelope_owner(account_id)}\0{plain_typed(code)}"
    )
