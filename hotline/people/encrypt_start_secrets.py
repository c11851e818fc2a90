"""Makes the digest of an enrolment code or a start PIN with salted Argon2id. The hotline uses the digest to check the
digits that a person types later. The digits cannot be read from the digest.

The digest has this format, with sizes in bytes: `version 4 | passes 4 | KiB of memory 4 | salt 16 | digest 32`.
"""

import hmac
import struct

from nacl.pwhash import argon2id
from nacl.utils import random

from hotline.keys.passphrase import Costs

DIGESTED = b"\x04"
HEADER = struct.Struct(">cII16s")
DIGEST_BYTES = 32
CODE_COSTS = Costs(passes=1, kib=1024)
"""The cost of computing the digest of an enrolment code. The cost is low, because a code is valid for only two days and
three attempts.
"""


def digest_digits(digits: str, costs: Costs) -> bytes:
    salt = random(argon2id.SALTBYTES)
    header = HEADER.pack(DIGESTED, costs.passes, costs.kib, salt)
    return header + costs.stretch(digits, salt, DIGEST_BYTES)


def is_same(kept: bytes | None, digits: str, costs: Costs) -> bool:
    """Returns True if `kept` is the digest of `digits`.

    If `kept` is None, takes as long as a comparison, and returns False.
    """
    read = None if kept is None else _read(kept)
    if read is None:
        costs.stretch(digits, bytes(argon2id.SALTBYTES), DIGEST_BYTES)
        return False
    of, salt, digest = read
    return hmac.compare_digest(of.stretch(digits, salt, DIGEST_BYTES), digest)


def _read(kept: bytes) -> tuple[Costs, bytes, bytes] | None:
    if len(kept) != HEADER.size + DIGEST_BYTES:
        return None
    version, passes, kib, salt = HEADER.unpack_from(kept)
    costs = Costs(passes, kib)
    if version != DIGESTED or not costs.are_bearable:
        return None
    return costs, salt, kept[HEADER.size :]
