"""Manages sessions of the console: signs accounts in and out, finds the account of a request, and keeps private keys
unlocked for some minutes.

The sign-in page asks for the name, the password and a code together. The page does not show which of the three is
wrong.

After a sign-in, the browser stores a mark, a signed text by which the console recognises the browser at the next
sign-in. The console counts failed attempts separately for each recognised browser. So a stranger who tries an account's
name again and again does not delay the account's owner. The mark replaces neither the password nor the code.
"""

import hmac
import secrets
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from weakref import WeakKeyDictionary

from hotline.core.actors import AccountRole, SignedIn, SignInRefused, account_name_key
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database, Session
from hotline.keys.password_queue import Entrant
from hotline.people import service_key_proof, tables_accounts, tables_sessions
from hotline.people.encrypt import digest_of, form_key, lock_key, new_token, unlock_key
from hotline.people.rules import of_account
from hotline.people.rules_sign_in import (
    BOARD_EACH,
    FACTOR_VALIDITY,
    MAX_IDLE,
    MAX_SHIFT,
    SEEN_EACH,
    is_expired,
    is_fresh,
)
from hotline.people.service_sign_in import by_password, envelope_owner, log_own, may_sign_in, prove
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_sessions import ConsoleSession
from hotline.text.errors import StoreUnavailable


class OpenSession(NamedTuple):
    """A session in the list of sessions that the account's owner sees."""

    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class NewSession:
    token: str = field(repr=False)
    """The token of the session, which only the browser stores."""
    signed_in: SignedIn
    known: str = field(repr=False)
    """The mark by which the console recognises the browser at the next sign-in."""


def find_session(
    context: ConsoleContext, token: str, *, automatic: bool = False
) -> SignedIn | None:
    """Returns the account that has an open session with this token. Returns None if no open session has this token.

    If `automatic` is True, the request does not extend the session.
    """
    found = _found(context, token)
    if found is None:
        return None
    row, account = found
    at = context.now()
    if not automatic and at - row.seen_at >= SEEN_EACH:
        # If the database cannot store the time of the request, the console still shows the page.
        with suppress(StoreUnavailable), context.database.writing() as session:
            tables_sessions.note_activity(session, row.digest, at)
    return _signed_in(account, token, fresh=is_fresh(row.factor_at, at))


def find_locked(context: ConsoleContext, token: str) -> SignedIn | None:
    """Returns the account that has a locked session with this token. Returns None if the session is open or has ended.

    If a session that showed a desk's board expires, it does not end, but becomes locked. For the rest of a shift, a
    locked session shows only the number of urgent cases that no one has taken. To unlock the session, the same account
    must sign in again.
    """
    found = _locked(context, token)
    return None if found is None else _signed_in(found[1], token, fresh=False, is_locked=True)


_SHOWN: MutableMapping[Database, dict[bytes, datetime]] = WeakKeyDictionary()
"""For each session, the time when `note_board` last wrote to the database. So `note_board` writes at most once in four
minutes, even if the board reloads often.
"""
MAX_SHOWN = 1000
NEVER = datetime.min.replace(tzinfo=UTC)


def note_board(context: ConsoleContext, token: str) -> None:
    """Records that a session shows the board of a desk, at most once in four minutes. The record does not extend the
    session.
    """
    digest, at, shown = digest_of(token), context.now(), _SHOWN.setdefault(context.database, {})
    if digest is None or timedelta() <= at - shown.get(digest, NEVER) < BOARD_EACH:
        return
    if len(shown) >= MAX_SHOWN:
        shown.clear()
    shown[digest] = at
    with suppress(StoreUnavailable), context.database.writing() as session:
        tables_sessions.change_session(session, digest, board_at=at)


def open_flow(
    context: ConsoleContext, by: SignedIn, token: str, flow: str
) -> Sequence[tuple[str, datetime]]:
    """Records that a person has opened a draft of a flow, and returns the other people who also have this flow open.
    Each name comes with the time when the console last recorded that this person opened the flow.

    If the database can be read but not written, returns the names, but records nothing. Raises StoreUnavailable if the
    database cannot be read.
    """
    digest, at = digest_of(token), context.now()
    with context.database.reading() as session:
        since = at - MAX_IDLE
        others = tables_sessions.accounts_with_flow(session, flow, since, skip=by.account_id)
        mine = session.get(ConsoleSession, digest)
    if digest is None or mine is None:
        return others
    if mine.flow != flow or mine.flow_at is None or at - mine.flow_at >= SEEN_EACH:
        with suppress(StoreUnavailable), context.database.writing() as session:
            tables_sessions.change_session(session, digest, flow=flow, flow_at=at)
    return others


