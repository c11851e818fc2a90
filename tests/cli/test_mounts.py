"""Tests that processes can replace their weekly keys in the folders that the shipped units and compose.yaml mount.

If they cannot, no process starts.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from hotline.cli.contexts import Role
from hotline.core.database import sqlite_file
from hotline.core.settings import Settings
from hotline.keys.key_making import make_keys
from tests.architecture.tree import ROOT

WALKS = """
import os, sys
from datetime import UTC, datetime, timedelta
from hotline.cli.contexts import Role, build_context, key_folder
from hotline.core.settings import Settings
from hotline.text.errors import NotReady
from hotline.keys.weekly_lock import WeeklyLock, last_week
from hotline.keys.key_folder import KeyFolder
from hotline.keys.pseudonyms import contact_keys

settings, role = Settings.read(os.environ), Role(sys.argv[1])
try:
    context = build_context(settings, role)
except NotReady as refused:
    sys.exit(f"refused: {refused}")
later = datetime.now(UTC) + timedelta(weeks=9)
folder = key_folder(settings, role)
context.encrypter.weekly_lock.forget(last_week(later))
if WeeklyLock(KeyFolder(folder)).start not in (None, last_week(later)):
    sys.exit("the key of a past week is still there")
if role is Role.HOOKS:
    keys = contact_keys(KeyFolder(folder))
    keys.at(later)
    contacts = sorted(path.name for path in folder.glob("contact-*"))
    if contacts != [keys.name(later)] :
        sys.exit(f"contacts: {contacts}")
"""
"""The code of a process that starts with the key folder of one role, and runs again nine weeks later."""

UNITS = {
    Role.HOOKS: "hotline-web.service",
    Role.WORKERS: "hotline@.service",
    Role.WATCH: "hotline-watch.service",
    Role.READER: "hotline-reader.service",
    Role.PAGES: "hotline-console.service",
}
SERVICES = {
    "web": Role.HOOKS,
    "worker": Role.WORKERS,
    "watch": Role.WATCH,
    "reader": Role.READER,
    "console": Role.PAGES,
}


def may_mount() -> bool:
    here = ["unshare", "-rm", "true"]
    return subprocess.run(here, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not may_mount(), reason="no mount namespaces on this machine")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Returns a home with keys as `hotline init` makes them. Its database file is empty, because no process opens it
    here."""
    home = tmp_path / "home"
    make_keys(home / "keys", datetime.now(UTC))
    file = sqlite_file(Settings.read({"HOTLINE_HOME": str(home)}).database_url)
    assert file is not None
    file.touch()
    return home


def mounted(
    mounts: Sequence[str], *words: str | Path, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """Runs the shell commands in `mounts`, which mount folders, and then runs Python with the given arguments."""
    script = "\n".join(("set -e", *mounts, 'exec "$@"'))
    return subprocess.run(
        ("unshare", "-rm", "sh", "-c", script, "sh", sys.executable, *words),
        env={"PATH": "/usr/sbin:/usr/bin:/bin", **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def advance(home: Path, role: Role, mounts: Sequence[str]) -> str:
    """Runs the code `WALKS` as this role, with these mounted folders. Returns its error output, which is empty after
    success."""
    own = {"HOTLINE_HOME": str(home), "HOTLINE_KEYS": str(home / "keys" / role)}
    return mounted(mounts, "-c", WALKS, role, **own).stderr.strip()


def bound(path: Path, how: str) -> str:
    return f"mount --bind {path} {path} && mount -o remount,bind,{how} {path}"


def named(unit: str, setting: str) -> set[str]:
    text = (ROOT / "deploy" / unit).read_text(encoding="utf-8")
    found = re.findall(rf"^{setting}=(.*)$", text, re.M)
    return {Path(path).name for line in found for path in line.split()}


@pytest.mark.parametrize("role", [*UNITS])
def test_they_advance_under_the_mounts_of_a_unit(home: Path, role: Role) -> None:
    unit = UNITS[role]
    assert named(unit, "ProtectSystem") == {"strict"}
    writable = role in named(unit, "ReadWritePaths") and role not in named(unit, "ReadOnlyPaths")
    own = [bound(home / "keys" / role, "rw")] if writable else []
    assert advance(home, role, [bound(home / "keys", "ro"), *own]) == ""


@pytest.mark.parametrize("name", [*SERVICES])
def test_they_advance_under_the_mounts_of_compose(home: Path, name: str) -> None:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    role = SERVICES[name]
    (volume,) = compose["services"][name]["volumes"]
    source, target, *modes = volume.split(":")
    assert (source, target) == (f"keys_{role}", "/keys")
    how = "ro" if "ro" in modes else "rw"
    assert advance(home, role, (bound(home, "ro"), bound(home / "keys" / role, how))) == ""


@pytest.mark.parametrize("role", [Role.HOOKS, Role.WORKERS])
def test_nothing_starts_where_they_cannot_advance(home: Path, role: Role) -> None:
    said = advance(home, role, (bound(home / "keys" / role, "ro"),))
    assert said.startswith("refused: the key folder")
    assert "mount it writable" in said


def test_the_doctor_finds_a_folder_that_cannot_be_written(home: Path) -> None:
    mounts = (bound(home / "keys" / "workers", "ro"),)
    told = mounted(mounts, "-m", "hotline.cli.main", "doctor", HOTLINE_HOME=str(home))
    assert re.search(r"WRONG +keys of workers: .* cannot be written", told.stdout), told.stdout


def test_init_on_a_read_only_home_asks_for_a_passphrase_by_file(home: Path) -> None:
    """As in compose.yaml, the keys can be written, but the rest of the home cannot."""
    says = "import sys; from pathlib import Path; from hotline.cli.init import _home, _passphrase;"
    says += "home = Path(sys.argv[1]); _home(home); _passphrase(home, None, demo=False)"
    told = mounted((bound(home, "ro"), bound(home / "keys", "rw")), "-c", says, home)
    assert "FolderRefused" in told.stderr
    assert "--passphrase-file" in told.stderr
