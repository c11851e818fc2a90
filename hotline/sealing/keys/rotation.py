"""Rotating a key: a new one in its place, the one before kept beside it until nothing needs it any more.

Each step leaves folders that every process can go on with; one that was interrupted is taken up where it stopped.
"""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nacl.public import PrivateKey

from hotline.errors import NotReady
from hotline.sealing.accounts.factor_sealer import DIGEST_KEY, TOTP_KEY, digests_of
from hotline.sealing.keys.keyfolder import DIAL_SECRET, KEY_BYTES, KeyFolder
from hotline.sealing.keys.keymaking import (
    PEPPER_KEY,
    READER_KEY,
    READER_PUBLIC_KEY,
    RELAY_KEY,
    RELAY_PUBLIC_KEY,
    WATCH_KEY,
    WATCH_PUBLIC_KEY,
)
from hotline.sealing.keys.livekeys import older
from hotline.sealing.runs import RUNS_KEY


@dataclass(frozen=True, slots=True)
class Rotating:
    """A key that can be rotated, and where its halves lie."""

    file: str
    role: str
    public_file: str | None = None
    public_roles: Sequence[str] = ()
    shared_role: str | None = None
    """Who holds the same secret, and is given the new one once `role` answers to both."""
    digest_file: str | None = None
    """Where the key of its digests is kept, which stays: nobody knows the words that they were made of."""


ROTATING: Mapping[str, Rotating] = {
    "runs": Rotating(RUNS_KEY, "hooks"),
    "relay": Rotating(
        RELAY_KEY, "workers", RELAY_PUBLIC_KEY, ("hooks", "workers", "console", "pages")
    ),
    "watch": Rotating(WATCH_KEY, "watch", WATCH_PUBLIC_KEY, ("console", "pages")),
    "dial": Rotating(DIAL_SECRET, "hooks", shared_role="watch"),
    "totp": Rotating(TOTP_KEY, "pages", digest_file=DIGEST_KEY),
    "reader": Rotating(READER_KEY, "reader", READER_PUBLIC_KEY, ("hooks", "console", "pages")),
    "pepper": Rotating(PEPPER_KEY, "reader"),
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
    for role in key.public_roles:
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
