"""Manages console sessions: sign-in, sign-out, the person behind a request and their unlocked key.

Recognises browsers in which a person signed in before, and queues their attempts separately. Otherwise a stranger who
keeps trying a name would shut its person out. A browser's mark proves no identity. The console still asks for password
and code, and failures in a browser delay that browser.

The sign-in page asks for name, password and code together. Every wrong entry gets the same answer.
"""

import hmac
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from hotline.core.actors import Refused, SignedIn, entered_as
from hotline.core.context import ConsoleKit
from hotline.core.database import Session
from hotline.errors import StoreUnavailable
from hotline.keys.password_queue import Entrant
from hotline.people import tables_accounts, tables_sessions
from hotline.people.encrypt_tokens import digest_of, form_key, lock_key, new_token, unlock_key
from hotline.people.rules_second_factor import FRESH, IDLE, SEEN_EACH, is_fresh, is_over
from hotline.people.service_sign_in import by_password, log_own, may_enter, owner, prove
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_sessions import ConsoleSession


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its person sees it."""

    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Entered:
    token: str = field(repr=False)
    """The session's token, for the browser only."""
    signed_in: SignedIn
    known: str = field(default="", repr=False)
    """The browser's mark for its next sign-in. With it, attempts by strangers do not delay this browser."""


def look(kit: ConsoleKit, token: str, *, automatic: bool = False) -> SignedIn | None:
    """Returns the person behind a request, or None without a session.

    An `automatic` request does not extend the session.
    """
    found = _found(kit, token)
    if found is None:
        return None
    row, account = found
    at = kit.now()
    if not automatic and at - row.seen_at >= SEEN_EACH:
        # The page matters more than the last-seen time, so a failed write is ignored.
        with suppress(StoreUnavailable), kit.database.writing() as session:
            tables_sessions.see(session, row.digest, at)
    return _signed_in(account, token, fresh=is_fresh(row.factor_at, at))


def open_flow(
    kit: ConsoleKit, by: SignedIn, token: str, flow: str
) -> Sequence[tuple[str, datetime]]:
    """Notes that this session has a flow open. Returns the names of others who have it open, each with the time.

    Still returns them if the database accepts no write. Raises StoreUnavailable if it does not answer.
    """
    own, at = digest_of(token), kit.now()
    with kit.database.reading() as session:
        others = tables_sessions.flow_opened(session, flow, at - IDLE, but=by.account_id)
        mine = session.get(ConsoleSession, own)
    if own is None or mine is None:
        return others
    if mine.flow != flow or mine.flow_at is None or at - mine.flow_at >= SEEN_EACH:
        with suppress(StoreUnavailable), kit.database.writing() as session:
            tables_sessions.open_flow(session, own, flow, at)
    return others


def key_of(kit: ConsoleKit, token: str) -> bytes | None:
    """Returns the private half of the signed-in person. Returns None if their factor is older than 15 minutes."""
    found = _found(kit, token)
    if found is None:
        return None
    row, account = found
    if row.locked_key is None or row.key_until is None or row.key_until <= kit.now():
        return None
    return unlock_key(token, row.locked_key, account=owner(account.id))


def leave(kit: ConsoleKit, token: str) -> None:
    digest = digest_of(token)
    if digest is not None:
        with kit.database.writing() as session:
            tables_sessions.end(session, digest)


def step_up(kit: ConsoleKit, token: str, password: str, code: str) -> SignedIn | Refused | None:
    """Checks password and code again in the same session. Returns None if the session has ended."""
    found = _found(kit, token)
    if found is None:
        return None

    def renew(session: Session, account: ConsoleAccount, private_key: bytes) -> SignedIn | None:
        at = kit.now()
        locked = lock_key(token, private_key, account=owner(account.id))
        renewed = tables_sessions.renew(
            session, found[0].digest, at=at, key_until=at + FRESH, locked_key=locked
        )
        return _signed_in(account, token, fresh=True) if renewed else None

    entrant = entrant_of(found[0].digest)
    return prove(kit, found[1].name, code, by_password(kit, password), renew, entrant=entrant)


def entrant_of(digest: bytes) -> Entrant:
    """Returns a session as an entrant. A stranger who knows the name cannot delay a signed-in person."""
    return Entrant(known=f"session {digest.hex()}")


