"""Defines the context of the reader process. Only this context contains the keys that decrypt PINs. Also keeps
decrypted private keys in memory for some minutes."""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock

from hotline.core.contexts import Context
from hotline.keys.key_folder import KeyFolder, LiveKeys
from hotline.keys.key_making import PEPPER_KEY, READER_KEY
from hotline.people.decrypt_members import PinVault

KEPT_SECONDS = 600.0
MAX_KEYS = 1024


class KeyMemory:
    """Remembers the decrypted private keys of responders. Returns a key only for the session, responder and PIN with
    which it was stored. Several threads may use one `KeyMemory` at the same time.

    Forgets each key after ten minutes. Forgets the oldest key if it has stored too many keys.
    """

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._secret = secrets.token_bytes(32)
        self._elapsed = elapsed
        self._kept: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"KeyMemory({len(self._kept)})"

    def find(self, session_key: str, responder_id: int, pin: str) -> bytes | None:
        with self._lock:
            now = self._elapsed()
            while self._kept and next(iter(self._kept.values()))[0] <= now:
                self._kept.popitem(last=False)
            found = self._kept.get(self._name(session_key, responder_id, pin))
        return None if found is None else found[1]

    def keep(self, session_key: str, responder_id: int, pin: str, private: bytes) -> None:
        name = self._name(session_key, responder_id, pin)
        with self._lock:
            self._kept.setdefault(name, (self._elapsed() + KEPT_SECONDS, private))
            while len(self._kept) > MAX_KEYS:
                self._kept.popitem(last=False)

    def _name(self, session_key: str, responder_id: int, pin: str) -> bytes:
        said = f"{session_key}\0{responder_id}\0{pin}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, said, "sha256")


@dataclass(frozen=True)
class ReaderContext(Context):
    vault: PinVault
    pair: LiveKeys
    """The private keys that decrypt the PINs in requests, the newest first."""
    memory: KeyMemory = field(default_factory=KeyMemory)
    bell: Event = field(default_factory=Event)
    """A signal that a request has been stored, so that the reader process answers at once."""

    @classmethod
    def of(cls, context: Context, keys: KeyFolder) -> "ReaderContext":
        """Returns a context with the values of `context`, and with the keys that only the reader process has. Raises
        KeyMissing."""
        return cls(
            **vars(context),
            vault=PinVault(LiveKeys(keys.path, PEPPER_KEY).now),
            pair=LiveKeys(keys.path, READER_KEY),
        )
