"""Encrypts conversation states for Redis, so that Redis never contains a caller's answers in clear text.

If no key decrypts a conversation state, the state is lost, and the caller starts again at the first screen. Each state
is encrypted under two keys together: the key of the process that answers the gateway, and the key of the current week.
An operator can rotate the key of the process that answers the gateway. Each week, the process replaces the weekly key
by the next week's key, and destroys the old key. Redis keeps overwritten states in its log. To decrypt a state from
Redis's log, a thief needs both keys, and the weekly key is destroyed after two weeks.

An encrypted state has this format, with the number of bytes of each part:

    `version 3 | week 8, as in 2026-W48 | nonce 24, the state, tag 16`
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_NPUBBYTES as NONCE_BYTES
from nacl.exceptions import CryptoError
from nacl.utils import random

from hotline.keys.encrypt import VERSION
from hotline.keys.key_folder import KeyFolder, LiveKeys
from hotline.keys.weekly_lock import WEEK_BYTES, WeeklyLock
from hotline.text.errors import DecryptionFailed, KeyMissing

STATES_KEY = "runs.key"


class StateCipher:
    """Encrypts conversation states with XChaCha20-Poly1305. An attacker cannot use the encrypted state of one USSD
    session in another session. After a rotation of the key, the class also decrypts states with the previous key while
    that key exists.
    """

    def __init__(self, *keys: bytes, live: LiveKeys | None = None) -> None:
        self._keys = keys
        self._live = live

    @classmethod
    def of(cls, folder: KeyFolder, *, each: float = 0.0) -> "StateCipher":
        """Reads the key of conversation states from a folder, and checks every `each` seconds if the key file changed.
        Raises KeyMissing.

        If no key in memory decrypts a state, the class checks the key file again at once.
        """
        live = LiveKeys(folder.path, STATES_KEY, each=each)
        return cls(*live.now(), live=live)

    def each_key(self) -> Iterator[bytes]:
        """Yields the keys in memory, newest first. After the last key, checks the key file and yields all keys again,
        because another process may have encrypted a state with a newer key.
        """
        yield from self._keys if self._live is None else self._live.now()
        if self._live is not None:
            yield from self._live.again()

    def seal(self, session_key: str, plain: bytes) -> bytes:
        return VERSION + encrypt_under(next(self.each_key()), session_key.encode(), plain)

    def open(self, session_key: str, encrypted: bytes) -> bytes:
        """Decrypts a conversation state. Raises DecryptionFailed."""
        if encrypted[:1] != VERSION:
            raise DecryptionFailed("the USSD session state has an unknown format")
        bound = session_key.encode()
        for key in self.each_key():
            if (plain := try_decrypt(key, bound, encrypted[1:])) is not None:
                return plain
        raise DecryptionFailed("the USSD session state was altered or is for another session")


def encrypt_under(key: bytes, bound: bytes, plain: bytes) -> bytes:
    """Encrypts `plain`. To decrypt the result, a program needs the same `key` and the same `bound`. Returns the nonce,
    followed by the encrypted data."""
    nonce = random(NONCE_BYTES)
    return nonce + encrypt(plain, bound, nonce, key)


def try_decrypt(key: bytes, bound: bytes, encrypted: bytes) -> bytes | None:
    """Decrypts data that `encrypt_under` encrypted. Returns None if `key` or `bound` differs from the value that
    `encrypt_under` used, or if the data was altered.
    """
    try:
        return decrypt(encrypted[NONCE_BYTES:], bound, encrypted[:NONCE_BYTES], key)
    except (CryptoError, ValueError, TypeError):
        return None


JOINED = b"\x03"
HEAD_BYTES = 1 + WEEK_BYTES


class WeeklyStateCipher:
    """Encrypts each conversation state under a key that is computed from two keys: the process's own key and the weekly
    key. If the process has no weekly key, the class uses only the process's own key.
    """

    def __init__(
        self, cipher: StateCipher, weekly_lock: WeeklyLock, now: Callable[[], datetime]
    ) -> None:
        self._cipher = cipher
        self._weekly_lock = weekly_lock
        self._now = now

    def seal(self, session_key: str, plain: bytes) -> bytes:
        week = self._weekly_lock.week(self._now())
        if not week:
            return self._cipher.seal(session_key, plain)
        head = JOINED + week.encode()
        key = self._weekly_lock.joined(week, next(self._cipher.each_key()))
        return head + encrypt_under(key, head + session_key.encode(), plain)

    def open(self, session_key: str, encrypted: bytes) -> bytes:
        """Decrypts a conversation state. Raises DecryptionFailed."""
        if encrypted[:1] != JOINED:
            return self._cipher.open(session_key, encrypted)
        head, rest = encrypted[:HEAD_BYTES], encrypted[HEAD_BYTES:]
        try:
            week = head[1:].decode()
            for key in self._cipher.each_key():
                joined = self._weekly_lock.joined(week, key)
                plain = try_decrypt(joined, head + session_key.encode(), rest)
                if plain is not None:
                    return plain
        except KeyMissing:
            raise DecryptionFailed("the weekly key of this USSD session was destroyed") from None
        except ValueError:
            raise DecryptionFailed("the USSD session state does not name its weekly key") from None
        raise DecryptionFailed("the USSD session state was altered or is for another session")
