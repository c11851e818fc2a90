"""Makes the keys that a line lacks. Never replaces a lost key, because a new one cannot decrypt what the old one
sealed."""

from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from hotline.cli.contexts import wrong_sentence
from hotline.core.database import Database, open_database
from hotline.core.settings import Settings
from hotline.errors import KeyWrong, Occupied, PartMissing
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import PAIRS, ROLES, is_held, make_keys
from hotline.monitoring import service_checks_keys
from hotline.operations.migrate import TablesFound, TablesState

LOST = (
    "mount that folder, restore it (`hotline keys import`; the pepper by `hotline keys pepper enter`), or set"
    " HOTLINE_HOME. `hotline init --new-key NAME` makes another for one that is lost for good"
)


def make_missing(
    settings: Settings, found: TablesFound, at: datetime, *, new: Collection[str] = ()
) -> Sequence[str]:
    """Makes the missing keys in the home's key folders, and returns them as `role/name`.

    Raises PartMissing if the tables know a key that is not here, and KeyWrong if one is another line's. Raises Occupied
    if a `new` one is here, and KeysDiffer. It then makes nothing.
    """
    folder = settings.home / "keys"
    for name in new:
        if is_held(folder, name):
            raise Occupied(f"{name} exists: move it out of each folder in {folder} first")
    if found.state is TablesState.CURRENT:
        with closing(open_database(settings.database_url)) as database:
            _refuse(database, folder, new)
    return make_keys(folder, at, new=new)


def lost_keys(database: Database, folder: Path) -> Sequence[str]:
    """Returns the keys that the database knows and no folder holds. Raises StoreUnavailable."""
    return sorted(
        one for one in service_checks_keys.known_names(database) if not is_held(folder, one)
    )


def prove_all(database: Database, folder: Path, *, new: Collection[str] = ()) -> None:
    """Seals a canary for each key that has none, and another for each `new` key. Raises StoreUnavailable."""
    folders = [folder / role for role in ROLES]
    halves = [PAIRS[name] for name in new if name in PAIRS]
    for name in (*new, *halves):
        keys = next(KeyFolder(one) for one in folders if KeyFolder(one).holds(name))
        service_checks_keys.replace(database, name, keys.read(name))
    service_checks_keys.add_missing(database, folders)


def _refuse(database: Database, folder: Path, new: Collection[str]) -> None:
    lost = [name for name in lost_keys(database, folder) if name not in new]
    if lost:
        raise PartMissing(f"{folder} lacks {', '.join(lost)}, which this line's tables know", LOST)
    for role in ROLES:
        if wrong := service_checks_keys.check(database, folder / role).wrong:
            raise KeyWrong(wrong_sentence(folder / role, wrong))
