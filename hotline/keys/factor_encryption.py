"""Encrypts the secrets of authenticator apps. Only the console process has the key for this encryption, in its key
folder."""

import hmac
from dataclasses import dataclass, field

from hotline.keys.conversation_state import encrypt_under, try_decrypt
from hotline.keys.encrypt import VERSION
from hotline.keys.key_folder import KeyFolder, LiveKeys
from hotline.keys.passphrase import PIN_COSTS, Costs
from hotline.keys.password_queue import StretchQueue
from hotline.text.errors import DecryptionFailed

TOTP_KEY = "totp.key"
DIGEST_KEY = "digest.key"
"""The name of the file with the key for computing digests. The first rotation of the key for authenticators' secrets
writes this file, and later rotations do not change the file.

The database contains digests of the printed recovery codes, but not the codes. So no program could compute the digests
again under another key.
"""


class FactorEncrypter:
    """Encrypts the secrets of authenticator apps, and computes digests with a secret key.

    A secret that was encrypted for one account cannot be decrypted for another account. The digests are computed with a
    key, so a stolen row of the database reveals nothing. After a rotation, the previous key still decrypts secrets
    while its file exists. The key for digests never changes: it is derived from the first encryption key of this
    folder.
    """

    def __init__(
        self, *keys: bytes, digests: bytes | None = None, live: LiveKeys | None = None
    ) -> None:
        self._keys, self._live = keys, live
        self._digests = digests or digests_of(keys[0])

    @classmethod
    def of(cls, folder: KeyFolder) -> "FactorEncrypter":
        """Makes an encrypter with the keys of a key folder. Raises KeyMissing."""
        live = LiveKeys(folder.path, TOTP_KEY)
        digests = folder.read(DIGEST_KEY) if folder.holds(DIGEST_KEY) else None
        return cls(*live.now(), digests=digests, live=live)

    def seal(self, secret: str, *, account: str) -> bytes:
        return VERSION + encrypt_under(_seals(self._now()[0]), account.encode(), secret.encode())

    def open(self, encrypted: bytes, *, account: str) -> str:
        """Returns the secret of an account's authenticator app. Raises DecryptionFailed."""
        for key in self._now():
            plain = _opened(key, encrypted, account)
            if plain is not None:
                return plain.decode()
        raise DecryptionFailed("a stored sign-in secret was altered or belongs to another account")

    def is_newest(self, encrypted: bytes, *, account: str) -> bool:
        """Returns True if the account's secret is encrypted under the newest key."""
        return _opened(self._now()[0], encrypted, account) is not None

    def digest(self, purpose: str, words: str) -> bytes:
        """Returns the digest of a text, computed with a secret key.

        With the digest, the console finds the row of a printed recovery code or of a typed name.
        """
        data = f"{purpose}\0{words}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._digests, data, "sha256")

    def _now(self) -> tuple[bytes, ...]:
        """Returns the keys for authenticators' secrets, newest first."""
        return self._keys if self._live is None else self._live.now()


@dataclass(frozen=True, slots=True)
class Proofs:
    """The objects that the sign-in needs: the encrypter of second factors, and a queue for slow key derivations."""

    factors: FactorEncrypter
    stretching: StretchQueue = field(default_factory=StretchQueue)
    costs: Costs = field(default_factory=Costs)
    """The Argon2id costs of one attempt at a password."""
    start_costs: Costs = PIN_COSTS
    """The Argon2id costs of one attempt at a start PIN."""

    @classmethod
    def of(cls, folder: KeyFolder) -> "Proofs":
        """Makes the objects with the keys of a key folder. Raises KeyMissing."""
        return cls(FactorEncrypter.of(folder))


def digests_of(key: bytes) -> bytes:
    """Derives the key for computing digests from `key`, the first encryption key of the folder."""
    return hmac.digest(key, b"digest", "sha256")


def _seals(key: bytes) -> bytes:
    return hmac.digest(key, b"seal", "sha256")


def _opened(key: bytes, encrypted: bytes, account: str) -> bytes | None:
    return (
        try_decrypt(_seals(key), account.encode(), encrypted[1:])
        if encrypted[:1] == VERSION
        else None
    )
