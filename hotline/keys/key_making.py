"""Makes the keys in the key folder of every role. Making the keys is the first step of `hotline init`, which an
operator can repeat at any time.
"""

import hmac
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.secret import Aead

from hotline.keys import key_folder, pseudonyms
from hotline.keys.conversation_state import STATES_KEY
from hotline.keys.desk_signatures import LINE_PUBLIC_KEY
from hotline.keys.factor_encryption import DIGEST_KEY, TOTP_KEY
from hotline.keys.key_folder import HOOKS_FILE, KEY_BYTES, LISTED_SECRET, KeyFolder
from hotline.keys.pseudonyms import contact_keys, people_keys
from hotline.keys.weekly_lock import WEEKLY_KEY, far_key, new_weekly_key
from hotline.text.errors import DecryptionFailed, KeysDiffer

RELAY_KEY = "relay.key"
RELAY_PUBLIC_KEY = "relay.pub"
ROLES = ("hooks", "workers", "watch", "console", "pages", "reader")
WATCH_KEY = "watch.key"
WATCH_PUBLIC_KEY = "watch.pub"
PEPPER_KEY = "pepper.key"
READER_KEY = "reader.key"
READER_PUBLIC_KEY = "reader.pub"
SIGNING_KEY = "backup-sign.key"
"""The Ed25519 key with which the hotline signs backups. The hotline makes a backup every hour without an operator, so
the signing key is not protected by a passphrase.
"""
AUDIT_KEY = "audit.key"
"""The key with which a process seals its rows in the audit log. With the seal, the hotline notices a changed row. Each
role has its own key.
"""

RANDOM: Mapping[str, Sequence[str]] = {
    pseudonyms.SESSION_KEY: ("hooks",),
    STATES_KEY: ("hooks",),
    pseudonyms.RECEIPT_KEY: ("hooks",),
    pseudonyms.ENROLLED_KEY: ("hooks", "console", "pages"),
    pseudonyms.JOINED_KEY: ("hooks", "console", "pages"),
    pseudonyms.CERTIFICATE_KEY: ("hooks", "console", "pages"),
    pseudonyms.STOP_KEY: ("hooks", "workers", "console", "pages"),
    PEPPER_KEY: ("reader",),
    READER_KEY: ("reader",),
    TOTP_KEY: ("pages",),
    RELAY_KEY: ("workers",),
    WATCH_KEY: ("watch",),
    SIGNING_KEY: ("console",),
}
"""Maps the name of each key that consists of random bytes to the roles that have this key."""
HELD_BY: Mapping[str, Sequence[str]] = {
    **RANDOM,
    HOOKS_FILE: ("hooks",),
    key_folder.DIAL_SECRET: ("hooks", "watch"),
    LISTED_SECRET: ("hooks", "workers"),
    RELAY_PUBLIC_KEY: ("hooks", "workers", "console", "pages"),
    WATCH_PUBLIC_KEY: ("console", "pages"),
    READER_PUBLIC_KEY: ("hooks", "console", "pages"),
    WEEKLY_KEY: ("hooks", "workers", "console", "reader", "pages"),
    LINE_PUBLIC_KEY: ROLES,
    AUDIT_KEY: ROLES,
}
"""Maps each key that does not belong to one week or month to the roles that have this key."""


def missing_keys(folder: Path, role: str) -> list[str]:
    """Returns the names of the keys in `HELD_BY` that a role's folder must contain but lacks."""
    keys = KeyFolder(folder)
    return [name for name, roles in HELD_BY.items() if role in roles and not keys.holds(name)]


PAIRS: Mapping[str, str] = {
    RELAY_KEY: RELAY_PUBLIC_KEY,
    WATCH_KEY: WATCH_PUBLIC_KEY,
    READER_KEY: READER_PUBLIC_KEY,
}
"""Maps the file of each private key to the file of its public key."""


def make_keys(
    folder: Path, at: datetime, *, new: Collection[str] = (), leave: Collection[str] = ()
) -> list[str]:
    """Makes the missing keys of all roles. Each role has its own folder below `folder`. Returns the names of the new
    keys as `role/name`.

    The keys in `new` replace lost keys, so the function also replaces the public halves of the lost keys. Makes no key
    whose name is in `leave`. Raises KeysDiffer if the roles have different copies of a key, or if a public half belongs
    to another pair.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    roles = {name: KeyFolder(folder / name) for name in ROLES}
    maker = _Made(roles)
    for name in RANDOM:
        if name not in leave:
            maker.each(name)
    maker.each(HOOKS_FILE, secret=key_folder.new_hook_secrets())
    maker.each(key_folder.DIAL_SECRET, secret=secrets.token_urlsafe(32).encode())
    maker.each(LISTED_SECRET, secret=secrets.token_urlsafe(32).encode())
    for name in PAIRS:
        if name not in leave:
            maker.public_half(name, replaced=name in new)
    if WEEKLY_KEY not in leave:
        maker.weekly(WEEKLY_KEY, secret=new_weekly_key(at, secrets.token_bytes(KEY_BYTES)))
    if is_held(folder, LINE_PUBLIC_KEY):
        maker.each(LINE_PUBLIC_KEY)
    maker.names += [
        f"{role}/{AUDIT_KEY}"
        for role, keys in roles.items()
        if keys.make(AUDIT_KEY, secrets.token_bytes(KEY_BYTES))
    ]
    for keys in (contact_keys(roles["hooks"]), *people_keys(roles["hooks"])):
        maker.names += [f"hooks/{name}" for name in keys.lay(at)]
    return maker.names


def lay_line_key(folder: Path, public_key: bytes) -> None:
    """Writes the public half of the hotline's signing key to the folder of every role."""
    maker = _Made({name: KeyFolder(folder / name) for name in ROLES})
    maker.each(LINE_PUBLIC_KEY, secret=public_key)


