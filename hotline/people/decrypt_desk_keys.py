"""Decrypts desk keys with the recovery passphrase. The passphrase decrypts the private key of the recovery key pair,
and this private key decrypts the keys of all desks.

A member who makes a new key for a desk encrypts this key for the recovery key pair. For that, the member needs only the
pair's public key. The process that answers the gateway must not load this file.
"""

from collections.abc import Sequence

from hotline.keys.decrypt import Stretch, unwrap
from hotline.people.decrypt_members import decrypt_desk_key
from hotline.text.errors import DecryptionFailed, PassphraseWrong

OWNER = "recovery pair"


def decrypt_recovery_pair(wrapped: bytes, passphrase: str, *, stretch: Stretch) -> bytes:
    """Returns the private key of the recovery pair. Raises PassphraseWrong, DecryptionFailed."""
    return unwrap(wrapped, passphrase, owner=OWNER, part="the recovery pair", stretch=stretch)


def decrypt_by_passphrase(
    wrapped: bytes,
    passphrase: str,
    *,
    desk: str,
    member: str,
    recovery: Sequence[bytes],
    stretch: Stretch,
) -> bytes:
    """Returns a desk's private key. `recovery` contains the encrypted private keys of the recovery pairs, newest first.

    Raises PassphraseWrong, also if the desk's key was encrypted for a recovery pair with another passphrase. Raises
    DecryptionFailed if the desk's key was altered.
    """
    closed = not recovery
    for one in recovery:
        try:
            private = decrypt_recovery_pair(one, passphrase, stretch=stretch)
        except PassphraseWrong:
            closed = True
            continue
        try:
            return decrypt_desk_key(wrapped, private, desk, member).key
        except DecryptionFailed:
            continue
    if closed:
        raise PassphraseWrong(f"this passphrase does not decrypt the key of desk {desk}")
    raise DecryptionFailed(f"the key of desk {desk} was altered: restore it from a backup")
