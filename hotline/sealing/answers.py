"""An answer to a desk's question, opened: to a pair of its own, whose private half lies under the tip's own key.

So whoever may read the tip may read the answer, and nobody else; no desk's key seals it a second time. What destroys
the tip's grants destroys the way to the answer. No hook may reach this file (import contract).
"""

from dataclasses import dataclass, field

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import Aead

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION, document_in


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """Made when a desk asks: the public half for the hooks, the private half locked under the tip's key."""

    public_key: bytes
    locked_key: bytes = field(repr=False)


def new_pair(tip_key: bytes, *, uid: str) -> AnswerPair:
    """Bound to the tip of this uid."""
    private = PrivateKey.generate()
    locked = Aead(tip_key).encrypt(bytes(private), aad=_binding(uid))
    return AnswerPair(bytes(private.public_key), VERSION + bytes(locked))


def open_answer(body: bytes, locked_key: bytes, *, tip_key: bytes, uid: str) -> dict[str, str]:
    """What `Sealer.answer` sealed. Raises SealBroken."""
    if (body[:1], locked_key[:1]) != (VERSION, VERSION):
        raise SealBroken("an answer that was sealed in an unknown format")
    try:
        private = PrivateKey(Aead(tip_key).decrypt(locked_key[1:], aad=_binding(uid)))
        told = document_in(SealedBox(private).decrypt(body[1:]))
    except (CryptoError, ValueError, TypeError):
        raise SealBroken("an answer that was altered, or is another tip's") from None
    return {str(name): str(value) for name, value in told.items()}


def _binding(uid: str) -> bytes:
    return b"answer\0" + uid.encode()
