"""Rotating a key: a new one in its place, the one before kept beside it until nothing needs it any more.

Each step leaves folders that every process can go on with; one that was interrupted is taken up where it stopped.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nacl.public import PrivateKey

from hotline.errors import NotReady
from hotline.sealing.accounts.factor_sealer import DIGEST_KEY, TOTP_KEY, digests_of
from hotline.sealing.keys.keyfolder import DIAL_SECRET, KEY_BYTES, KeyFolder
from hotline.sealing.keys.keymaking import (
    HELD_BY,
    PAIRS,
    PEPPER_KEY,
    READER_KEY,
    RELAY_KEY,
    WATCH_KEY,
)
from hotline.sealing.keys.livekeys import older
from hotline.sealing.runs import RUNS_KEY


@dataclass(frozen=True, slots=True)
class Rotating:
    """A key that can be rotated. `HELD_BY` and `PAIRS` say where its halves lie."""

    file: str
    digest_file: str | None = None
    """Where the key of its digests is kept, which stays: nobody knows the words that they were made of."""

    @property
    def role(self) -> str:
        return HELD_BY[self.file][0]

    @property
    def shared_role(self) -> str | None:
        """Returns who holds the same secret, and is given the new one once `role` answers to both."""
        return next(iter(HELD_BY[self.file][1:]), None)

    @property
    def public_file(self) -> str | None:
        return PAIRS.get(self.file)


ROTATING: Mapping[str, Rotating] = {
    "runs": Rotating(RUNS_KEY),
    "relay": Rotating(RELAY_KEY),
    "watch": Rotating(WATCH_KEY),
    "dial": Rotating(DIAL_SECRET),
    "totp": Rotating(TOTP_KEY, DIGEST_KEY),
    "reader": Rotating(READER_KEY),
    "pepper": Rotating(PEPPER_KEY),
}


def stage(folder: Path, key: Rotating) -> bool:
    """A new key in the place of the old one, which stays beside it; False where one was staged before.

    Nothing is sealed to a new pair yet: its public half follows by `publish`. Raises NotReady where there is no key.
    """
    role = KeyFolder(folder / key.role)
    if not role.holds(key.file):
        raise NotReady(
            f"{folder / key.role} holds no {key.file}: rotate on the machine that holds every key folder"
        )
    now = role.read(key.file)
    if key.digest_file is not None:
        role.make(key.digest_file, digests_of(now))
    if not role.make(older(key.file), now) and role.read(older(key.file)) != now:
        return False
    shared = key.shared_role is not None
    fresh = secrets.token_urlsafe(KEY_BYTES).encode() if shared else secrets.token_bytes(KEY_BYTES)
    role.replace(key.file, fresh)
    return True


def publish(folder: Path, key: Rotating) -> bytes | None:
    """From now on numbers are sealed to the new pair: its public half, or None where it has none.

    A secret that is shared is used from now on.
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
    """When the key before was put aside; None where none is."""
    file = folder / key.role / older(key.file)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.is_file() else None


def halves(folder: Path, key: Rotating) -> tuple[bytes, bytes]:
    """The newest private half and the one before. Raises KeyMissing."""
    role = KeyFolder(folder / key.role)
    return role.read(key.file), role.read(older(key.file))


def newest(folder: Path, key: Rotating) -> Iterator[tuple[str, bytes]]:
    """Yields the newest key, its public half and the key of its digests, by their files' names. Raises KeyMissing."""
    role = KeyFolder(folder / key.role)
    secret = role.read(key.file)
    yield key.file, secret
    if key.public_file is not None:
        yield key.public_file, bytes(PrivateKey(secret).public_key)
    if key.digest_file is not None and role.holds(key.digest_file):
        yield key.digest_file, role.read(key.digest_file)


def destroy_old(folder: Path, key: Rotating) -> None:
    """Here, and in the memory of every process that asks for its keys again."""
    KeyFolder(folder / key.role).destroy(older(key.file))
    os.utime(folder / key.role / key.file)
