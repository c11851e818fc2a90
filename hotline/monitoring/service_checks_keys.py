"""Checks that keys belong to this hotline: each key must decrypt its canary, an encrypted test value in the database.
Each process runs this check when it starts. `hotline doctor` also runs this check.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from hotline.core.database import Database
from hotline.keys import key_making, tables_canaries
from hotline.text.errors import StoreUnavailable


class KeysChecked(NamedTuple):
    """The result of a check of one key folder: the file names of keys with a problem."""

    wrong: Sequence[str] = ()
    """The file names of keys that decrypt none of their canaries (encrypted test values)."""
    unproved: Sequence[str] = ()
    """The file names of keys that have no canary (encrypted test value)."""


def check_keys(database: Database, folder: Path) -> KeysChecked:
    """Checks each key in the folder of a process with the canary of that key. Raises StoreUnavailable."""
    with database.reading() as session:
        known = tables_canaries.canaries(session)
    held = dict(key_making.held_keys(folder))
    return KeysChecked(
        wrong=[
            name for name, keys in held.items() if known.get(name) and not _fits(name, keys, known)
        ],
        unproved=[name for name in held if not known.get(name)],
    )


def is_own_key(database: Database, name: str, keys: Sequence[bytes]) -> bool:
    """Returns True if at least one key in `keys` decrypts a canary of the key `name`.

    Also returns True if there is no canary, or if the database does not answer.
    """
    try:
        with database.reading() as session:
            canaries = tables_canaries.canaries(session)
    except StoreUnavailable:
        return True
    return not canaries.get(name) or _fits(name, keys, canaries)


def note_start(database: Database, start: tables_canaries.ProcessStart) -> None:
    """Records the start of a process. The web process, the watch process and `hotline doctor` read the record.

    Does nothing if the database does not answer, because the monitor raises an alarm in this case.
    """
    with suppress(StoreUnavailable), database.writing() as session:
        tables_canaries.note_start(session, start)


def known_names(database: Database) -> frozenset[str]:
    """Returns the names of the keys that have a canary (an encrypted test value). Raises StoreUnavailable."""
    with database.reading() as session:
        return frozenset(tables_canaries.canaries(session))


def add_missing_canaries(database: Database, folders: Iterable[Path]) -> Sequence[str]:
    """Adds a canary (an encrypted test value) for each key that has none yet, and returns the names of these keys.
    Raises StoreUnavailable."""
    held_keys = {name: keys[0] for folder in folders for name, keys in key_making.held_keys(folder)}
    with database.writing() as session:
        canaries = tables_canaries.canaries(session)
        missing = [name for name in held_keys if not canaries.get(name)]
        for name in missing:
            tables_canaries.add_canary(session, name, key_making.canary_of(name, held_keys[name]))
    return missing


def add_canary(database: Database, name: str, key: bytes) -> None:
    """Adds a canary (an encrypted test value) for a new key, and keeps the canary of the previous key. A second call
    with the same key does no harm. Raises StoreUnavailable.
    """
    with database.writing() as session:
        if not _fits(name, (key,), tables_canaries.canaries(session)):
            tables_canaries.add_canary(session, name, key_making.canary_of(name, key))


def replace_canary(database: Database, name: str, key: bytes) -> None:
    """Replaces all canaries (encrypted test values) of the key `name` by one new canary that `key` decrypts. A second
    call with the same key does no harm. Raises StoreUnavailable.
    """
    with database.writing() as session:
        canaries = tables_canaries.canaries(session)
        for canary in canaries.get(name, ()):
            if not key_making.decrypts(name, key, canary):
                tables_canaries.drop_canary(session, name, canary)
        if not _fits(name, (key,), canaries):
            tables_canaries.add_canary(session, name, key_making.canary_of(name, key))


def _fits(name: str, keys: Sequence[bytes], known: Mapping[str, Sequence[bytes]]) -> bool:
    return any(key_making.decrypts(name, key, one) for key in keys for one in known.get(name, ()))
