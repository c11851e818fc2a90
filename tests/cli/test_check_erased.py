"""Tests `hotline keys check-erased`. The command names each role whose key folder still contains the key of a past
week.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hotline.keys.key_folder import KeyFolder
from hotline.keys.pseudonyms import contact_keys, people_keys
from hotline.keys.weekly_lock import WeeklyLock, last_week
from tests.cli.homes import hotline
from tests.support.made_once import lay_line


def proved(home: Path, code: int = 0, **more: Any) -> str:
    return hotline(home, "keys", "check-erased", code=code, **more).output


def old_line(home: Path) -> None:
    """Creates a hotline with keys that are nine weeks old. No process has replaced these keys with new weekly keys."""
    lay_line(home, datetime.now(UTC) - timedelta(weeks=9))


def test_a_role_that_did_not_walk_is_found(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    old_line(tmp_path)
    keys = tmp_path / "keys"
    hooks, *others = (KeyFolder(keys / role) for role in ("hooks", "workers", "reader", "pages"))

    for walked in others:
        WeeklyLock(walked).forget(last_week(now))
    found = [line for line in proved(tmp_path, 1).splitlines() if line.startswith("FOUND")]
    assert len(found) == 2
    assert all("keys of hooks" in line for line in found)

    WeeklyLock(hooks).forget(last_week(now))
    for name in contact_keys(hooks).held():
        hooks.destroy(name)
    proved(tmp_path)


def test_copies_that_no_process_keeps_are_advanced_by_a_command(tmp_path: Path) -> None:
    """The command `hotline keys forget` gives each role new weekly keys and destroys the old keys, as a running process
    would. The check fails before the command and passes afterwards."""
    old_line(tmp_path)
    proved(tmp_path, 1)
    hotline(tmp_path, "keys", "forget")
    proved(tmp_path)
    hooks, now = KeyFolder(tmp_path / "keys" / "hooks"), datetime.now(UTC)
    assert all(keys.held()[0] == keys.name(now) for keys in people_keys(hooks))
    assert hooks.holds(contact_keys(hooks).name(now + timedelta(weeks=2)))


def test_a_server_that_has_one_folder_alone_looks_at_that_one(tmp_path: Path) -> None:
    old_line(tmp_path)
    keys = tmp_path / "keys" / "hooks"
    found = proved(tmp_path, 1, HOTLINE_KEYS=str(keys))
    assert "FOUND           keys of hooks: a contact key" in found
    assert "workers" not in found

    hotline(tmp_path, "keys", "forget")
    proved(tmp_path, HOTLINE_KEYS=str(keys))
    watch = proved(tmp_path, 1, HOTLINE_KEYS=str(tmp_path / "keys" / "watch"))
    assert "watch has no weekly keys" in watch
