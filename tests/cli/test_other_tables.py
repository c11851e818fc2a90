"""Tests how commands behave if the tables of the database are missing or were made by another release. Each command
prints one sentence, makes no new key and changes nothing.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.homes import copy_home, hotline


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def lies_in(folder: Path) -> Mapping[Path, bytes | None]:
    """Returns every path below a folder, with the bytes of each file."""
    return {
        path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))
    }


def rename_version(file: Path, version: str) -> None:
    """Sets another version of the tables, as another release would. Closes the connection to the database afterwards,
    so that the file is not locked.
    """
    with sqlite3.connect(file) as opened:
        opened.execute("UPDATE alembic_version SET version_num = ?", (version,))
    opened.close()


def test_an_unknown_version_is_refused(home: Path) -> None:
    copy_home(home)
    rename_version(home / "hotline.db", "v9999_of_tomorrow")
    (home / "keys" / "hooks" / "session.key").unlink()
    before = lies_in(home)

    for command in ("run", "upgrade", "init", "tips list", "oncall test", "outgoing status"):
        refused = hotline(home, *command.split(), code=1)
        assert isinstance(refused.exception, SystemExit), refused.exception
        (said,) = refused.output.splitlines()
        assert "v9999_of_tomorrow" in said, command
        assert str(home / "hotline.db") in said
        assert lies_in(home) == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "shared.db"
    with sqlite3.connect(file) as opened:
        opened.execute("CREATE TABLE alembic_version (version_num VARCHAR)")
        opened.execute("INSERT INTO alembic_version VALUES ('theirs')")
    opened.close()
    before = lies_in(tmp_path)

    for command in ("run", "upgrade", "init"):
        refused = hotline(home, command, code=1, HOTLINE_DATABASE_URL=f"sqlite:///{file}")
        assert len(refused.output.splitlines()) == 1, command
        assert lies_in(tmp_path) == before
        assert not home.exists()


@pytest.mark.parametrize("command", ["run", "upgrade"])
@pytest.mark.parametrize("gone", ["hotline.db", "keys", "keys and hotline.db"])
def test_a_missing_part_is_not_made_anew(home: Path, command: str, gone: str) -> None:
    """A part of the home is missing, as if its volume was not mounted. The command must not make new keys, because new
    keys could not decrypt the data that the hotline stored earlier.
    """
    copy_home(home)
    for name in gone.split(" and "):
        (home / name).rename(home.parent / name)
    before = lies_in(home)

    refused = hotline(home, command, code=1)
    assert "hotline init" not in refused.output
    for word in (str(home), "mount", "restore", "HOTLINE_HOME"):
        assert word in refused.output
    assert lies_in(home) == before
    told = hotline(home, "doctor", code=1).output
    assert "hotline init" not in told
    assert "mount" in told


def test_a_missing_home_beside_a_database_is_not_made(home: Path) -> None:
    """The operator forgot HOTLINE_HOME, but gave the address of the database."""
    copy_home(home)
    url = f"sqlite:///{home / 'hotline.db'}"
    refused = hotline(home.parent / "forgotten", "run", code=1, HOTLINE_DATABASE_URL=url)
    assert "hotline init" not in refused.output
    assert str(home / "hotline.db") in refused.output
    (home / "hotline.db").unlink()
    assert str(home / "hotline.db") in hotline(home, "run", code=1).output
    assert not (home / "hotline.db").exists()
