"""What the doctor finds of the key folders: each there, closed to others, complete, and this line's."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hotline.bootstrap import Role, key_folder, next_step, wrong_sentence
from hotline.cli.keys.making import LOST
from hotline.cli.line.closed import folder_found
from hotline.config import Settings
from hotline.errors import StoreUnavailable
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import lacking
from hotline.sealing.keys.weekly_lock import stuck
from hotline.services.check_result import CheckResult, warning
from hotline.services.watch import key_checks
from hotline.services.watch.key_checks import KeysChecked
from hotline.store import migrate
from hotline.store.database import open_database
from hotline.store.migrate import TablesState

MADE = "`hotline release` copies it from another role's folder, or makes it where this release brings it"


def keys_found(settings: Settings) -> Iterator[CheckResult]:
    """One result for each role. A process that is given its own folder alone has one role's."""
    known, opened = _proofs(settings)
    for role in Role:
        folder = key_folder(settings, role)
        name = f"keys of {role}"
        found = folder_found(name, folder, settings)
        if found.ok and stuck(KeyFolder(folder)):
            says = (
                f"{folder} cannot be written: the keys of past weeks stay, and open what was erased"
            )
            todo = "mount it writable for its account, and restart its processes"
            found = CheckResult(name, False, says, todo)
        missing = lacking(folder, role) if found.ok and settings.keys is None else []
        if missing:
            lost = known.intersection(missing)
            todo = LOST if lost else MADE
            if not known:
                todo = next_step(settings)
            found = CheckResult(name, False, f"{folder} lacks {', '.join(missing)}", todo)
        elif found.ok:
            found = _proved(name, folder, opened.get(role, KeysChecked()))
        yield found


def _proved(name: str, folder: Path, checked: KeysChecked) -> CheckResult:
    if checked.wrong:
        says, _, todo = wrong_sentence(folder, checked.wrong).partition(": ")
        return CheckResult(name, False, says, todo)
    if checked.unproved:
        says = f"nothing proves that {', '.join(checked.unproved)} in {folder} are this line's"
        return warning(name, says, "compare them with the export; then `hotline release`")
    return CheckResult(name, True, str(folder))


def _proofs(settings: Settings) -> tuple[frozenset[str], dict[Role, KeysChecked]]:
    """The keys that the tables know, and what each folder's open. Nothing where the database does not answer."""
    try:
        if migrate.look_at(settings.database_url).state is not TablesState.CURRENT:
            return frozenset(), {}
        with closing(open_database(settings.database_url)) as database:
            known = key_checks.known_names(database)
            return known, {
                role: key_checks.check(database, key_folder(settings, role)) for role in Role
            }
    except StoreUnavailable:
        return frozenset(), {}
