"""Encrypts the monthly sums about the persons of cases. Only the reader process can decrypt and add up the sums."""

import json
from collections.abc import Mapping

from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox

from hotline.statistics.rules_definitions import CellName, CellSum
from hotline.text.errors import DecryptionFailed


def encrypt_sums(sums: Mapping[CellName, CellSum], *, month: str, public_key: bytes) -> bytes:
    """Returns a month's sums for the statistics about persons, encrypted with the public key of the reader process.
    Raises DecryptionFailed if the public key is damaged."""
    cells = {str(name): [cell.count, cell.keys] for name, cell in sums.items()}
    plain = json.dumps({"month": month, "cells": cells}, separators=(",", ":"), sort_keys=True)
    try:
        return bytes(SealedBox(PublicKey(public_key)).encrypt(plain.encode()))
    except (CryptoError, TypeError):
        raise DecryptionFailed(
            "The public key of the reader process is damaged: restore reader.pub."
        ) from None
