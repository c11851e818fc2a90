"""Sketches of words: keyed digests of their pieces, sealed under a key that is derived of one desk's private key.

Whoever holds that desk's key makes and opens them, and nobody else; what one desk keeps says nothing at another. A desk
that gets another key opens none of the sketches before. No hook may reach this file (import contract).

    version 1 | nonce 24, count 2, the digests in the order of their bytes 4 each, padding; tag 16
"""

import hmac
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from hashlib import blake2b

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION, label

DIGEST_BYTES = 4
COUNT_BYTES = 2
MOST_DIGESTS = 400
PLAIN_BYTES = COUNT_BYTES + MOST_DIGESTS * DIGEST_BYTES
"""Every sketch has one length."""


@dataclass(frozen=True, slots=True)
class SketchKeys:
    """Of one desk: a key for digests, and one for the seal."""

    desk: str
    digests: bytes = field(repr=False)
    seals: bytes = field(repr=False)

    @classmethod
    def of_desk(cls, desk: str, private_key: bytes) -> "SketchKeys":
        def derived(purpose: bytes) -> bytes:
            return hmac.digest(private_key, b"sketch\0" + purpose + b"\0" + desk.encode(), "sha256")

        return cls(desk, derived(b"digests"), derived(b"seals"))

    def bound(self, uid: str) -> bytes:
        """What the lock of a week is bound to, around the seal."""
        return b"sketch\0" + label(uid, self.desk)

    def sketch(self, pieces: Iterable[str]) -> frozenset[bytes]:
        """The digests of pieces of words. They are compared with those of this desk alone."""
        return frozenset(
            blake2b(one.encode(), digest_size=DIGEST_BYTES, key=self.digests).digest()
            for one in pieces
        )

    def seal(self, sketch: Set[bytes], *, uid: str) -> bytes:
        """Bound to a tip and this desk. Raises ValueError for more digests than a sketch holds."""
        if len(sketch) > MOST_DIGESTS:
            raise ValueError(f"a sketch of {len(sketch)} digests")
        plain = len(sketch).to_bytes(COUNT_BYTES) + b"".join(sorted(sketch))
        padded = plain.ljust(PLAIN_BYTES, b"\0")
        return VERSION + bytes(Aead(self.seals).encrypt(padded, aad=label(uid, self.desk)))

    def open(self, sealed: bytes, *, uid: str) -> frozenset[bytes]:
        """Raises SealBroken."""
        if sealed[:1] != VERSION:
            raise SealBroken("a sketch that was sealed in an unknown format")
        try:
            plain = Aead(self.seals).decrypt(sealed[1:], aad=label(uid, self.desk))
        except (CryptoError, ValueError, TypeError):
            raise SealBroken("a sketch of another tip, desk or key") from None
        end = COUNT_BYTES + int.from_bytes(plain[:COUNT_BYTES]) * DIGEST_BYTES
        if len(plain) != PLAIN_BYTES or end > PLAIN_BYTES:
            raise SealBroken("a sketch of an unknown shape")
        return frozenset(
            plain[at : at + DIGEST_BYTES] for at in range(COUNT_BYTES, end, DIGEST_BYTES)
        )
