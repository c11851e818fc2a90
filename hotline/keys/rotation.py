"""Rotates a key: makes a new one, and keeps the previous one until no data needs it.

Every process can continue after each step. An interrupted rotation continues from the step where it stopped.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nacl.public import PrivateKey

from hotline.errors import NotReady
from hotline.keys.conversation_state import STATES_KEY
from hotline.keys.factor_encryption import DIGEST_KEY, TOTP_KEY, digests_of
from hotline.keys.key_folder import DIAL_SECRET, KEY_BYTES, KeyFolder, previous_name
from hotline.keys.key_making import HELD_BY, PAIRS, PEPPER_KEY, READER_KEY, RELAY_KEY, WATCH_KEY


@dataclass(frozen=True, slots=True)
class Rotating:
    """A key that can be rotated. `HELD_BY` and `PAIRS` list the folders of its halves."""

    file: str
    digest_file: str | None = None
    """File of the key for its digests, which never changes. Their original text is unknown, so they cannot be made
    again."""

    @property
    def role(self) -> str:
        return HELD_BY[self.file][0]

    @property
    def shared_role(self) -> str | None:
        """Returns the role that shares the same secret. It gets the new one after `role` accepts both."""
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
    """Makes a new key and keeps the old one as the previous key. Returns False if one was staged before.

    No data is sealed to a new pair yet: `publish_key` writes its public half later. Raises NotReady if there is no key.
    """
    role = KeyFolder(folder / key.role)
    if not role.holds(key.file):
        raise NotReady(
            f"{folder / key.role} has no {key.file}: rotate on the machine that holds every key folder"
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
    """Puts the new key into use, and returns its public half. Returns None if it has none.

    From now on, data is sealed to the new pair. The other role uses a new shared secret.
    """
    if key.shared_role is not None:
        fresh = KeyFolder(folder / key.role).read(key.file)
        KeyFolder(folder / key.shared_role).replace(key.file, fresh)
    if key.public_file is None:
        return None
    pair = PrivateKey(KeyFolder(folder / key.role).read(key.file))
    for role in HELD_BY[key.public_file]:
        KeyFolder(folder / role).replace(key.public_file, bytes(pair.public_key))
    return bytes(pair.public_key)


def staged_at(folder: Path, key: Rotating) -> datetime | None:
    """Returns when the previous key was set aside. Returns None if there is none."""
    file = folder / key.role / previous_name(key.file)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.is_file() else None


def private_halves(folder: Path, key: Rotating) -> tuple[bytes, bytes]:
    """Returns the newest private half and the previous one. Raises KeyMissing."""
    role = KeyFolder(folder / key.role)
    return role.read(key.file), role.read(previous_name(key.file))


def newest_keys(folder: Path, key: Rotating) -> Iterator[tuple[str, bytes]]:
    """Yields the newest key, its public half and the key of its digests, with their file names. Raises KeyMissing."""
    role = KeyFolder(folder / key.role)
    secret = role.read(key.file)
    yield key.file, secret
    if key.public_file is not None:
        yield key.public_file, bytes(PrivateKey(secret).public_key)
    if key.digest_file is not None and role.holds(key.digest_file):
        yield key.digest_file, role.read(key.digest_file)


def destroy_previous(folder: Path, key: Rotating) -> None:
    """Destroys the previous key on disk. Each process that checks its keys again drops it from memory too."""
    KeyFolder(folder / key.role).destroy(previous_name(key.file))
    os.utime(folder / key.role / key.file)
