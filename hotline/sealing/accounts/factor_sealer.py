"""Seals the secrets of authenticators under the key of the console's pages, which no database and no other role has."""

import hmac
from dataclasses import dataclass, field

from hotline.errors import SealBroken
from hotline.sealing.accounts.stretch_queue import StretchQueue
from hotline.sealing.envelope import VERSION
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.livekeys import LiveKeys
from hotline.sealing.passphrase import Costs
from hotline.sealing.runs import opened, under

TOTP_KEY = "totp.key"
DIGEST_KEY = "digest.key"
"""The key of digests since the first rotation: what is on paper is known to nobody, and gets no other digest."""


class FactorSealer:
    """Each secret is bound to its account. Digests of typed words are keyed, so that a stolen row tells nothing.

    What the key before sealed opens while that one is there; digests stay those of the first key.
    """

    def __init__(
        self, *keys: bytes, digests: bytes | None = None, live: LiveKeys | None = None
    ) -> None:
        self._keys, self._live = keys, live
        self._digests = digests or digests_of(keys[0])

    @classmethod
    def of(cls, folder: KeyFolder) -> "FactorSealer":
        """Raises KeyMissing."""
        live = LiveKeys(folder.path, TOTP_KEY)
        digests = folder.read(DIGEST_KEY) if folder.holds(DIGEST_KEY) else None
        return cls(*live.now(), digests=digests, live=live)

    def seal(self, secret: str, *, account: str) -> bytes:
        return VERSION + under(_seals(self._now()[0]), account.encode(), secret.encode())

    def open(self, sealed: bytes, *, account: str) -> str:
        """Raises SealBroken."""
        for key in self._now():
            plain = _opened(key, sealed, account)
            if plain is not None:
                return plain.decode()
        raise SealBroken("a second factor that was altered, or is another account's")

    def is_newest(self, sealed: bytes, *, account: str) -> bool:
        """Whether it was sealed under the newest key."""
        return _opened(self._now()[0], sealed, account) is not None

    def digest(self, purpose: str, words: str) -> bytes:
        """The same for the same words: how a code on paper, or a name that was typed, is found again."""
        said = f"{purpose}\0{words}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._digests, said, "sha256")

    def _now(self) -> tuple[bytes, ...]:
        """The newest first."""
        return self._keys if self._live is None else self._live.now()


@dataclass(frozen=True, slots=True)
class Proofs:
    """What proves a person of the console: sealed second factors, and the queue and costs of dear stretches."""

    factors: FactorSealer
    stretching: StretchQueue = field(default_factory=StretchQueue)
    costs: Costs = field(default_factory=Costs)
    """Of one guess of a password."""
    start_costs: Costs | None = None
    """Of one guess of a start PIN that a page makes; None for those of every start PIN."""

    @classmethod
    def of(cls, folder: KeyFolder) -> "Proofs":
        """Raises KeyMissing."""
        return cls(FactorSealer.of(folder))


def digests_of(key: bytes) -> bytes:
    """The key of digests, as long as no rotation has written it down."""
    return hmac.digest(key, b"digest", "sha256")


def _seals(key: bytes) -> bytes:
    return hmac.digest(key, b"seal", "sha256")


def _opened(key: bytes, sealed: bytes, account: str) -> bytes | None:
    return opened(_seals(key), account.encode(), sealed[1:]) if sealed[:1] == VERSION else None