def key_of(context: ConsoleContext, token: str) -> bytes | None:
    """Returns the private key of the person who has an open session with this token.

    Returns None if the person entered a code more than 15 minutes ago.
    """
    found = _found(context, token)
    if found is None:
        return None
    row, account = found
    if row.locked_key is None or row.key_until is None or row.key_until <= context.now():
        return None
    return unlock_key(token, row.locked_key, account=envelope_owner(account.id))


def sign_out(context: ConsoleContext, token: str) -> None:
    digest = digest_of(token)
    if digest is not None:
        with context.database.writing() as session:
            tables_sessions.end_session(session, digest)


def step_up(
    context: ConsoleContext, token: str, password: str, code: str
) -> SignedIn | SignInRefused | None:
    """Checks the password and a code again in an open session, and unlocks the person's private key. Returns None if
    the session has ended.
    """
    found = _found(context, token)
    if found is None:
        return None

    def renew(session: Session, account: ConsoleAccount, private_key: bytes) -> SignedIn | None:
        at = context.now()
        service_key_proof.prove_keys(session, context, of_account(account.id), account, private_key)
        locked = lock_key(token, private_key, account=envelope_owner(account.id))
        renewed = tables_sessions.change_session(
            session,
            found[0].digest,
            seen_at=at,
            factor_at=at,
            key_until=at + FACTOR_VALIDITY,
            locked_key=locked,
        )
        return _signed_in(account, token, fresh=True) if renewed else None

    entrant = session_entrant(found[0].digest)
    return prove(
        context, found[1].name, code, by_password(context, password), renew, entrant=entrant
    )


def unlock(
    context: ConsoleContext, token: str, password: str, code: str, known: str
) -> NewSession | SignInRefused | None:
    """Replaces a locked session by a new session of the same account, if the password and the code are right.

    The token of the locked session is then invalid. Returns None if the locked session has ended.
    """
    found = _locked(context, token)
    if found is None:
        return None
    (row, account), digest = found, found[0].digest

    def entering(session: Session, now: ConsoleAccount, private_key: bytes) -> NewSession | None:
        if now.id != row.account_id or not tables_sessions.end_session(session, digest):
            return None
        return open_session(session, context, now, private_key, known)

    opens = by_password(context, password)
    return prove(context, account.name, code, opens, entering, entrant=session_entrant(digest))


def session_entrant(digest: bytes) -> Entrant:
    """Returns the name under which a session waits for a password check.

    Sessions do not wait together with unknown browsers. So a stranger who knows an account's name cannot delay the
    owner, who is signed in.
    """
    return Entrant(known=f"session {digest.hex()}")


def open_session(
    session: Session,
    context: ConsoleContext,
    account: ConsoleAccount,
    private_key: bytes,
    known: str = "",
) -> NewSession:
    """Starts a session for an account after its password and code were right. The calling function must use the same
    transaction that accepted the code. `known` is the mark that this browser got at an earlier sign-in, or an empty
    text."""
    token, at = new_token(), context.now()
    digest = digest_of(token)
    assert digest is not None
    account.seen_at = at
    service_key_proof.prove_keys(session, context, of_account(account.id), account, private_key)
    session.add(
        ConsoleSession(
            digest=digest,
            account_id=account.id,
            created_at=at,
            seen_at=at,
            factor_at=at,
            key_until=at + FACTOR_VALIDITY,
            locked_key=lock_key(token, private_key, account=envelope_owner(account.id)),
        )
    )
    log_own(session, context, account, "account_entered")
    # If the browser already has a mark for this name, the browser keeps this mark.
    mark, nonce = known, secrets.token_urlsafe(NONCE_BYTES)
    if not queue_of(context, account.name, known):
        mark = f"{nonce}.{_proof(context, account.name, nonce)}"
    return NewSession(token, _signed_in(account, token, fresh=True), mark)


def list_sessions(context: ConsoleContext, token: str) -> Sequence[OpenSession]:
    """Returns the sessions of the account that has an open session with this token, newest first. Returns an empty list
    if no open session has this token.
    """
    found = _found(context, token)
    if found is None:
        return ()
    with context.database.reading() as session:
        rows = tables_sessions.sessions_of_account(session, found[1].id)
    at = context.now()
    return [
        OpenSession(row.created_at, row.seen_at, row.digest == found[0].digest)
        for row in rows
        if _is_open(row, at) or _counts(row, found[1], at)
    ]


