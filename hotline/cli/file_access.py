"""Checks for the doctor that only the owner can read the hotline's files."""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from hotline.cli.contexts import next_step
from hotline.core.check_result import CheckResult
from hotline.core.database import sqlite_file
from hotline.core.settings import Settings
from hotline.errors import SettingsInvalid
from hotline.keys.gateway_key import GATEWAY_KEY, SENDING_ROLES, read_gateway_key

OTHERS = 0o077
UNUSED = (
    "the stored key is not used: the emulator gets the key `emulator`;"
    " HOTLINE_GATEWAY_API_KEY_FILE can name another file"
)
"""The message if a real key is stored for the emulator. The emulator is only a program on this machine, so it never
gets that key."""


def check_folder(name: str, folder: Path, settings: Settings) -> CheckResult:
    """Checks that a folder exists, and that other users have no access to it or to anything directly in it."""
    if not folder.is_dir():
        return CheckResult(name, False, f"{folder} is missing", next_step(settings))
    return _closed(name, str(folder), (folder, *folder.glob("*")))


def check_files(settings: Settings) -> Iterator[CheckResult]:
    """Checks the database and the backups, if they are files."""
    file = sqlite_file(settings.database_url)
    if file is not None and file.exists():
        yield _closed("database file", str(file), file.parent.glob(f"{file.name}*"))
    if settings.backups is not None and settings.backups.is_dir():
        yield check_folder("backup files", settings.backups, settings)


def check_gateway_key(settings: Settings) -> Iterator[CheckResult]:
    """Checks the gateway's key in the folder of each role that sends, or in the file of
    HOTLINE_GATEWAY_API_KEY_FILE."""
    home = settings.home / "keys"
    named = settings.gateway_api_key_file
    if settings.is_emulated and named is None:
        if any((home / role / GATEWAY_KEY).exists() for role in SENDING_ROLES):
            yield CheckResult("gateway key", True, UNUSED)
        return
    for file in (named,) if named else [home / role / GATEWAY_KEY for role in SENDING_ROLES]:
        name = f"gateway key of {file.parent.name}"
        try:
            read_gateway_key(file)
        except SettingsInvalid as wrong:
            yield CheckResult(name, False, wrong.problems[0], "`hotline keys gateway`")
        else:
            yield CheckResult(name, True, str(file))


def _closed(name: str, place: str, paths: Iterable[Path]) -> CheckResult:
    """Returns a failed check if others have access to any of `paths`, with the command that fixes it."""
    for path in paths:
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & OTHERS:
            todo = f"chmod -R go= {path if path.is_dir() else path.parent}"
            return CheckResult(name, False, f"other accounts can read {path}", todo)
    return CheckResult(name, True, place)
