"""Decrypts desk keys, tips, phone numbers, and coded answers about persons in cases. The process that answers the
gateway must not import this file.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from nacl.bindings import sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import Aead

from hotline.keys import encrypt
from hotline.keys.encrypt import HEAD_BYTES, VERSION, bound, case_name, document_in, label, unpadded
from hotline.keys.key_folder import LiveKeys
from hotline.keys.passphrase import CHECKSUM_BYTES, HEADER, Costs, checksum
from hotline.text.errors import DecryptionFailed, KeyWrong, PassphraseWrong


def decrypt_tip(
    body: bytes, grant: bytes, *, uid: str, place: str, desk: str, private_key: bytes
) -> dict[str, str]:
    """Decrypts a tip's answers. Needs the private key of a desk, and the desk's grant, which is the tip's key,
    encrypted to that desk. Raises DecryptionFailed.
    """
    key = decrypt_grant(grant, uid=uid, desk=desk, private_key=private_key)
    return decrypt_text(body, key, uid=uid, place=place)


def decrypt_text(body: bytes, key: bytes, *, uid: str, place: str) -> dict[str, str]:
    """Decrypts a tip's answers with the tip's own key. Raises DecryptionFailed."""
    bound_to = encrypt.binding(uid, place)
    try:
        if body[:1] != encrypt.PAIRED:
            raise ValueError
        head = body[:HEAD_BYTES]
        plain = SealedBox(PrivateKey.from_seed(key)).decrypt(body[HEAD_BYTES:])
        if not plain.endswith(head + bound_to):
            raise ValueError
        answers = document_in(plain.removesuffix(head + bound_to))
    except (CryptoError, ValueError, TypeError):
        raise DecryptionFailed("the tip's text was altered, or belongs to another tip") from None
    return {str(name): str(value) for name, value in answers.items()}


def decrypt_grant(grant: bytes, *, uid: str, desk: str, private_key: bytes) -> bytes:
    """Decrypts a desk's grant (a tip's key, encrypted to the desk) with the desk's private key. Raises
    DecryptionFailed."""
    plain = _open_box(grant, private_key)
    key, tail = plain[: Aead.KEY_SIZE], plain[Aead.KEY_SIZE :]
    if tail != label(uid, desk):
        raise DecryptionFailed("this copy of a tip key is for another tip or desk")
    return key


def regrant(grant: bytes, *, uid: str, desk: str, private_key: bytes, public_key: bytes) -> bytes:
    """Decrypts a tip's key with a desk's present private key, and encrypts it to `public_key`, the desk's next public
    key. Raises DecryptionFailed."""
    key = decrypt_grant(grant, uid=uid, desk=desk, private_key=private_key)
    return VERSION + SealedBox(PublicKey(public_key)).encrypt(key + label(uid, desk))


def opens_grant(grant: bytes, *, uid: str, desk: str, private_key: bytes) -> bool:
    try:
        decrypt_grant(grant, uid=uid, desk=desk, private_key=private_key)
    except DecryptionFailed:
        return False
    return True


def decrypt_case_key(grant: bytes, *, uid: str, holder: str, private_key: bytes) -> bytes:
    """Decrypts the private key of a case, which a grant contains in encrypted form. The calling code must first remove
    the grant's second encryption, which is under the key of the week. Raises DecryptionFailed.
    """
    return decrypt_grant(grant, uid=case_name(uid), desk=holder, private_key=private_key)


def decrypt_codes(body: bytes, *, private: bytes, uid: str, entry_id: int | str) -> bytes:
    """Decrypts coded answers about a person that `encrypt_codes` encrypted. Raises DecryptionFailed."""
    bound_as = bound(uid, entry_id)
    try:
        plain = SealedBox(PrivateKey.from_seed(private)).decrypt(_current(body))
        if not plain.endswith(bound_as):
            raise ValueError
        return unpadded(plain.removesuffix(bound_as))
    except (CryptoError, TypeError, ValueError):
        raise DecryptionFailed(
            "the encrypted answers about a person were altered or belong to another case event"
        ) from None


def decrypt_number(encrypted: bytes, *, private_key: bytes) -> str:
    """Decrypts a phone number in E.164 format that was encrypted to the public key of the worker processes. Raises
    DecryptionFailed."""
    plain = _open_box(encrypted, private_key)
    try:
        return bytes(sodium_unpad(plain, encrypt.NUMBER_BYTES)).decode()
    except (CryptoError, ValueError):
        raise DecryptionFailed("the encrypted phone number has an unknown format") from None


@dataclass(frozen=True, slots=True)
class LiveNumbers:
    """The keys with which the worker processes decrypt phone numbers. Implements `NumberDecrypter`. Tries the newest
    key and, during a rotation, also the previous key.

    If no key decrypts a number, the class checks the keys with canaries, which are encrypted test values in the
    database. If the keys decrypt no canary, the keys are wrong. If at least one key decrypts a canary, the encrypted
    number is damaged.
    """

    keys: LiveKeys
    are_ours: Callable[[Sequence[bytes]], bool] = field(default=lambda _keys: True, repr=False)
    """Returns True if at least one of the given keys decrypts a canary, an encrypted test value in the database."""

    def decrypt_number(self, encrypted: bytes) -> str:
        """Decrypts a phone number in E.164 format. Raises KeyWrong or DecryptionFailed."""
        newest, *before = keys = self.keys.now()
        for key in before:
            with suppress(DecryptionFailed):
                return decrypt_number(encrypted, private_key=key)
        try:
            return decrypt_number(encrypted, private_key=newest)
        except DecryptionFailed:
            if not self.are_ours(keys):
                raise KeyWrong(
                    f"the key in {self.keys!r} is not a key of this hotline: restore this hotline's key"
                ) from None
            raise


def stretch_passphrase(passphrase: str, costs: Costs, salt: bytes) -> bytes:
    """Derives a key from the passphrase. The derivation is slow, so code that decrypts many secrets with the same salt
    can cache the derived key.
    """
    return costs.stretch(passphrase, salt)


Stretch = Callable[[str, Costs, bytes], bytes]


def unwrap(
    wrapped: bytes, passphrase: str, *, owner: str, part: str, stretch: Stretch = stretch_passphrase
) -> bytes:
    """Decrypts a secret that `WrappingKey.wrap` encrypted. Error messages use the text in `part` as the name of the
    secret.

    Raises PassphraseWrong or DecryptionFailed.
    """
    envelope, checked = wrapped[:-CHECKSUM_BYTES], wrapped[-CHECKSUM_BYTES:]
    if len(envelope) <= HEADER.size or checksum(envelope) != checked:
        raise DecryptionFailed(f"the encrypted copy of {part} was altered: use another copy")

    version, passes, kib, salt = HEADER.unpack_from(envelope)
    costs = Costs(passes, kib)
    if version != VERSION or not costs.are_bearable:
        raise DecryptionFailed(f"the encrypted copy of {part} has an unknown format")

    key = stretch(passphrase, costs, salt)
    try:
        return Aead(key).decrypt(
            envelope[HEADER.size :], aad=envelope[: HEADER.size] + owner.encode()
        )
    except (CryptoError, ValueError, TypeError):
        raise PassphraseWrong(f"this passphrase does not decrypt {part}") from None


def _open_box(encrypted: bytes, private_key: bytes) -> bytes:
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(_current(encrypted))
    except (CryptoError, ValueError, TypeError):
        raise DecryptionFailed(
            "the encrypted tip key or phone number was altered, or this private key is wrong"
        ) from None


def _current(encrypted: bytes) -> bytes:
    if encrypted[:1] != VERSION:
        raise DecryptionFailed("the encrypted text, key or number has an unknown format")
    return encrypted[1:]
