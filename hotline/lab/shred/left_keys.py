"""Looks at the weekly keys of a real line: no role holds the key of a week that nothing which is kept needs."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from hotline.ports import Kit
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.weekly_lock import WeeklyLock, stuck
from hotline.sealing.keys.weeks import key_name
from hotline.services import weekly_keys


def left_behind(kit: Kit, folders: Mapping[str, Path]) -> Iterator[tuple[str, bool]]:
    """What was looked at, by the folder of each role, and whether it was found. Raises StoreUnavailable."""
    at = kit.now()
    wanted = weekly_keys.needed_since(kit)
    for role, folder in folders.items():
        yield from _of_role(role, KeyFolder(folder), wanted, at)


def _of_role(role: str, folder: KeyFolder, wanted: str, at: datetime) -> Iterator[tuple[str, bool]]:
    start = WeeklyLock(folder).start
    yield f"keys of {role}: no weekly key, so that nothing is forgotten", start is None
    yield f"keys of {role}: the key of a week before {wanted}", start is not None and start < wanted
    yield f"keys of {role}: a folder that cannot be written", stuck(folder)
    contacts = [name for name in folder.names() if name.startswith("contact-")]
    older = [name for name in contacts if name < key_name(at - timedelta(weeks=1))]
    yield f"keys of {role}: a contact key from before last week", bool(older)
