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
"""The file with the digest key. The first rotation writes this file, and later rotations do not change it.

The database contains only digests of the printed codes. The codes themselves are not stored, so no program could
compute these digests again under another key.
"""


class FactorEncrypter:
    """Encrypts the secrets of authenticator apps, and computes keyed digests.

    Each encrypted secret is valid for one account only. Digests need a key, so that a stolen row of the database
    reveals nothing. While the file of the previous key exists, that key still decrypts secrets. The digest key never
    changes: it is derived from the first encryption key that this folder had.
    """

    def __init__(
        self, *keys: bytes, digests: bytes | None = None, live: LiveKeys | None = None
    ) -> None:
        self._keys, self._live = keys, live
        self._digests = digests or digests_of(keys[0])

    @classmethod
    def of(cls, folder: KeyFolder) -> "FactorEncrypter":
        """Reads the keys of a key folder. Raises KeyMissing."""
        live = LiveKeys(folder.path, TOTP_KEY)
        digests = folder.read(DIGEST_KEY) if folder.holds(DIGEST_KEY) else None
        return cls(*live.now(), digests=digests, live=live)

    def seal(self, secret: str, *, account: str) -> bytes:
        return VERSION + encrypt_under(_seals(self._now()[0]), account.encode(), secret.encode())

    def open(self, encrypted: bytes, *, account: str) -> str:
        """Returns the decrypted secret. Raises DecryptionFailed."""
        for key in self._now():
            plain = _opened(key, encrypted, account)
            if plain is not None:
                return plain.decode()
        raise DecryptionFailed("a stored second factor was altered or belongs to another account")

    def is_newest(self, encrypted: bytes, *, account: str) -> bool:
        """Returns True if the secret is encrypted under the newest key."""
        return _opened(self._now()[0], encrypted, account) is not None

    def digest(self, purpose: str, words: str) -> bytes:
        """Returns the keyed digest of a text.

        Equal texts have equal digests. So the console can find the row of a printed code or of a typed name.
        """
        said = f"{purpose}\0{words}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._digests, said, "sha256")

    def _now(self) -> tuple[bytes, ...]:
        """Returns the keys, newest first."""
        return self._keys if self._live is None else self._live.now()


@dataclass(frozen=True, slots=True)
class Proofs:
    """The objects that the sign-in needs: the encrypter of second factors, and a queue for slow key derivations."""

    factors: FactorEncrypter
    stretching: StretchQueue = field(default_factory=StretchQueue)
    costs: Costs = field(default_factory=Costs)
    """The Argon2id costs of one attempt at a password."""
    start_costs: Costs = PIN_COSTS
    """The Argon2id costs of one attempt at a start PIN that a page creates."""

    @classmethod
    def of(cls, folder: KeyFolder) -> "Proofs":
        """Reads the keys of a key folder. Raises KeyMissing."""
        return cls(FactorEncrypter.of(folder))


def digests_of(key: bytes) -> bytes:
    """Derives the digest key from the key of the folder. The first rotation writes this digest key to a file."""
    return hmac.digest(key, b"digest", "sha256")


def _seals(key: bytes) -> bytes:
    return hmac.digest(key, b"seal", "sha256")


def _opened(key: bytes, encrypted: bytes, account: str) -> bytes | None:
    return (
        try_decrypt(_seals(key), account.encode(), encrypted[1:])
        if encrypted[:1] == VERSION
        else None
    )
