"""Encrypts codes about a person for the key pair of the case. Writing needs no secret key. Another module decrypts.

The private key of the pair is granted like a tip's key, under the same weekly lock. Its name in the grant differs, so
that the two cannot be confused. The process that creates the pair encrypts the private key for the reader and keeps no
copy.

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
"""Holder of a case's key that is the reader. Other holders are desks, whose codes never begin with a colon."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A new case's key pair. The private key leaves this file only as the reader's grant."""

    public_key: bytes
    grant: bytes = field(repr=False)


def new_case(sealer: Sealer, *, uid: str, at: datetime) -> NewCase:
    """Creates the key pair of a case. Raises KeyMissing where this process lacks the reader's public key."""
    private = random(PrivateKey.SEED_SIZE)
    to = sealer.reader_key()
    grant = sealer.grant(private, uid=case_name(uid), desk=READER, public_key=to, at=at)
    return NewCase(bytes(PrivateKey.from_seed(private).public_key), grant)


def seal_codes(plain: bytes, *, public_key: bytes, uid: str, entry_id: int | str) -> bytes:
    """Encrypts codes, bound to the tip of this uid and to a case event.

    An unfinished form has a name in place of the event. Raises SealBroken. Raises ValueError where the codes are too
    long.
    """
    codes = padded(plain) + bound(uid, entry_id)
    try:
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(codes)
    except (CryptoError, TypeError):
        raise SealBroken("a case's key that nothing can be sealed to") from None


def case_name(uid: str) -> str:
    """Returns the name that a grant of a case's key is bound to. A tip's grant is bound to the uid itself."""
    return f"case:{uid}"


def bound(uid: str, entry_id: int | str) -> bytes:
    return b"codes\0" + uid.encode() + b"\0" + str(entry_id).encode()
