"""Tests that migrations make the tables that the code declares, on both kinds of database."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from hotline.core.database import Database
from hotline.operations import migrate
from hotline.operations.migrate import TablesState
from hotline.operations.schema import METADATA
from hotline.people.tables import Responder
from hotline.people.tables_audit import LOCK
from hotline.text.errors import NotReady
from tests.operations.schemas import declared_of
from tests.support.builders import NOON, make_responder
from tests.support.eventually import eventually
from tests.support.made_once import is_current, lay_line

pytestmark = pytest.mark.both
LATER = Path(__file__).with_name("later")


def test_migrations_make_the_columns_and_keys_that_the_code_declares(
    empty: Database, database: Database
) -> None:
    METADATA.create_all(empty.engine)
    declared, migrated = declared_of(empty), declared_of(database)
    assert sorted(migrated - declared) == []
    assert sorted(declared - migrated) == []


def test_unique_indexes_prevent_two_open_rows_of_one_case_phone_or_desk(database: Database) -> None:
    look = inspect(database.engine)
    unique = {
        one["name"]
        for table in look.get_table_names()
        for one in look.get_indexes(table)
        if one["unique"]
    }
    assert {"deadline_one", "membership_one", "enrolment_open", "assignment_name"} <= unique


def test_the_guard_of_the_audit_log_takes_the_lock_of_its_writers() -> None:
    (migration,) = migrate.VERSIONS.glob("v0099*.py")
    assert f"pg_advisory_xact_lock({LOCK})" in migration.read_text(encoding="utf-8")


def test_a_release_may_be_repeated(empty: Database) -> None:
    assert not is_current(empty)
    assert migrate.upgrade(empty)
    assert is_current(empty)
    assert migrate.newest_version() == migrate._scripts(None).get_current_head()
    with empty.writing() as session:
        session.add(make_responder())

    assert not migrate.upgrade(empty)
    with empty.reading() as session:
        assert session.scalar(select(Responder.created_at)) == NOON


def test_tables_are_compared_with_those_of_this_release(empty: Database) -> None:
    url = empty.engine.url.render_as_string(hide_password=False)
    assert migrate.find_tables(url).state is TablesState.MISSING

    migrate.upgrade(empty)
    current = migrate.find_tables(url)
    assert (current.state, current.version) == (TablesState.CURRENT, migrate.newest_version())
    migrate.refuse_unless_current(current)
    older = migrate.find_tables(url, also=LATER)
    assert older.state is TablesState.OLDER
    with pytest.raises(NotReady, match="hotline upgrade"):
        migrate.refuse_unless_current(older)

    migrate.upgrade(empty, also=LATER)
    unknown = migrate.find_tables(url)
    assert unknown.state is TablesState.UNKNOWN
    with pytest.raises(NotReady, match="does not know"):
        migrate.refuse_unless_current(unknown)


@pytest.mark.both
@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("DROP COLUMN request", "tip.request is missing"),
        ("RENAME COLUMN basis TO base", "tip.basis is missing"),
        ("ADD COLUMN extra VARCHAR", ""),
        ("ADD COLUMN extra VARCHAR DEFAULT '' NOT NULL", ""),
    ],
)
def test_older_tables_are_not_current(empty: Database, change: str, difference: str) -> None:
    migrate.upgrade(empty)
    with empty.writing() as session:
        session.execute(text(f"ALTER TABLE tip {change}"))
    found = migrate.find_tables(empty.engine.url.render_as_string(hide_password=False))
    assert found.difference == difference
    assert (found.state is TablesState.CURRENT) is not bool(difference)
    if difference:
        with pytest.raises(NotReady, match=f"{difference}.*`hotline init`"):
            migrate.refuse_unless_current(found)


def test_a_column_that_this_code_does_not_fill_is_named(tmp_path: Path) -> None:
    lay_line(tmp_path, NOON)
    file = tmp_path / "hotline.db"
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("DROP TABLE leader")
        more = "name VARCHAR PRIMARY KEY, holder VARCHAR, until DATETIME, more VARCHAR NOT NULL"
        opened.execute(f"CREATE TABLE leader ({more})")
    assert migrate.find_tables(f"sqlite:///{file}").difference == "leader.more is not known"


def test_a_look_makes_no_file_and_turns_no_file_into_ours(tmp_path: Path) -> None:
    file = tmp_path / "line.db"
    assert migrate.find_tables(f"sqlite:///{file}").state is TablesState.MISSING
    assert not file.exists()

    with sqlite3.connect(file) as opened:
        opened.execute("CREATE TABLE tip (theirs VARCHAR)")
    opened.close()
    before = file.read_bytes()
    assert migrate.find_tables(f"sqlite:///{file}").state is TablesState.UNKNOWN
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (before, [file])


def test_the_place_of_a_database_says_neither_account_nor_password() -> None:
    place = migrate.database_name("postgresql+psycopg://owner:secret@db.example.org:5433/line")
    assert place == "database line at db.example.org:5433"
    assert migrate.database_name("sqlite:////srv/line/hotline.db") == "/srv/line/hotline.db"


WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def test_a_release_waits_for_the_one_before_it(empty_postgres: Database) -> None:
    def waits() -> bool:
        with empty_postgres.reading() as session:
            return bool(session.scalar(WAITING))

    with ThreadPoolExecutor(1) as pool:
        with empty_postgres.writing() as session:
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": migrate.LOCK})
            later = pool.submit(migrate.upgrade, empty_postgres)
            eventually(lambda: later.done() or waits())
            assert not later.done()
        assert later.result()


def test_two_releases_at_once_migrate_once(empty: Database) -> None:
    """For each migration, only one of the two releases runs it. If a table were created twice, there would be an
    error."""
    with ThreadPoolExecutor(2) as pool:
        changed = list(pool.map(migrate.upgrade, [empty, empty]))

    assert any(changed)
    assert is_current(empty)


def test_a_migration_that_breaks_leaves_nothing_behind(empty_sqlite: Database) -> None:
    with empty_sqlite.writing() as session:
        session.execute(text("CREATE TABLE tip (id INTEGER)"))

    try:
        migrate.upgrade(empty_sqlite)
    except Exception as broken:
        told = type(broken).__name__
    assert told == "StoreUnavailable"
    with empty_sqlite.reading() as session:
        tables = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    assert tables == ["tip"]
