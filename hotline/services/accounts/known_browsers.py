"""Recognises browsers by which a person signed in before: their attempts wait in the queue of those who are known.

Without it a stranger who keeps trying a name would keep its person out. A mark proves nobody: the console asks for
password and code all the same, and failures by this browser delay this browser.
"""

import hmac
import secrets

from hotline.domain.accounts.account import entered_as
from hotline.ports import ConsoleKit
from hotline.sealing.accounts.stretch_queue import Entrant
from hotline.services.accounts.proving import may_enter
from hotline.store.accounts import accounts

NONCE_BYTES = 16
LIVES_DAYS = 180


def mark(kit: ConsoleKit, name: str, before: str = "") -> str:
    """What the browser keeps of a person who entered; the mark of before where it is hers."""
    if queue_of(kit, name, before):
        return before
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return f"{nonce}.{_proof(kit, name, nonce)}"


def entrant(kit: ConsoleKit, name: str, known: str, network: str) -> Entrant:
    """Returns a known browser, where its mark is of this name and the account may enter; else a stranger."""
    nonce = queue_of(kit, name, known)
    if not nonce:
        return Entrant(network)
    with kit.database.reading() as session:
        account = accounts.find(session, entered_as(name))
    may = account is not None and may_enter(kit, account)
    return Entrant(network, f"browser {nonce}") if may else Entrant(network)


def queue_of(kit: ConsoleKit, name: str, known: str) -> str:
    """Returns what names this browser, where its mark is of this name; else an empty text."""
    nonce, _, proof = known.partition(".")
    right = hmac.compare_digest(_proof(kit, name, nonce).encode(), proof.encode("utf-8", "replace"))
    return nonce if right else ""


def _proof(kit: ConsoleKit, name: str, nonce: str) -> str:
    return kit.proofs.factors.digest("known", f"{entered_as(name)}\0{nonce}").hex()
