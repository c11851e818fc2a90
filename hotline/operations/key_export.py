"""Exports the key folders as one encrypted file, and converts a key to text on paper and back.

Store the exported file apart from backups, because a person who has the file and a backup can decrypt everything. The
file leaves out keys with a date in their names. The hotline must destroy keys with a date when their time is over, so
no exported file may contain such keys. The file also leaves out the pepper (a secret that protects PINs), which is kept
on paper. With the pepper and the database, an attacker could find every PIN in a few days.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from hotline.keys.decrypt import unwrap
from hotline.keys.key_folder import KEY_BYTES, KeyFolder, previous_name
from hotline.keys.key_making import PEPPER_KEY
from hotline.keys.passphrase import Costs, WrappingKey
from hotline.text.errors import BackupInvalid, Occupied

OWNER = "exported keys"
SECRET_NAME = "this file of keys"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}/[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
"""The pattern that the names of exported keys, `role/file`, must match. A name that matches this pattern never points
to a place outside the folder.
"""
OF_A_TIME = re.compile(r"\d{4}-(W?\d\d)")
ON_PAPER = frozenset({PEPPER_KEY, previous_name(PEPPER_KEY)})
"""The names of keys that an exported file never contains."""


def export_keys(folder: Path, passphrase: str, costs: Costs | None = None) -> bytes:
    """Returns the permanent keys of every role in `folder`, encrypted. The names of permanent keys contain no date."""
    document = json.dumps(
        {name: base64.b64encode(key).decode() for name, key in permanent_keys(folder).items()}
    )
    stretched = WrappingKey.stretch(passphrase, costs or Costs())
    return stretched.wrap(document.encode(), owner=OWNER)


def import_keys(parcel: bytes, passphrase: str, folder: Path) -> list[str]:
    """Restores the permanent keys from an exported file. Returns the names of the keys that were missing in the folder
    before.

    Raises PassphraseWrong, DecryptionFailed or BackupInvalid if the file cannot be read. Raises Occupied if a different
    key with the same name exists. If the function raises `Occupied`, it writes no key.
    """
    keys = _read(unwrap(parcel, passphrase, owner=OWNER, part=SECRET_NAME))
    present = permanent_keys(folder)
    different = sorted(name for name in keys if name in present and present[name] != keys[name])
    if different:
        raise Occupied(
            f"the folder already has other keys named {', '.join(different)}: move them to another folder first"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    places = {name: folder / name for name in keys}
    return [name for name, at in places.items() if KeyFolder(at.parent).make(at.name, keys[name])]


def permanent_keys(folder: Path) -> Mapping[str, bytes]:
    """Returns the permanent keys. The name of a key is `role/file`. Leaves out keys with a date in their names."""
    roles = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return {
        f"{role.name}/{name}": KeyFolder(role).read(name)
        for role in roles
        for name in KeyFolder(role).names()
        if not OF_A_TIME.search(name) and name not in ON_PAPER
    }


def _read(document: bytes) -> Mapping[str, bytes]:
    try:
        keys = json.loads(document)
        exported = {str(name): base64.b64decode(key, validate=True) for name, key in keys.items()}
    except (ValueError, TypeError, AttributeError):
        raise BackupInvalid("the file contains no exported keys: choose another file") from None
    if not all(NAME.fullmatch(name) and not OF_A_TIME.search(name) for name in exported):
        raise BackupInvalid("the file of exported keys has a key with an unknown name")
    return exported


GROUP, CHECK_LETTERS = 4, 4
LOOK_ALIKES = str.maketrans({"0": "O", "1": "I", "8": "B", "9": "G"})


def write_letters(key: bytes) -> str:
    letters = _letters(key) + _check(key)
    return " ".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def read_letters(text: str) -> bytes:
    """Reads a key from its text on paper. Raises BackupInvalid if a letter is wrong. The error contains none of the
    letters."""
    letters = "".join(text.split()).upper().translate(LOOK_ALIKES)
    body, check = letters[:-CHECK_LETTERS], letters[-CHECK_LETTERS:]
    try:
        key = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES or check != _check(key):
        raise BackupInvalid(
            "the typed letters differ from the key on paper: check each letter, and type the key again"
        )
    return key


def _letters(key: bytes) -> str:
    return base64.b32encode(key).decode().rstrip("=")


def _check(key: bytes) -> str:
    return _letters(hashlib.sha256(b"paper" + key).digest())[:CHECK_LETTERS]
