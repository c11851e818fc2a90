"""Encrypts conversation states for Redis, so that Redis never contains a caller's answers in clear text.

If no key decrypts a conversation state, the state is lost, and the caller starts again at the first screen. Each state
is encrypted under two keys together: the key of the process that answers the gateway, and the key of the current week.
An operator can rotate the key of the process that answers the gateway. Each week, the process replaces the weekly key
by the next week's key, and destroys the old key. Redis keeps overwritten states in its log. To decrypt a state from
Redis's log, a thief needs both keys, and the weekly key is destroyed after two weeks.

An encrypted state has this format, with the number of bytes of each part:

    `version 3 | week 8, as in 2026-W48 | nonce 24, the state, tag 16`
"""

from collections.abc import Callable, Iterable, Iterator
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


JOINED = b"\x03"
HEAD_BYTES = 1 + WEEK_BYTES


class StateCipher:
    """Encrypts conversation states with XChaCha20-Poly1305, under a key that is computed from the process's own key and
    the weekly key. If the process has no weekly key, the class uses only the process's own key.

    An attacker cannot use the encrypted state of one USSD session in another session. After a rotation of the own key,
    the class also decrypts states with the previous key while that key exists.
    """

    def __init__(
        self,
        each_key: Callable[[], Iterable[bytes]],
        weekly_lock: WeeklyLock,
        now: Callable[[], datetime],
    ) -> None:
        """Makes a cipher. `each_key` returns the keys for conversation states, newest first."""
        self._each_key, self._weekly_lock, self._now = each_key, weekly_lock, now

    @classmethod
    def of(
        cls,
        folder: KeyFolder,
        weekly_lock: WeeklyLock,
        now: Callable[[], datetime],
        *,
        each: float = 0.0,
    ) -> "StateCipher":
        """Reads the key of conversation states from a folder, and checks every `each` seconds if the key file changed.
        Raises KeyMissing.
        """
        live = LiveKeys(folder.path, STATES_KEY, each=each)

        def each_key() -> Iterator[bytes]:
            yield from live.now()
            # If no key in memory decrypts a state, another process may have encrypted the state with a newer key.
            yield from live.again()

        return cls(each_key, weekly_lock, now)

    def seal(self, session_key: str, plain: bytes) -> bytes:
        week = self._weekly_lock.week(self._now())
        head = JOINED + week.encode() if week else VERSION
        own = next(iter(self._each_key()))
        return head + encrypt_under(*self._key_and_binding(head, own, session_key), plain)

    def open(self, session_key: str, encrypted: bytes) -> bytes:
        """Decrypts a conversation state. Raises DecryptionFailed."""
        size = HEAD_BYTES if encrypted[:1] == JOINED else len(VERSION)
        head, rest = encrypted[:size], encrypted[size:]
        if head[:1] not in (JOINED, VERSION):
            raise DecryptionFailed("the USSD session state has an unknown format")
        try:
            for own in self._each_key():
                plain = try_decrypt(*self._key_and_binding(head, own, session_key), rest)
                if plain is not None:
                    return plain
        except KeyMissing:
            raise DecryptionFailed("the weekly key of this USSD session was destroyed") from None
        except ValueError:
            raise DecryptionFailed("the USSD session state does not name its weekly key") from None
        raise DecryptionFailed("the USSD session state was altered or is for another session")

    def _key_and_binding(self, head: bytes, own: bytes, session_key: str) -> tuple[bytes, bytes]:
        if head == VERSION:
            return own, session_key.encode()
        week = head[1:].decode()
        return self._weekly_lock.joined(week, own), head + session_key.encode()


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
