"""Tests that copied files are equal to newly made ones."""

from pathlib import Path
from stat import S_IMODE

from click.testing import CliRunner
from sqlalchemy import inspect

from hotline.cli.main import main
from hotline.core.database import open_database
from hotline.flows import service_authoring
from hotline.keys.key_making import make_keys
from hotline.operations.schema import METADATA
from hotline.people.tables_desks import Desk
from tests.cli.homes import copy_home
from tests.support.builders import NOON
from tests.support.made_once import (
    FLOWS,
    STATEMENTS,
    is_current,
    lay_keys,
    lay_tables,
    publish_shipped,
)
from tests.support.unsynced import open_unsynced


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): S_IMODE(path.stat().st_mode) for path in folder.rglob("*")
    }


def test_keys_lie_where_init_lays_them_with_its_modes(tmp_path: Path) -> None:
    make_keys(tmp_path / "made", NOON)
    lay_keys(tmp_path / "laid", NOON)
    assert modes(tmp_path / "laid") == modes(tmp_path / "made")
    assert make_keys(tmp_path / "laid", NOON) == [], "none is missing"


def test_every_table_is_there_and_the_shipped_flows_are_live(tmp_path: Path) -> None:
    lay_tables(tmp_path / "hotline.db")
    database = open_database(f"sqlite:///{tmp_path}/hotline.db")
    assert {*inspect(database.engine).get_table_names()} == {*METADATA.tables, "alembic_version"}
    assert is_current(database)

    publish_shipped(database, NOON)
    assert service_authoring.live_document(database) == service_authoring.read_folder(FLOWS)
    database.close()


def test_a_home_is_as_init_leaves_it(tmp_path: Path) -> None:
    copy_home(tmp_path / "laid")
    before = modes(tmp_path / "laid")
    told = CliRunner(env={"HOTLINE_HOME": str(tmp_path / "laid")}).invoke(main, ["init", "--demo"])
    assert told.exit_code == 0, told.output
    assert "made" not in told.stdout
    assert modes(tmp_path / "laid") == before
    assert S_IMODE((tmp_path / "laid").stat().st_mode) == 0o700


def test_a_statement_is_compiled_for_the_first_database_alone(tmp_path: Path) -> None:
    sizes = []
    for name in ("one", "other"):
        lay_tables(tmp_path / f"{name}.db")
        database = open_unsynced(f"sqlite:///{tmp_path}/{name}.db")
        with database.reading() as session:
            session.get(Desk, "national")
        sizes.append(len(STATEMENTS))
        database.close()
    assert sizes[0] == sizes[1] > 0
