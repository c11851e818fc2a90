"""Rotates a key: makes a new key, and keeps the previous key until no data needs it.

After each step of a rotation, all processes can continue to work. If a rotation is interrupted, an operator runs the
rotation again, and the rotation continues with the interrupted step.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nacl.public import PrivateKey

from hotline.keys.conversation_state import STATES_KEY
from hotline.keys.factor_encryption import DIGEST_KEY, TOTP_KEY, digests_of
from hotline.keys.key_folder import DIAL_SECRET, KEY_BYTES, KeyFolder, previous_name
from hotline.keys.key_making import HELD_BY, PAIRS, PEPPER_KEY, READER_KEY, RELAY_KEY, WATCH_KEY
from hotline.text.errors import NotReady


@dataclass(frozen=True, slots=True)
class Rotating:
    """A key that an operator can rotate. `HELD_BY` lists the roles that have the key, and `PAIRS` names its public
    half.
    """

    file: str
    digest_file: str | None = None
    """The file of a second key, which computes digests. The value is None if the rotated key has no such second key. A
    rotation never changes this file, because no program could compute the stored digests again under a new key: the
    original texts are not stored.
    """

    @property
    def role(self) -> str:
        return HELD_BY[self.file][0]

    @property
    def shared_role(self) -> str | None:
        """Returns the second role that has the secret, or None if only one role has it. `publish_key` gives the new
        secret to the second role, when the first role already accepts both the old and the new secret.
        """
        return next(iter(HELD_BY[self.file][1:]), None)

    @property
    def public_file(self) -> str | None:
        return PAIRS.get(self.file)


ROTATING: Mapping[str, Rotating] = {
    "runs": Rotating(STATES_KEY),
    "relay": Rotating(RELAY_KEY),
    "watch": Rotating(WATCH_KEY),
    "dial": Rotating(DIAL_SECRET),
    "totp": Rotating(TOTP_KEY, DIGEST_KEY),
    "reader": Rotating(READER_KEY),
    "pepper": Rotating(PEPPER_KEY),
}


def stage_key(folder: Path, key: Rotating) -> bool:
    """Makes a new key, and keeps the present key as the previous key. Returns False if an earlier, interrupted run
    already made the new key.

    If the key belongs to a pair, processes encrypt data to the new pair only after `publish_key` has run. Raises
    NotReady if the folder does not contain the key.
    """
    role = KeyFolder(folder / key.role)
    if not role.holds(key.file):
        raise NotReady(
            f"the key folder {folder / key.role} lacks {key.file}: run this command on the machine with all key folders"
        )
    now = role.read(key.file)
    if key.digest_file is not None:
        role.make(key.digest_file, digests_of(now))
    if not role.make(previous_name(key.file), now) and role.read(previous_name(key.file)) != now:
        return False
    shared = key.shared_role is not None
    fresh = secrets.token_urlsafe(KEY_BYTES).encode() if shared else secrets.token_bytes(KEY_BYTES)
    role.replace(key.file, fresh)
    return True


def publish_key(folder: Path, key: Rotating) -> bytes | None:
    """Makes other roles use the new key that `stage_key` made. Returns the public half of the new key, or None if the
    key has no public half.

    Writes the public half to the roles that encrypt data with it. If two roles share a secret, gives the new secret to
    the second role.
    """
    fresh = KeyFolder(folder / key.role).read(key.file)
    if key.shared_role is not None:
        KeyFolder(folder / key.shared_role).replace(key.file, fresh)
    if key.public_file is None:
        return None
    public_key = bytes(PrivateKey(fresh).public_key)
    for role in HELD_BY[key.public_file]:
        KeyFolder(folder / role).replace(key.public_file, public_key)
    return public_key


def staged_at(folder: Path, key: Rotating) -> datetime | None:
    """Returns the time at which the last rotation made the present key. Returns None if there is no previous key."""
    file = folder / key.role / previous_name(key.file)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.is_file() else None


def private_halves(folder: Path, key: Rotating) -> tuple[bytes, bytes]:
    """Returns two private keys: the newest key and the previous key. Raises KeyMissing."""
    role = KeyFolder(folder / key.role)
    return role.read(key.file), role.read(previous_name(key.file))


def newest_keys(folder: Path, key: Rotating) -> Iterator[tuple[str, bytes]]:
    """Yields the newest key, its public half and its key for digests, each with its file name. Leaves out a public half
    or a key for digests that does not exist. Raises KeyMissing.
    """
    role = KeyFolder(folder / key.role)
    secret = role.read(key.file)
    yield key.file, secret
    if key.public_file is not None:
        yield key.public_file, bytes(PrivateKey(secret).public_key)
    if key.digest_file is not None and role.holds(key.digest_file):
        yield key.digest_file, role.read(key.digest_file)


def destroy_previous(folder: Path, key: Rotating) -> None:
    """Destroys the file of the previous key. A running process removes the previous key from memory at its next check
    of the key files.
    """
    KeyFolder(folder / key.role).destroy(previous_name(key.file))
    os.utime(folder / key.role / key.file)
