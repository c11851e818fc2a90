"""Draws the record keys that published counts are rounded by."""

import secrets

from hotline.statistics.rules_rounding import KEYS


def new_record_key() -> int:
    """Returns a random record key, 0 to 255. It stays as secret as its record and leaves the database in no file."""
    return secrets.randbelow(KEYS)
