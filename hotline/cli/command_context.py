"""Builds the context of the commands (the database, keys and other tools), and closes it at the end.

Also creates passphrases, and the keys that are missing on a machine. Never replaces a lost key, because a new key
cannot decrypt what the lost key encrypted. For `hotline doctor`, checks that only the owner can read the hotline's
files.
"""

import os
import secrets
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import click

from hotline.alarms.rules import CheckResult
from hotline.cli.contexts import Role, build_cli, key_folder, next_step, wrong_sentence
from hotline.core import tables as core_tables
from hotline.core.contexts import CliContext
from hotline.core.database import Database, open_database, sqlite_file
from hotline.core.settings import Settings
from hotline.keys.gateway_secrets import GATEWAY_KEY, SENDING_ROLES, read_gateway_key
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import PAIRS, ROLES, is_held, make_keys
from hotline.monitoring import service_checks_keys
from hotline.operations import migrate
from hotline.operations.migrate import TablesFound, TablesState
from hotline.people.rules_sign_in import PAPER_LETTERS, group_letters
from hotline.text.errors import KeyWrong, Occupied, PartMissing, SettingsInvalid, StoreUnavailable

SAMPLE = (
    "Ibi byose ni urugero | Données d'exemple: rien n'est réel | Sample data: nothing here is real"
)
PASSPHRASE_LETTERS, GROUP_LETTERS = 25, 5
STEP = "`hotline doctor` shows other faults. Check the database's server and disk, and HOTLINE_DATABASE_URL"


def database_error(broken: StoreUnavailable) -> str:
    """Returns an error text for a database that does not answer. The text says where the database is and what to do
    next. The text names no account and no password.
    """
    try:
        place = migrate.server_of(Settings.read(os.environ).database_url)
    except SettingsInvalid:
        return str(broken)
    return f"the database at {place} does not answer: {broken}\n{STEP}"


@contextmanager
def cli_context() -> Iterator[CliContext]:
    """Yields the context of the commands, built from the settings in the environment. Leaves out each key that is
    damaged or belongs to another hotline, and prints a warning.

    Raises the same errors as `Settings.read` and `build_cli`. Raises NotReady if the tables in the database belong to a
    release that this code does not know. If the database does not answer, this function raises no error, and the
    command fails later, at its first query.
    """
    settings = Settings.read(os.environ)
    with suppress(StoreUnavailable):
        migrate.refuse_unknown(migrate.find_tables(settings.database_url))
    context, folder = build_cli(settings), key_folder(settings, Role.CONSOLE)
    with suppress(StoreUnavailable):
        wrong = service_checks_keys.check_keys(context.database, folder).wrong
        if wrong:
            click.echo(f"hotline: {wrong_sentence(folder, wrong)}", err=True)
            context.database.close()
            context = build_cli(settings, without=wrong)
    with closing(context.database):
        with suppress(StoreUnavailable):
            if core_tables.is_sample(context.database):
                click.echo(f"hotline: {SAMPLE}", err=True)
        yield context


def new_passphrase() -> str:
    """Returns a random passphrase: five groups of five letters, about 124 bits of randomness. A person who has a copy
    of the database cannot find this passphrase by trying all passphrases."""
    letters = (secrets.choice(PAPER_LETTERS) for _ in range(PASSPHRASE_LETTERS))
    return group_letters("".join(letters), GROUP_LETTERS)


LOST = (
    "mount that folder, restore the keys (`hotline keys import`; the pepper by `hotline keys pepper enter`), or set"
    " HOTLINE_HOME. `hotline init --new-key NAME` creates a new key if one is lost for good"
)


