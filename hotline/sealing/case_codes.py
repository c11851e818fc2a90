"""Codes about a person, sealed to the pair of her case: whoever writes one needs no key. The opening half is apart.

The pair's private half is granted as a tip's key is: the same box, under the same week's lock, by a name of its own, so
that neither is taken for the other. Whoever makes the pair seals that half to the reader, and keeps it nowhere.

    version 1 | box to the case: padded codes, and what they are bound to
"""

from dataclasses import dataclass, field
from datetime import datetime

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.utils import random

from hotline.errors import SealBroken
from hotline.sealing.envelope import VERSION, padded
from hotline.sealing.sealer import Sealer

READER = ":reader"
"""The reader among the holders of a case's key, who are desks else: no desk's code begins so."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case's pair at its birth: the private half leaves this file only as the reader's grant."""

    public_key: bytes
    grant: bytes = field(repr=False)


def new_case(sealer: Sealer, *, uid: str, at: datetime) -> NewCase:
    """Raises KeyMissing where this process does not know the reader's public key."""
    private = random(PrivateKey.SEED_SIZE)
    to = sealer.reader_key()
    grant = sealer.grant(private, uid=case_name(uid), desk=READER, public_key=to, at=at)
    return NewCase(bytes(PrivateKey.from_seed(private).public_key), grant)


def seal_codes(plain: bytes, *, public_key: bytes, uid: str, entry_id: int | str) -> bytes:
    """Bound to the tip of this uid, and to an entry of its log, or to the name of a form that is not whole yet.

    Raises SealBroken; ValueError for what is too long.
    """
    codes = padded(plain) + bound(uid, entry_id)
    try:
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(codes)
    except (CryptoError, TypeError):
        raise SealBroken("a case's key that nothing can be sealed to") from None


def case_name(uid: str) -> str:
    """What a grant of a case's key is bound to, where a tip's is bound to its uid."""
    return f"case:{uid}"


def bound(uid: str, entry_id: int | str) -> bytes:
    return b"codes\0" + uid.encode() + b"\0" + str(entry_id).encode()
