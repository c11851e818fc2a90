"""Bringing a database's tables up to this code's. Only forward: what went wrong is mended by the next migration."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from hotline.store.database import Database, Session

LOCK = 4_114_110_002
"""PostgreSQL's advisory lock of migrations: two releases at once migrate one after the other."""


def upgrade(database: Database) -> bool:
    """Run what is missing, in one transaction; whether anything was. Raises StoreUnavailable."""
    with database.writing() as session:
        if not database.is_sqlite:
            session.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if _stands_at(session) == newest():
            return False
        config = _config()
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")
        return True


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
