"""Browsers by which somebody entered before: their tries wait in a queue of their own.

Else whoever knows a name and keeps trying it would keep its person waiting for ever. A mark proves nobody: password and
code are asked all the same, and failures by this browser delay this browser.
"""

import hmac
import secrets

from hotline.domain.accounts.account import entered_as
from hotline.ports import ConsoleKit

NONCE_BYTES = 16
LIVES_DAYS = 180


def mark(kit: ConsoleKit, name: str, before: str = "") -> str:
    """What the browser keeps of a person who entered; the mark of before where it is hers."""
    if queue_of(kit, name, before):
        return before
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return f"{nonce}.{_proof(kit, name, nonce)}"


def queue_of(kit: ConsoleKit, name: str, known: str) -> str:
    """The queue in which a try waits: this browser's, where its mark is of this name; else the one of all others."""
    nonce, _, proof = known.partition(".")
    right = hmac.compare_digest(_proof(kit, name, nonce).encode(), proof.encode("utf-8", "replace"))
    return nonce if right else ""


def _proof(kit: ConsoleKit, name: str, nonce: str) -> str:
    return kit.proofs.factors.digest("known", f"{entered_as(name)}\0{nonce}").hex()
