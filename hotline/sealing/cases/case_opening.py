"""What `case_codes` seals, opened: by the reader's grant of a case, or a desk's.

No hook may reach this file (import contract).
"""

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from hotline.errors import SealBroken
from hotline.sealing.cases.case_codes import bound, case_name
from hotline.sealing.envelope import VERSION, unpadded
from hotline.sealing.opening import open_grant


def open_case_key(grant: bytes, *, uid: str, holder: str, private_key: bytes) -> bytes:
    """The private half of a case's pair, by a grant without its week's lock. Raises SealBroken."""
    return open_grant(grant, uid=case_name(uid), desk=holder, private_key=private_key)


def open_codes(body: bytes, *, private: bytes, uid: str, entry_id: int | str) -> bytes:
    """Raises SealBroken."""
    if body[:1] != VERSION:
        raise SealBroken("codes that were sealed in an unknown format")
    told = bound(uid, entry_id)
    try:
        plain = SealedBox(PrivateKey.from_seed(private)).decrypt(body[1:])
        if not plain.endswith(told):
            raise ValueError
        return unpadded(plain.removesuffix(told))
    except (CryptoError, TypeError, ValueError):
        raise SealBroken("codes that were altered, or are another entry's") from None
