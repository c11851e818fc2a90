"""A note in a responder's own words, sealed under the tip's key: whoever may read the tip may read the note.

What destroys the tip's grants destroys the way to it. No hook may reach this file (import contract).
"""

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION, padded, unpadded


def seal_note(words: str, *, tip_key: bytes, uid: str, key: str) -> bytes:
    """Bound to the tip of this uid and to the entry of this key."""
    plain = padded(words.encode("utf-8", "surrogatepass"))
    return VERSION + bytes(Aead(tip_key).encrypt(plain, aad=_binding(uid, key)))


def open_note(body: bytes, *, tip_key: bytes, uid: str, key: str) -> str:
    """Raises SealBroken."""
    if body[:1] != VERSION:
        raise SealBroken("a note that was sealed in an unknown format")
    try:
        plain = Aead(tip_key).decrypt(body[1:], aad=_binding(uid, key))
        return unpadded(plain).decode("utf-8", "surrogatepass")
    except (CryptoError, ValueError, TypeError):
        raise SealBroken("a note that was altered, or is another entry's") from None


def _binding(uid: str, key: str) -> bytes:
    return b"note\0" + uid.encode() + b"\0" + key.encode()
