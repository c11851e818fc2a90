"""Decrypts desk keys with the recovery key pair. Each desk's private key is encrypted for this pair and for the members
of the desk.

The private key of this pair exists only in encrypted form, under the recovery passphrase. A member who makes a desk's
next key needs only the public key of the pair. No module that a hook loads may import this file.
"""

from collections.abc import Sequence

from hotline.errors import DecryptionFailed, PassphraseWrong
from hotline.keys.decrypt import Stretch, unwrap
from hotline.people.decrypt_members import decrypt_desk_key

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
    """Returns a desk's private key. `recovery` contains the encrypted private keys, the newest first.

    Raises PassphraseWrong. Also raises it if the desk was encrypted for a pair with another passphrase. Raises
    DecryptionFailed.
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
    raise DecryptionFailed(f"the key of desk {desk} was altered")
