"""Restores and upgrades a backup of every version on both kinds of database, and decrypts a tip from that backup."""

import json
import time
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from hotline.core.database import open_database
from hotline.operations import migrate
from hotline.operations.migrate import TablesState
from hotline.operations.rules_backup import Engine
from tests.operations.schemas import schema_of
from tests.support.servers import Postgres
from tests.upgrades.make import HERE, IDENTITY, SIGNED, WORDS, Machine

VERSIONS = sorted(path.name for path in HERE.iterdir() if (path / "sqlite.age").exists())


def test_this_version_has_a_backup() -> None:
    assert metadata.version("hotline") in VERSIONS, "run python -m tests.upgrades.make"


@pytest.fixture(params=list(Engine))
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Engine, Machine, str]:
    """Returns a machine without a hotline, and the address of a second, empty database. In the second database, the
    test makes the tables with all migrations, and compares them with the upgraded tables."""
    engine: Engine = request.param
    home, other = tmp_path / "home", f"sqlite:///{tmp_path}/other.db"
    settings = {}
    if engine is Engine.POSTGRES:
        server: Postgres = request.getfixturevalue("postgres_server")
        settings["HOTLINE_DATABASE_URL"] = server.make(f"upgraded_{time.monotonic_ns()}")
        other = server.make(f"migrated_{time.monotonic_ns()}")
    return engine, Machine(home, settings), other


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.row("P8")
def test_it_restores_upgrades_and_opens_its_tip(
    version: str, empty: tuple[Engine, Machine, str], tmp_path: Path
) -> None:
    engine, machine, other = empty
    kept, key, words = HERE / version, tmp_path / "operator.key", tmp_path / "words"
    key.write_text(f"{IDENTITY}\n", encoding="utf-8")
    words.write_text(f"{WORDS}\n", encoding="utf-8")
    on_paper = json.loads((kept / f"{engine}.json").read_text(encoding="utf-8"))
    signer = ("--key", str(key), "--signer", on_paper["signer"], "--by", "Aline")
    restored = machine.well("restore", str(kept / f"{engine}.age"), *signer, "--json")
    told = json.loads(restored.stdout)
    assert told["contents"]["rows"]["tip"] == 1
    machine.well("keys", "import", str(kept / f"{engine}.keys"), "--passphrase-file", str(words))
    machine.well("keys", "pepper", "enter", *SIGNED, typed=on_paper["pepper"])
    machine.well("upgrade")

    address = machine.settings.get("HOTLINE_DATABASE_URL", f"sqlite:///{machine.home}/hotline.db")
    assert migrate.find_tables(address).state is TablesState.CURRENT
    with closing(open_database(address)) as upgraded, closing(open_database(other)) as migrated:
        migrate.upgrade(migrated)
        assert schema_of(upgraded) == schema_of(migrated)
    assert "unbroken" in machine.well("audit", "verify").stdout
    assert "Coordinator 1" in machine.well("people", "list").stdout
    desk = ("--desk", "gasabo", "--passphrase-file", str(words))
    read = machine.well("tips", "read", "1", *desk, *SIGNED, "--second", "Bosco")
    assert "hafi" in read.stdout
