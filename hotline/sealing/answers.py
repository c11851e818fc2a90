"""What whoever may read a tip may read besides: the answer to a desk's question, and a responder's note.

An answer is sealed to a pair of its own, whose private half lies under the tip's own key; a note lies under that key
itself. What destroys the tip's grants destroys the way to both. No hook may reach this file (import contract).
"""

from dataclasses import dataclass, field

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import Aead

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION, KeyPair, document_in, padded, unpadded


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """Made when a desk asks: the public half for the hooks, the private half locked under the tip's key."""

    public_key: bytes
    locked_key: bytes = field(repr=False)


def new_pair(tip_key: bytes, *, uid: str) -> AnswerPair:
    """Makes a pair, bound to the tip of this uid."""
    pair = KeyPair.new()
    locked = Aead(tip_key).encrypt(pair.private, aad=_binding("answer", uid))
    return AnswerPair(pair.public, VERSION + bytes(locked))


def open_answer(body: bytes, locked_key: bytes, *, tip_key: bytes, uid: str) -> dict[str, str]:
    """Returns what `Sealer.answer` sealed. Raises SealBroken."""
    if (body[:1], locked_key[:1]) != (VERSION, VERSION):
        raise SealBroken("an answer that was sealed in an unknown format")
    try:
        private = PrivateKey(Aead(tip_key).decrypt(locked_key[1:], aad=_binding("answer", uid)))
        told = document_in(SealedBox(private).decrypt(body[1:]))
    except (CryptoError, ValueError, TypeError):
        raise SealBroken("an answer that was altered, or is another tip's") from None
    return {str(name): str(value) for name, value in told.items()}


def seal_note(words: str, *, tip_key: bytes, uid: str, key: str) -> bytes:
    """Seals a note in a responder's own words, bound to the tip of this uid and to the entry of this key."""
    plain = padded(words.encode("utf-8", "surrogatepass"))
    return VERSION + bytes(Aead(tip_key).encrypt(plain, aad=_binding("note", uid, key)))


def open_note(body: bytes, *, tip_key: bytes, uid: str, key: str) -> str:
    """Raises SealBroken."""
    if body[:1] != VERSION:
        raise SealBroken("a note that was sealed in an unknown format")
    try:
        plain = Aead(tip_key).decrypt(body[1:], aad=_binding("note", uid, key))
        return unpadded(plain).decode("utf-8", "surrogatepass")
    except (CryptoError, ValueError, TypeError):
        raise SealBroken("a note that was altered, or is another entry's") from None


def _binding(*parts: str) -> bytes:
    return "\0".join(parts).encode()
