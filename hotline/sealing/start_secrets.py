"""A code or a start PIN as it is kept: a salted Argon2id digest. It is compared, and never read.

version 4 | passes 4 | KiB of memory 4 | salt 16 | digest 32
"""

import hmac
import struct

from nacl.pwhash import argon2id
from nacl.utils import random

from hotline.sealing.members import PIN_COSTS
from hotline.sealing.passphrase import MOST_KIB, MOST_PASSES, Costs

DIGESTED = b"\x04"
HEADER = struct.Struct(">cII16s")
DIGEST_BYTES = 32
START_COSTS = PIN_COSTS
CODE_COSTS = Costs(passes=1, kib=1024)
"""A code lives for two days and three tries, and the phone that it went to holds it in clear."""


def digested(digits: str, costs: Costs) -> bytes:
    salt = random(argon2id.SALTBYTES)
    header = HEADER.pack(DIGESTED, costs.passes, costs.kib, salt)
    return header + _digest(digits, costs, salt)


def is_same(kept: bytes | None, digits: str, costs: Costs) -> bool:
    """Whether `digits` were digested to this. Where nothing is kept it costs `costs`, and is False."""
    read = None if kept is None else _read(kept)
    if read is None:
        _digest(digits, costs, bytes(argon2id.SALTBYTES))
        return False
    of, salt, digest = read
    return hmac.compare_digest(_digest(digits, of, salt), digest)


def _read(kept: bytes) -> tuple[Costs, bytes, bytes] | None:
    if len(kept) != HEADER.size + DIGEST_BYTES:
        return None
    version, passes, kib, salt = HEADER.unpack_from(kept)
    if version != DIGESTED or not (1 <= passes <= MOST_PASSES and 8 <= kib <= MOST_KIB):
        return None
    return Costs(passes, kib), salt, kept[HEADER.size :]


def _digest(digits: str, costs: Costs, salt: bytes) -> bytes:
    return argon2id.kdf(
        DIGEST_BYTES,
        digits.encode("utf-8", "surrogatepass"),
        salt,
        opslimit=costs.passes,
        memlimit=costs.kib * 1024,
    )
