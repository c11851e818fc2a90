"""Encrypts texts that belong to a tip: the caller's answer to a desk's question, and a responder's note.

The answer to each question has its own key pair. The private key of this pair is encrypted with the key of the tip. A
note is encrypted directly with the key of the tip. Only a person who can decrypt the key of the tip can decrypt these
texts. The web process that answers the gateway does not use this module.
"""

from dataclasses import dataclass, field

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import Aead

from hotline.keys.encrypt import VERSION, KeyPair, document_in, padded, unpadded
from hotline.text.errors import DecryptionFailed


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """A key pair for the answer to one question of a desk.

    The hotline encrypts the caller's answer with the public key. The private key of the pair is stored encrypted with
    the key of the tip.
    """

    public_key: bytes
    locked_key: bytes = field(repr=False)


def new_pair(tip_key: bytes, *, uid: str) -> AnswerPair:
    """Creates the key pair for one answer. The private key can be decrypted only for the tip with the id `uid`."""
    pair = KeyPair.new()
    locked = Aead(tip_key).encrypt(pair.private, aad=_binding("answer", uid))
    return AnswerPair(pair.public, VERSION + bytes(locked))


def decrypt_answer(body: bytes, locked_key: bytes, *, tip_key: bytes, uid: str) -> dict[str, str]:
    """Returns the answer that `Encrypter.answer` encrypted. Raises DecryptionFailed."""
    if (body[:1], locked_key[:1]) != (VERSION, VERSION):
        raise DecryptionFailed("the caller's encrypted answer has an unknown format")
    try:
        private = PrivateKey(Aead(tip_key).decrypt(locked_key[1:], aad=_binding("answer", uid)))
        document = document_in(SealedBox(private).decrypt(body[1:]))
    except (CryptoError, ValueError, TypeError):
        raise DecryptionFailed(
            "the caller's encrypted answer was altered or belongs to another tip"
        ) from None
    return {str(name): str(value) for name, value in document.items()}


def encrypt_note(words: str, *, tip_key: bytes, uid: str, key: str) -> bytes:
    """Encrypts a responder's note. It can be decrypted only with the tip's `uid` and with the key of its case event."""
    plaintext = padded(words.encode("utf-8", "surrogatepass"))
    return VERSION + bytes(Aead(tip_key).encrypt(plaintext, aad=_binding("note", uid, key)))


def decrypt_note(body: bytes, *, tip_key: bytes, uid: str, key: str) -> str:
    """Returns the decrypted note. Raises DecryptionFailed if the note cannot be decrypted."""
    if body[:1] != VERSION:
        raise DecryptionFailed("the encrypted note has an unknown format")
    try:
        plaintext = Aead(tip_key).decrypt(body[1:], aad=_binding("note", uid, key))
        return unpadded(plaintext).decode("utf-8", "surrogatepass")
    except (CryptoError, ValueError, TypeError):
        raise DecryptionFailed(
            "the encrypted note was altered or belongs to another event of the case"
        ) from None


def _binding(*parts: str) -> bytes:
    return "\0".join(parts).encode()
