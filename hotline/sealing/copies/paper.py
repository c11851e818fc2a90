"""Converts a key to text on paper and back: groups of four letters and digits. The last group checks the others.

7GQX 2ABM ...  Reading accepts similar digits for letters, and lower-case letters.
"""

import base64
import hashlib

from hotline.errors import BackupInvalid
from hotline.sealing.keys.keyfolder import KEY_BYTES

GROUP, CHECK_LETTERS = 4, 4
LOOK_ALIKES = str.maketrans({"0": "O", "1": "I", "8": "B", "9": "G"})


def written(key: bytes) -> str:
    letters = _letters(key) + _check(key)
    return " ".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def read(typed: str) -> bytes:
    """Returns the key. Raises BackupInvalid where a letter is wrong. The error contains none of the letters."""
    letters = "".join(typed.split()).upper().translate(LOOK_ALIKES)
    body, check = letters[:-CHECK_LETTERS], letters[-CHECK_LETTERS:]
    try:
        key = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES or check != _check(key):
        raise BackupInvalid("that is not what was written down: a letter is wrong, or missing")
    return key


def _letters(key: bytes) -> str:
    return base64.b32encode(key).decode().rstrip("=")


def _check(key: bytes) -> str:
    return _letters(hashlib.sha256(b"paper" + key).digest())[:CHECK_LETTERS]
