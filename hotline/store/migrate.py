"""Bringing a database's tables up to this code's. Only forward: what went wrong is mended by the next migration."""

import os
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from hotline.store.database import Database, Session
from hotline.store.server import BoundedConnection

LOCK = 4_114_110_002
"""PostgreSQL's advisory lock of migrations: two releases at once migrate one after the other."""
LOCK_MS = 2000
"""While a migration waits for a table, every hop queues behind it: less than a hop's own patience."""


def upgrade(database: Database, *, also: Path | None = None) -> bool:
    """Run what is missing, each migration in a transaction of its own; whether any was. Raises StoreUnavailable.

    Alone, it holds one table at a time, and callers pass (docs/adr/0015). One that fails leaves those before it
    done, and may be repeated. Tests name in `also` a second folder of migrations: those of a release to come.
    """
    config = _config(also)
    # Read once: alembic's own command reads every migration again at each of its calls.
    scripts = ScriptDirectory.from_config(config)
    goal = scripts.get_current_head()
    changed = False
    while _step(database, config, scripts, goal):
        changed = True
    return changed


def is_bare(database: Database) -> bool:
    """Whether no release of ours ever made a table there. Raises StoreUnavailable."""
    with database.reading() as session:
        return stands_at(session) is None


def _step(database: Database, config: Config, scripts: ScriptDirectory, goal: str | None) -> bool:
    """One migration nearer; False where there is none left."""
    with database.writing() as session:
        if not database.is_sqlite:
            _take_turns(session)
        if stands_at(session) == goal:
            return False
        config.attributes["connection"] = session.connection()

        def next_one(revision: Any, _context: Any) -> Any:
            return scripts._upgrade_revs("+1", revision)

        with EnvironmentContext(config, scripts, fn=next_one, destination_rev="+1"):
            scripts.run_env()
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
        return stands_at(session) == newest()


def newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def knows(revision: str) -> bool:
    """Whether this code can bring tables of that revision up to its own."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return revision in {script.revision for script in scripts}


def stands_at(session: Session) -> str | None:
    """The newest migration that the tables have seen; None where there is none."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def _config(also: Path | None = None) -> Config:
    config = Config()
    here = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(here))
    config.set_main_option("path_separator", "os")
    if also is not None:
        config.set_main_option("version_locations", f"{here / 'versions'}{os.pathsep}{also}")
    return config
