"""Migrations make the tables that the code speaks of, on both kinds of database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from hotline.store import migrate
from hotline.store.database import Database
from hotline.store.people.responders import Responder
from hotline.store.schema import METADATA
from tests.builders import NOON, make_responder
from tests.eventually import eventually

pytestmark = pytest.mark.both


def test_migrations_and_rows_agree(empty: Database) -> None:
    migrate.upgrade(empty)

    with empty.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_release_may_be_repeated(empty: Database) -> None:
    assert migrate.upgrade(empty)
    assert migrate.is_current(empty)
    with empty.writing() as session:
        session.add(make_responder())

    assert not migrate.upgrade(empty)
    with empty.reading() as session:
        assert session.scalar(select(Responder.created_at)) == NOON


def test_an_empty_database_is_not_current(empty: Database) -> None:
    assert not migrate.is_current(empty)


WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def test_a_release_waits_for_the_one_before_it(empty_postgres: Database) -> None:
    def waits() -> bool:
        with empty_postgres.reading() as session:
            return bool(session.scalar(WAITING))

    with ThreadPoolExecutor(1) as pool:
        with empty_postgres.writing() as session:
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": migrate.LOCK})
            later = pool.submit(migrate.upgrade, empty_postgres)
            eventually(lambda: later.done() or waits(), seconds=20)
            assert not later.done()
        assert later.result()


def test_two_releases_at_once_migrate_once(empty: Database) -> None:
    """Each migration is run by one of them: a table made twice would raise."""
    with ThreadPoolExecutor(2) as pool:
        changed = list(pool.map(migrate.upgrade, [empty, empty]))

    assert any(changed)
    assert migrate.is_current(empty)


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