def make_missing_keys(
    settings: Settings, found: TablesFound, at: datetime, *, new: Collection[str] = ()
) -> Sequence[str]:
    """Makes the missing keys in the key folders of the home folder, and returns the name of each new key as
    `role/name`.

    Raises PartMissing if the database names a key that no folder contains, and KeyWrong if a key belongs to another
    hotline. Raises Occupied if a key that `new` names already exists, and KeysDiffer if two folders have different
    copies of a key. If the function raises an error, it makes no key.
    """
    folder = settings.home / "keys"
    for name in new:
        if is_held(folder, name):
            raise Occupied(
                f"the key file {name} exists already: move all its copies out of {folder}, then try again"
            )
    if found.state is TablesState.CURRENT:
        with closing(open_database(settings.database_url)) as database:
            lost = [name for name in lost_keys(database, folder) if name not in new]
            if lost:
                raise PartMissing(
                    f"the key folder {folder} lacks keys that decrypt stored data: {', '.join(lost)}",
                    LOST,
                )
            for role in ROLES:
                if wrong := service_checks_keys.check_keys(database, folder / role).wrong:
                    raise KeyWrong(wrong_sentence(folder / role, wrong))
    return make_keys(folder, at, new=new)


def lost_keys(database: Database, folder: Path) -> Sequence[str]:
    """Returns the names of the keys that the database lists but that no folder contains. Raises StoreUnavailable."""
    return sorted(
        name for name in service_checks_keys.known_names(database) if not is_held(folder, name)
    )


def add_canaries(database: Database, folder: Path, *, new: Collection[str] = ()) -> None:
    """Encrypts a canary (a test value) with each key that has no canary yet. Also replaces the canaries of the keys
    that `new` names. Raises StoreUnavailable."""
    folders = [folder / role for role in ROLES]
    halves = [PAIRS[name] for name in new if name in PAIRS]
    for name in (*new, *halves):
        keys = next(KeyFolder(path) for path in folders if KeyFolder(path).holds(name))
        service_checks_keys.replace_canary(database, name, keys.read(name))
    service_checks_keys.add_missing_canaries(database, folders)


OTHERS = 0o077
UNUSED = (
    "the stored key is not used: the emulator gets the key `emulator`;"
    " HOTLINE_GATEWAY_API_KEY_FILE can name another file"
)
"""The message for an operator who stores a real gateway key while the gateway is the emulator. Because the emulator
is only a program on this machine, it never gets the real key."""


def check_folder(name: str, folder: Path, settings: Settings) -> CheckResult:
    """Checks that a folder exists, and that no other user has access to the folder or to anything directly in it."""
    if not folder.is_dir():
        return CheckResult(name, False, f"{folder} is missing", next_step(settings))
    return _closed(name, str(folder), (folder, *folder.glob("*")))


def check_files(settings: Settings) -> Iterator[CheckResult]:
    """Checks that no other user can read the file of the database or the folder of the backups. If the database is not
    a file, checks only the folder of the backups."""
    file = sqlite_file(settings.database_url)
    if file is not None and file.exists():
        yield _closed("database file", str(file), file.parent.glob(f"{file.name}*"))
    if settings.backups is not None and settings.backups.is_dir():
        yield check_folder("backup files", settings.backups, settings)


def check_gateway_key(settings: Settings) -> Iterator[CheckResult]:
    """Checks that only the owner can read the gateway's key. The key is in the folder of each role that sends SMS, or
    in the file that HOTLINE_GATEWAY_API_KEY_FILE names."""
    home = settings.home / "keys"
    key_file = settings.gateway_api_key_file
    if settings.is_emulated and key_file is None:
        if any((home / role / GATEWAY_KEY).exists() for role in SENDING_ROLES):
            yield CheckResult("gateway key", True, UNUSED)
        return
    for file in (key_file,) if key_file else [home / role / GATEWAY_KEY for role in SENDING_ROLES]:
        name = f"gateway key of {file.parent.name}"
        try:
            read_gateway_key(file)
        except SettingsInvalid as wrong:
            yield CheckResult(name, False, wrong.problems[0], "`hotline keys gateway`")
        else:
            yield CheckResult(name, True, str(file))


def _closed(name: str, place: str, paths: Iterable[Path]) -> CheckResult:
    """Returns a failed check if other users have access to any of `paths`. The check names the command that removes
    this access."""
    for path in paths:
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & OTHERS:
            todo = f"chmod -R go= {path if path.is_dir() else path.parent}"
            return CheckResult(name, False, f"other accounts can read {path}", todo)
    return CheckResult(name, True, place)
