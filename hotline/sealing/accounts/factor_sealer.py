"""Seals the secrets of authenticators under the key of the console's pages, which no database and no other role has."""

import hmac

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.runs import opened, under

TOTP_KEY = "totp.key"


class FactorSealer:
    """Each secret is bound to its account. Digests of typed words are keyed, so that a stolen row tells nothing."""

    def __init__(self, key: bytes) -> None:
        self._seals = hmac.digest(key, b"seal", "sha256")
        self._digests = hmac.digest(key, b"digest", "sha256")

    @classmethod
    def of(cls, folder: KeyFolder) -> "FactorSealer":
        """Raises KeyMissing."""
        return cls(folder.read(TOTP_KEY))

    def seal(self, secret: str, *, account: str) -> bytes:
        return VERSION + under(self._seals, account.encode(), secret.encode())

    def open(self, sealed: bytes, *, account: str) -> str:
        """Raises SealBroken."""
        plain = opened(self._seals, account.encode(), sealed[1:])
        if sealed[:1] != VERSION or plain is None:
            raise SealBroken("a second factor that was altered, or is another account's")
        return plain.decode()

    def digest(self, purpose: str, words: str) -> bytes:
        """The same for the same words: how a code on paper, or a name that was typed, is found again."""
        said = f"{purpose}\0{words}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._digests, said, "sha256")