def is_held(folder: Path, name: str) -> bool:
    """Returns True if the folder of any role contains this key. For a public key, also returns True if a folder
    contains only the private key of its pair."""
    private = next((key for key, public in PAIRS.items() if public == name), name)
    return any(KeyFolder(folder / role).holds(key) for role in ROLES for key in (name, private))


class _Made:
    def __init__(self, roles: dict[str, KeyFolder]) -> None:
        self.roles = roles
        self.names: list[str] = []

    def each(self, name: str, *, secret: bytes | None = None) -> None:
        """Writes a secret to the folder of every role that shares this secret. If one role already has the secret,
        copies it to the other roles.
        """
        roles = HELD_BY[name]
        holders = [role for role in roles if self.roles[role].holds(name)]
        copies = {self.roles[role].read(name) for role in holders}
        if len(copies) > 1:
            raise KeysDiffer(
                f"the key folders {' and '.join(holders)} have different copies of the key {name}: "
                "move the wrong copy out of its folder, then run `hotline keys import`"
            )
        shared = copies.pop() if copies else secret or secrets.token_bytes(KEY_BYTES)
        for role in roles:
            if self.roles[role].make(name, shared):
                self.names.append(f"{role}/{name}")

    def public_half(self, name: str, *, replaced: bool) -> None:
        """Writes the public half of a key pair to the folder of every role that encrypts data with it.

        Raises KeysDiffer if a role has the public half of another pair. No role could decrypt data that is encrypted
        with that half. During a rotation, also accepts the public half of the previous pair. If `replaced` is True,
        replaces a wrong public half instead of raising the error.
        """
        (role,), public = HELD_BY[name], PAIRS[name]
        halves = [
            bytes(PrivateKey(key).public_key) for key in _newest_first(self.roles[role], name)
        ]
        wrong_roles = [
            holder
            for holder in HELD_BY[public]
            if self.roles[holder].holds(public) and self.roles[holder].read(public) not in halves
        ]
        if wrong_roles and not replaced:
            raise KeysDiffer(
                f"the public key {public} in {' and '.join(wrong_roles)} does not match the private key {role}/{name}:"
                " move the wrong file out of its folder, then run `hotline keys import`"
            )
        for holder in wrong_roles:
            self.roles[holder].replace(public, halves[0])
            self.names.append(f"{holder}/{public}")
        self.each(public, secret=halves[0])

    def weekly(self, name: str, *, secret: bytes) -> None:
        """Writes the weekly key to the folder of every role that needs it.

        Later, each role replaces its copy by the next week's key, so the copies may belong to different weeks. If a
        role has no copy yet, copies the key of the earliest week from another role.
        """
        roles = HELD_BY[name]
        copies = [self.roles[role].read(name) for role in roles if self.roles[role].holds(name)]
        for role in roles:
            if self.roles[role].make(name, min(copies, default=secret)):
                self.names.append(f"{role}/{name}")


# The code below makes and checks canaries. A canary is a short text that is encrypted with a key
# and stored in the database.

WITH_CANARY = (
    *RANDOM,
    RELAY_PUBLIC_KEY,
    WATCH_PUBLIC_KEY,
    READER_PUBLIC_KEY,
    WEEKLY_KEY,
    DIGEST_KEY,
)
"""The keys that have a canary. The weekly and monthly keys for contacts and for counting callers have no canary,
because they are random and exist only for a short time. The secrets in addresses and the gateway's key have no canary,
because the web process and the gateway check these secrets.
"""
TEXT = b"canary"


def canary_of(name: str, key: bytes) -> bytes:
    """Returns a canary for a key: a test value that is encrypted under another key, which is derived from `key`. Raises
    DecryptionFailed for a weekly key of an unknown format.
    """
    return bytes(Aead(_derived(name, key)).encrypt(TEXT, aad=name.encode()))


def decrypts(name: str, key: bytes, canary: bytes) -> bool:
    """Returns True if `canary` was made with this key."""
    with suppress(CryptoError, DecryptionFailed, ValueError, TypeError):
        return Aead(_derived(name, key)).decrypt(canary, aad=name.encode()) == TEXT
    return False


def held_keys(folder: Path) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """Yields the name of each key in a role's folder that can have a canary, with the key's bytes. During a rotation,
    yields the previous key together with the newest key.
    """
    keys = KeyFolder(folder)
    for name in WITH_CANARY:
        if keys.holds(name):
            yield name, _newest_first(keys, name)


def _newest_first(keys: KeyFolder, name: str) -> tuple[bytes, ...]:
    return tuple(
        keys.read(file) for file in (name, key_folder.previous_name(name)) if keys.holds(file)
    )


def _derived(name: str, key: bytes) -> bytes:
    """Derives the key that encrypts the canary.

    Each role moves to the next week's key at its own time, so the roles can have keys of different weeks. For the
    weekly key, the function uses the key of one week in the far future, which every role can compute. HMAC gives the
    same result for a key and for the same key with zeros at its end. So the function adds the key's length to the data
    of the digest. With the length, the check of a canary fails if a damaged key file lost zeros at its end.
    """
    lasting = far_key(key) if name == WEEKLY_KEY else key
    data = b"canary\0" + len(lasting).to_bytes(2, "big") + name.encode()
    return hmac.digest(lasting, data, "sha256")
