"""Making every role's key folder: what `hotline init` does first, and may do again at any time."""

import secrets
from datetime import datetime
from pathlib import Path

from nacl.public import PrivateKey

from hotline.errors import NotReady
from hotline.sealing.epochs import EPOCH_KEY, new_epoch
from hotline.sealing.keyfolder import (
    DIAL_SECRET,
    HOOKS_FILE,
    KEY_BYTES,
    KeyFolder,
    new_hook_secrets,
)
from hotline.sealing.people import PeopleKeys
from hotline.sealing.pseudonyms import (
    ENROLLED_KEY,
    JOINED_KEY,
    RECEIPT_KEY,
    SESSION_KEY,
    STOP_KEY,
)
from hotline.sealing.runs import RUNS_KEY
from hotline.sealing.weeks import WeeklyKeys

RELAY_KEY = "relay.key"
RELAY_PUBLIC_KEY = "relay.pub"
ROLES = ("hooks", "workers", "watch", "console", "reader")
WATCH_KEY = "watch.key"
WATCH_PUBLIC_KEY = "watch.pub"
PEPPER_KEY = "pepper.key"


def make_keys(folder: Path, at: datetime) -> list[str]:
    """Whatever is missing below `folder`, a folder for each role; what was made, as `role/name`.

    Raises NotReady where two roles hold different copies of a key they must share.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    roles = {name: KeyFolder(folder / name) for name in ROLES}
    made = _Made(roles)
    made.each(SESSION_KEY, "hooks")
    made.each(RUNS_KEY, "hooks")
    made.each(RECEIPT_KEY, "hooks")
    made.each(ENROLLED_KEY, "hooks", "console")
    made.each(JOINED_KEY, "hooks", "console")
    made.each(STOP_KEY, "hooks", "workers", "console")
    made.each(PEPPER_KEY, "reader")
    made.each(HOOKS_FILE, "hooks", secret=new_hook_secrets())
    made.each(RELAY_KEY, "workers")
    relay = PrivateKey(roles["workers"].read(RELAY_KEY))
    made.each(RELAY_PUBLIC_KEY, "workers", "console", secret=bytes(relay.public_key))
    made.each(WATCH_KEY, "watch")
    made.each(DIAL_SECRET, "hooks", "watch", secret=secrets.token_urlsafe(32).encode())
    watch = PrivateKey(roles["watch"].read(WATCH_KEY))
    made.each(WATCH_PUBLIC_KEY, "console", secret=bytes(watch.public_key))
    made.walking(EPOCH_KEY, "hooks", "workers", "console", secret=new_epoch(at, _new_key()))
    made.names += [f"hooks/{name}" for name in WeeklyKeys(roles["hooks"]).lay(at)]
    made.names += [f"hooks/{name}" for name in PeopleKeys(roles["hooks"]).lay(at)]
    return made.names


class _Made:
    def __init__(self, roles: dict[str, KeyFolder]) -> None:
        self.roles = roles
        self.names: list[str] = []

    def each(self, name: str, *roles: str, secret: bytes | None = None) -> None:
        """One secret in every role's folder: the one that some role has already, or a new one."""
        holders = [role for role in roles if self.roles[role].holds(name)]
        held = {self.roles[role].read(name) for role in holders}
        if len(held) > 1:
            raise NotReady(
                f"{' and '.join(holders)} hold different copies of {name}: restore one of them"
            )
        shared = held.pop() if held else secret or secrets.token_bytes(KEY_BYTES)
        for role in roles:
            if self.roles[role].make(name, shared):
                self.names.append(f"{role}/{name}")

    def walking(self, name: str, *roles: str, secret: bytes) -> None:
        """One beginning for every role: each walks on by itself, so later they need not be alike."""
        held = [self.roles[role].read(name) for role in roles if self.roles[role].holds(name)]
        for role in roles:
            if self.roles[role].make(name, min(held, default=secret)):
                self.names.append(f"{role}/{name}")


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)
