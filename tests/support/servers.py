"""Starts Debian's PostgreSQL and Redis for tests, with their own paths and ports.

Each server is a child process of the test, so that the test can kill the server.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from hotline.core.database import Database, open_database
from hotline.operations import migrate
from hotline.operations.schema import METADATA
from tests.faults.stand import postgres
from tests.support.made_once import share_statements

CARELESS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Settings that make PostgreSQL quick but not safe if the power fails. Tests kill processes but never cut the power, so
no data is lost."""
OTHERS_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = 'line' AND pid <> pg_backend_pid()"
)
UNFINISHED_END = f"{OTHERS_END} AND (state <> 'idle' OR pid IN (SELECT pid FROM pg_locks))"
"""Closes the connections of an earlier test, which may still lock rows or have the lock of a leader."""
EMPTIED = ";".join(
    (
        # Turns off the triggers for this transaction, because they protect the audit log.
        "SET LOCAL session_replication_role = replica",
        *(f'DELETE FROM "{table.name}"' for table in reversed(METADATA.sorted_tables)),
        "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences",
    )
)


Postgres = postgres.Postgres


class Pair(StrEnum):
    """A database and a Redis server for a hotline. Every test must pass with the pair that it gets."""

    EMBEDDED = "embedded"
    """The pair of SQLite and Valkey."""
    SERVERS = "servers"
    """The pair of PostgreSQL and Redis."""


@pytest.fixture(params=list(Pair))
def pair(request: pytest.FixtureRequest) -> Pair:
    """Returns each of the two pairs of servers in turn. A test runs with both pairs, unless its file or its conftest
    uses the fixture `embedded`."""
    assert isinstance(request.param, Pair)
    return request.param


@pytest.fixture(name="pair")
def embedded() -> Pair:
    """Returns the embedded pair, for test files and folders that need only one pair."""
    return Pair.EMBEDDED


@contextmanager
def asleep(processes: Sequence[psutil.Process]) -> Iterator[None]:
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


def frozen(server: Postgres) -> AbstractContextManager[None]:
    """Freezes the server's main process and every child process: connections stay open but get no answer."""
    return asleep([psutil.Process(pid) for pid in server.pids])


@contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """Makes a temporary folder with a short path, because the path of a unix socket has 108 bytes at most."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder of a stopped PostgreSQL server with the tables in the database `line`. The first test process
    that needs this folder creates the folder."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    template = shared / "postgres-template"
    with (shared / "postgres-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            with (
                short_folder("hotline-pg-") as folder,
                postgres.postgres_in(folder, CARELESS) as server,
            ):
                server.make("line")
                database = open_database(server.url("line"))
                migrate.upgrade(database)
                database.close()
                server.stop()
                made = template.with_suffix(".made")
                subprocess.run(["cp", "-a", str(server.data), str(made)], check=True)
                made.rename(template)
    return template


@contextmanager
def postgres_copied(template: Path) -> Iterator[Postgres]:
    """Runs a server with a copy of the template until the `with` block ends."""
    with (
        short_folder("hotline-pg-") as folder,
        postgres.postgres_in(folder, CARELESS, template) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def postgres_server(postgres_template: Path) -> Iterator[Postgres]:
    """Starts one server for each test process."""
    with postgres_copied(postgres_template) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_released(postgres_server: Postgres) -> str:
    """Returns the name of a database that tests copy. All migrations have run in this database."""
    database = open_database(postgres_server.make("released"))
    migrate.upgrade(database)
    database.close()
    return "released"


@pytest.fixture(scope="module")
def postgres_of_a_file(postgres_template: Path) -> Iterator[Postgres]:
    with postgres_copied(postgres_template) as server:
        yield server


@pytest.fixture
def postgres_killable(postgres_of_a_file: Postgres) -> Postgres:
    """Restarts a server that a test may kill, and empties its tables. The server's folder already exists, so the start
    is quick."""
    postgres_of_a_file.restart()
    # A new connection empties the tables even after a test killed or froze the server.
    postgres_of_a_file.execute(f"{OTHERS_END}; {EMPTIED}", "line")
    return postgres_of_a_file


@contextmanager
def emptied(kept: Database) -> Iterator[Database]:
    """Yields a database with empty tables, for one test.

    The database has its own engine, so that a listener belongs to one test only. All tests share one connection. With a
    new connection for each test, the first use of each table would take longer than most tests.
    """
    with kept.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(f"{UNFINISHED_END}; {EMPTIED}")
        driver.commit()
    yield Database(kept.engine.execution_options())
    if kept.engine.pool.checkedout():  # type: ignore[attr-defined]
        kept.engine.dispose()


@pytest.fixture(scope="session")
def postgres_kept(postgres_server: Postgres) -> Iterator[Database]:
    """Opens one engine for each test process."""
    database = open_database(postgres_server.url("line"))

    @event.listens_for(database.engine, "connect")
    def prepare_nothing(connection: psycopg.Connection[Any], _record: object) -> None:
        # Turns off prepared statements, because few statements run twice and one connection cannot store those of all
        # tests.
        connection.prepare_threshold = None

    share_statements(database)
    yield database
    database.close()


def drop_guard(session: Session, table: str) -> None:
    """Removes the triggers that protect a table, as a person who owns the database can."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    named = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    for name in session.scalars(named, {"table": table}).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def every_value(database: Database) -> bytes:
    """Returns the values of every row of every table. Leaves bytes unchanged, and converts other values to text."""
    with database.reading() as session:
        return b"\n".join(
            value if isinstance(value, bytes) else str(value).encode()
            for table in METADATA.sorted_tables
            for row in session.execute(select(table))
            for value in row
        )