def end_others(context: ConsoleContext, token: str) -> None:
    """Ends the other sessions of the account that has an open session with this token."""
    found = _found(context, token)
    if found is not None:
        with context.database.writing() as session:
            tables_sessions.end_sessions_of(session, found[1].id, skip=found[0].digest)


def _found(context: ConsoleContext, token: str) -> tuple[ConsoleSession, ConsoleAccount] | None:
    """Returns the open session with this token, and its account.

    Returns None if the session has expired or is locked, or if the account may not sign in.
    """
    found = _stored(context, token)
    return found if found is not None and _is_open(found[0], context.now()) else None


def _locked(context: ConsoleContext, token: str) -> tuple[ConsoleSession, ConsoleAccount] | None:
    """Returns the locked session with this token, and its account. If the session has just expired and is not locked
    yet, locks the session first.
    """
    found, at = _stored(context, token), context.now()
    if found is None or _is_open(found[0], at) or not _counts(*found, at):
        return None
    if found[0].locked_at is None:
        with suppress(StoreUnavailable), context.database.writing() as session:
            tables_sessions.change_session(
                session, found[0].digest, locked_at=at, key_until=None, locked_key=None
            )
    return found


def _stored(context: ConsoleContext, token: str) -> tuple[ConsoleSession, ConsoleAccount] | None:
    digest = digest_of(token)
    if digest is None:
        return None
    with context.database.reading() as session:
        found = tables_sessions.find_session(session, digest)
    return found if found is not None and may_sign_in(context, found[1]) else None


def _is_open(row: ConsoleSession, at: datetime) -> bool:
    over = is_expired(created_at=row.created_at, seen_at=row.seen_at, at=at)
    return row.locked_at is None and not over


def _counts(row: ConsoleSession, account: ConsoleAccount, at: datetime) -> bool:
    """Returns True if the session showed a desk's board that the account may still see. The sign-in must be less than
    `MAX_SHIFT` ago."""
    is_of_desk = bool(account.held_roles & {AccountRole.DESK, AccountRole.NATIONAL})
    return row.board_at is not None and is_of_desk and at - row.created_at < MAX_SHIFT


def _signed_in(
    account: ConsoleAccount, token: str, *, fresh: bool, is_locked: bool = False
) -> SignedIn:
    return SignedIn(
        account_id=account.id,
        name=account.shown,
        roles=account.held_roles,
        language=account.language,
        is_fresh=fresh,
        session_key=form_key(token),
        is_locked=is_locked,
    )


NONCE_BYTES = 16
MARK_DAYS = 180


def browser_entrant(context: ConsoleContext, name: str, known: str, network: str) -> Entrant:
    """Returns the name under which a browser waits for a password check. The browser is known if its mark belongs to
    the name `name`, and if the account may sign in.
    """
    nonce = queue_of(context, name, known)
    if not nonce:
        return Entrant(network)
    with context.database.reading() as session:
        account = tables_accounts.find_account(session, account_name_key(name))
    may = account is not None and may_sign_in(context, account)
    return Entrant(network, f"browser {nonce}") if may else Entrant(network)


def queue_of(context: ConsoleContext, name: str, known: str) -> str:
    """Returns the random id in a browser's mark if the mark belongs to the name `name`, or an empty text."""
    nonce, _, proof = known.partition(".")
    right = hmac.compare_digest(
        _proof(context, name, nonce).encode(), proof.encode("utf-8", "replace")
    )
    return nonce if right else ""


def _proof(context: ConsoleContext, name: str, nonce: str) -> str:
    return context.proofs.factors.digest("known", f"{account_name_key(name)}\0{nonce}").hex()


def sign_in(
    context: ConsoleContext,
    name: str,
    password: str,
    code: str,
    known: str = "",
    *,
    network: str = "",
) -> NewSession | SignInRefused:
    """Starts a session if the name, the password and the code are right. `code` comes from an authenticator or a
    recovery sheet.

    `known` is the mark that this browser got at an earlier sign-in, or an empty text. `network` is the browser's
    network, because the number of attempts is limited for each network.
    """

    def entering(session: Session, account: ConsoleAccount, private_key: bytes) -> NewSession:
        return open_session(session, context, account, private_key, known)

    who = browser_entrant(context, name, known, network)
    return prove(context, name, code, by_password(context, password), entering, entrant=who)
