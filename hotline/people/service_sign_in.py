"""Checks a person's password and code. Each code is accepted once, and failures delay the next attempt.

All attempts follow the same path. A name without an account stretches a dummy envelope and is delayed like any other.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.core.actors import AccountState, Actor, Refused, entered_as
from hotline.core.context import ConsoleKit
from hotline.core.database import Session
from hotline.errors import SealBroken, StoreUnavailable
from hotline.keys.password_queue import Entrant, StretchTurn
from hotline.people import tables_accounts, tables_audit, tables_sessions
from hotline.people.encrypt_account_keys import nobodys_envelope, open_by_password
from hotline.people.rules_second_factor import (
    FORGET_AFTER,
    accepted_step,
    is_logged,
    is_paper_code,
    plain,
    seconds_left,
    wait_after,
)
from hotline.people.tables_accounts import ConsoleAccount

T = TypeVar("T")

Opens = Callable[[ConsoleAccount | None], bytes | None]
"""Decrypts the private half of an account with the typed secret. Returns None if it is wrong, or without an account."""
Then = Callable[[Session, ConsoleAccount, bytes], T]
"""The action of a proven person. It runs in the transaction that accepted the code."""

NOBODY = "names without an account"
NOBODYS_SECRET = "A" * 32


def owner(account_id: int) -> str:
    """Returns the text to which an account's envelopes are bound."""
    return f"account:{account_id}"


def log_own(session: Session, kit: ConsoleKit, account: ConsoleAccount, action: str) -> None:
    """Writes a person's action on their own account to the audit log."""
    actor = tables_audit.by_actor(Actor(account.shown, account.id))
    tables_audit.append(session, at=kit.now(), actor=actor, action=action)


def may_enter(kit: ConsoleKit, account: ConsoleAccount) -> bool:
    """Returns True if the account's person may sign in now."""
    states = entering_states(pretended=kit.pretended)
    return account.state in states and not account.is_suspended(kit.now())


def entering_states(*, pretended: bool) -> tuple[AccountState, ...]:
    """Returns the states of accounts that may sign in. The demo's accounts may do so with the emulator as gateway."""
    return (AccountState.ACTIVE, AccountState.DEMO) if pretended else (AccountState.ACTIVE,)


def by_password(kit: ConsoleKit, password: str) -> Opens:
    def opens(account: ConsoleAccount | None) -> bytes | None:
        wrapped = account.wrapped_key if account is not None else None
        bound = owner(account.id) if account is not None else ""
        return open_by_password(
            wrapped or nobodys_envelope(kit.proofs.costs), password, account=bound
        )

    return opens


def prove(
    kit: ConsoleKit,
    name: str,
    code: str | None,
    opens: Opens,
    then: Then[T],
    *,
    entrant: Entrant,
    may: Callable[[ConsoleKit, ConsoleAccount], bool] = may_enter,
) -> T | Refused:
    """Runs `then` if the password and the code are right. The writes of `then` and the used code are one commit.

    Each attempt counts as failed before it starts, so that a crash clears no failure. Failures delay attempts on this
    name by this session or browser. `code` is None if the session has a fresh factor. `may` decides which accounts can
    be proven.
    """
    with kit.proofs.stretching.turn(entrant) as turn:
        if not turn.is_given:
            return _no_turn(kit, turn)
        entered = entered_as(name)
        name_key = kit.proofs.factors.digest("name", f"{entered}\0{entrant.known}")
        waits = _count(kit, name_key)
        if waits:
            return Refused(waits)
        with kit.database.reading() as session:
            account = tables_accounts.find(session, entered)
        if account is not None and not may(kit, account):
            account = None
        private_key = opens(account)
    step = None if code is None else _right_step(kit, account, code)

    with kit.database.writing() as session:
        now = tables_accounts.find(session, entered, for_writing=True)
        if (
            now is None
            or private_key is None
            or not _is_same(now, account)
            or not (code is None or _use(session, kit, now, code, step))
        ):
            _note_failure(session, kit, entered, now)
            return Refused(seconds_left(tables_sessions.next_try(session, name_key), kit.now()))
        tables_sessions.forget(session, name_key)
        return then(session, now, private_key)


def _no_turn(kit: ConsoleKit, turn: StretchTurn) -> Refused:
    if turn.is_alarm:
        with suppress(StoreUnavailable):
            service.happened(kit, Alarm.SIGN_IN_QUEUE)
    return Refused(turn.wait_seconds, is_busy=True)


def _count(kit: ConsoleKit, name_key: bytes) -> int:
    """Counts an attempt. If it comes too early, returns the seconds to wait and counts nothing."""
    at = kit.now()
    with kit.database.reading() as session:
        # Reads first, so that repeated attempts do not make callers wait for SQLite's only writer.
        left = seconds_left(tables_sessions.next_try(session, name_key), at)
    if left:
        return left
    with kit.database.writing() as session:
        tried = tables_sessions.held(session, name_key, at)
        left = seconds_left(tried.next_try_at, at)
        if left:
            return left
        tried.failures = 1 + (tried.failures if at - tried.last_at < FORGET_AFTER else 0)
        tried.last_at, wait = at, wait_after(tried.failures)
        tried.next_try_at = at + wait if wait else None
    return 0


def _note_failure(
    session: Session, kit: ConsoleKit, entered: str, account: ConsoleAccount | None
) -> None:
    """Counts a failed attempt for the alarm, and writes it to the audit log. Only existing accounts are named there."""
    at, is_known = kit.now(), account is not None and may_enter(kit, account)
    name_key = kit.proofs.factors.digest("failed", entered)
    number = tables_sessions.failed(session, name_key, at, at - FORGET_AFTER, is_known=is_known)
    if not is_logged(number):
        return
    tables_audit.append(
        session,
        at=at,
        actor="console",
        action="account_entry_failed",
        subject=f"account {account.label}" if account is not None and is_known else NOBODY,
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


def _right_step(kit: ConsoleKit, account: ConsoleAccount | None, code: str) -> int | None:
    """Returns the time step of a right code. Without an account, takes as long with a dummy secret and returns None.

    A secret whose key is lost cannot be decrypted. The code then counts as wrong, and a new link helps.
    """
    if account is not None and account.totp is not None:
        with suppress(SealBroken):
            secret = kit.proofs.factors.open(account.totp, account=owner(account.id))
            return accepted_step(secret, code, kit.now(), after=account.totp_step)
    accepted_step(NOBODYS_SECRET, code, kit.now(), after=0)
    return None


def _use(
    session: Session, kit: ConsoleKit, account: ConsoleAccount, code: str, step: int | None
) -> bool:
    """Accepts a right code once. Returns False if it is wrong or was used."""
    if step is not None:
        return tables_accounts.take_step(session, account.id, step)
    if account.totp is None or not is_paper_code(code):
        return False
    digest = paper_digest(kit, account.id, code)
    return tables_accounts.take_code(session, account.id, digest, kit.now())


def paper_digest(kit: ConsoleKit, account_id: int, code: str) -> bytes:
    """Returns the digest that finds a code of one account's recovery sheet."""
    return kit.proofs.factors.digest("paper", f"{owner(account_id)}\0{plain(code)}")