def begin(
    session: Session, kit: ConsoleKit, account: ConsoleAccount, private_key: bytes
) -> Entered:
    """Opens a session for a proven person, in the transaction that accepted the code."""
    token, at = new_token(), kit.now()
    digest = digest_of(token)
    assert digest is not None
    account.seen_at = at
    session.add(
        ConsoleSession(
            digest=digest,
            account_id=account.id,
            created_at=at,
            seen_at=at,
            factor_at=at,
            key_until=at + FRESH,
            locked_key=lock_key(token, private_key, account=owner(account.id)),
        )
    )
    return Entered(token, _signed_in(account, token, fresh=True))


def listed(kit: ConsoleKit, token: str) -> Sequence[OpenSession]:
    """Returns every session of the signed-in person, newest first. Returns none without a session."""
    found = _found(kit, token)
    if found is None:
        return ()
    with kit.database.reading() as session:
        rows = tables_sessions.of_account(session, found[1].id)
    at = kit.now()
    return [
        OpenSession(row.created_at, row.seen_at, row.digest == found[0].digest)
        for row in rows
        if not is_over(created_at=row.created_at, seen_at=row.seen_at, at=at)
    ]


def end_others(kit: ConsoleKit, token: str) -> None:
    """Ends every other session of the signed-in person."""
    found = _found(kit, token)
    if found is not None:
        with kit.database.writing() as session:
            tables_sessions.end_of(session, found[1].id, but=found[0].digest)


def _found(kit: ConsoleKit, token: str) -> tuple[ConsoleSession, ConsoleAccount] | None:
    """Returns a valid session and its account. Returns None if it expired, or if the account may not sign in."""
    digest = digest_of(token)
    if digest is None:
        return None
    with kit.database.reading() as session:
        found = tables_sessions.find(session, digest)
    if found is None or not may_enter(kit, found[1]):
        return None
    row = found[0]
    over = is_over(created_at=row.created_at, seen_at=row.seen_at, at=kit.now())
    return None if over else found


def _signed_in(account: ConsoleAccount, token: str, *, fresh: bool) -> SignedIn:
    return SignedIn(
        account_id=account.id,
        name=account.shown,
        roles=account.held_roles,
        language=account.language,
        is_fresh=fresh,
        session_key=form_key(token),
    )


NONCE_BYTES = 16
LIVES_DAYS = 180


def mark(kit: ConsoleKit, name: str, before: str = "") -> str:
    """Returns the mark that the browser stores after a sign-in. Keeps the previous mark if it belongs to this name."""
    if queue_of(kit, name, before):
        return before
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return f"{nonce}.{_proof(kit, name, nonce)}"


def entrant(kit: ConsoleKit, name: str, known: str, network: str) -> Entrant:
    """Returns a known browser if its mark belongs to this name and the account may sign in.

    Otherwise returns a stranger.
    """
    nonce = queue_of(kit, name, known)
    if not nonce:
        return Entrant(network)
    with kit.database.reading() as session:
        account = tables_accounts.find(session, entered_as(name))
    may = account is not None and may_enter(kit, account)
    return Entrant(network, f"browser {nonce}") if may else Entrant(network)


def queue_of(kit: ConsoleKit, name: str, known: str) -> str:
    """Returns the browser's id if its mark belongs to this name. Otherwise returns an empty text."""
    nonce, _, proof = known.partition(".")
    right = hmac.compare_digest(_proof(kit, name, nonce).encode(), proof.encode("utf-8", "replace"))
    return nonce if right else ""


def _proof(kit: ConsoleKit, name: str, nonce: str) -> str:
    return kit.proofs.factors.digest("known", f"{entered_as(name)}\0{nonce}").hex()


def enter(
    kit: ConsoleKit, name: str, password: str, code: str, known: str = "", *, network: str = ""
) -> Entered | Refused:
    """Opens a session. `code` comes from an authenticator or from the recovery sheet.

    `known` is `Entered.known` of an earlier sign-in in this browser. `network` limits strangers.
    """

    def entering(session: Session, account: ConsoleAccount, private_key: bytes) -> Entered:
        entered = begin(session, kit, account, private_key)
        log_own(session, kit, account, "account_entered")
        return replace(entered, known=mark(kit, name, known))

    who = entrant(kit, name, known, network)
    return prove(kit, name, code, by_password(kit, password), entering, entrant=who)
