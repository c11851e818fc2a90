"""Bringing a database's tables up to this code's. Only forward: what went wrong is mended by the next migration."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from hotline.store.database import Database, Session
from hotline.store.server import BoundedConnection

LOCK = 4_114_110_002
"""PostgreSQL's advisory lock of migrations: two releases at once migrate one after the other."""
LOCK_MS = 2000
"""While a migration waits for a table, every hop queues behind it: less than a hop's own patience."""


def upgrade(database: Database) -> bool:
    """Run what is missing, in one transaction; whether anything was. Raises StoreUnavailable."""
    with database.writing() as session:
        if not database.is_sqlite:
            _take_turns(session)
        if _stands_at(session) == newest():
            return False
        config = _config()
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")
        return True


def _take_turns(session: Session) -> None:
    """Wait for another release as long as it takes, then for no caller: who waits for a table lets nobody pass.

    A migration that does not get its lock is given up whole, and may be repeated.
    """
    driver = session.connection().connection.dbapi_connection
    assert isinstance(driver, BoundedConnection)
    driver.patience = None
    session.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    session.execute(text(f"SET LOCAL lock_timeout = {LOCK_MS}"))


def is_current(database: Database) -> bool:
    """Whether the tables are those that this code expects. Raises StoreUnavailable."""
    with database.reading() as session:
        return _stands_at(session) == newest()


def newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _stands_at(session: Session) -> str | None:
    return MigrationContext.configure(session.connection()).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config
