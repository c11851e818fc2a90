"""Decrypts the monthly sums about the persons of cases. Only the reader process has the private key for these sums. The
process that answers the gateway never imports this module.
"""

import json
from collections.abc import Mapping, Sequence

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from hotline.statistics.rules_definitions import CellName, CellSum
from hotline.text.errors import DecryptionFailed


def decrypt_sums(
    body: bytes, *, month: str, private_keys: Sequence[bytes]
) -> Mapping[CellName, CellSum]:
    """Decrypts and returns a month's sums for the statistics about persons. Raises DecryptionFailed if none of the
    private keys can decrypt the sums, or if the sums belong to a different month."""
    for private_key in private_keys:
        try:
            document = json.loads(SealedBox(PrivateKey(private_key)).decrypt(body))
            if document["month"] != month:
                break
            return {
                CellName(*name.split("/")): CellSum(count, keys)
                for name, (count, keys) in document["cells"].items()
            }
        except (CryptoError, TypeError, ValueError, KeyError):
            continue
    raise DecryptionFailed("No key of this process decrypts the statistics of this month.")
