"""Real servers for tests: Debian's PostgreSQL and Redis, started by us, on paths and ports that nobody else uses.

A server is a child of ours, so that it can be killed like one; a superuser runs PostgreSQL as Debian's own account,
since PostgreSQL refuses to run as one.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from hotline.cli.stack import free_port
from hotline.store.database import Database, open_database
from hotline.store.schema import METADATA, create_all

PATIENCE = 30.0
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
CARELESS = {"fsync": "off", "full_page_writes": "off"}
"""For tests that pull no plug: killing a process loses nothing that the kernel has."""


class Pair(StrEnum):
    """What a line stands on. Everything must hold on both."""

    EMBEDDED = "embedded"
    """SQLite and Valkey."""
    SERVERS = "servers"
    """PostgreSQL and Redis."""


@pytest.fixture(params=list(Pair))
def pair(request: pytest.FixtureRequest) -> Pair:
    """For a room whose tests must hold on both: its conftest imports this."""
    assert isinstance(request.param, Pair)
    return request.param


class Postgres:
    """One cluster in one folder; it may be killed, and started again over what it left."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self._settings = settings
        self._owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        shutil.chown(folder, self._owner)
        self._run("initdb", "-A", "trust", "-U", "line", "-E", "UTF8", "--no-sync")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, name: str) -> str:
        """By its unix socket."""
        return f"postgresql+psycopg://line@/{name}?host={self.folder}&port={self.port}"

    def tcp_url(self, name: str) -> str:
        """As from another machine."""
        return f"postgresql+psycopg://line@127.0.0.1:{self.port}/{name}"

    def start(self, **settings: str) -> None:
        """Also right after a kill, when the dead one's children still hold its memory for a moment."""
        end = time.monotonic() + PATIENCE
        while True:
            self._process = self._spawn(settings)
            while self._process.poll() is None:
                if self._answers():
                    return
                assert time.monotonic() < end, "PostgreSQL does not answer"
                time.sleep(0.02)
            assert time.monotonic() < end, "PostgreSQL does not start"
            time.sleep(0.1)

    def kill(self) -> None:
        """`kill -9` of the postmaster and of its backends: one left alone could still commit before it notices."""
        if self._process is None or self._process.poll() is not None:
            return
        backends = psutil.Process(self._process.pid).children()
        self._process.kill()
        for backend in backends:
            with suppress(psutil.NoSuchProcess):
                backend.kill()
        psutil.wait_procs(backends, timeout=PATIENCE)
        self._process.wait()

    def restart(self, **settings: str) -> None:
        self.kill()
        self.start(**settings)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(self._address(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def make(self, name: str) -> str:
        """A new, empty database; its address."""
        self.execute(f'CREATE DATABASE "{name}" STRATEGY file_copy')
        return self.url(name)

    def _address(self, database: str) -> str:
        url = make_url(self.url(database))
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _spawn(self, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
        given = {
            "unix_socket_directories": str(self.folder),
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
        }
        words = [
            word
            for name, value in (given | self._settings | settings).items()
            for word in ("-c", f"{name}={value}")
        ]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(PROGRAMS[-1] / "postgres"), "-D", str(self.data), *words],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._owner,
            )

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(PROGRAMS[-1] / program), "-D", str(self.data), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            user=self._owner,
        )


@contextmanager
def postgres_in(folder: Path, **settings: str) -> Iterator[Postgres]:
    """A server that runs for as long as the block does."""
    server = Postgres(folder, settings)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """The postmaster and every backend of it: connections stay open, and nobody answers."""
    whole = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
    for process in whole:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in whole:
            process.send_signal(signal.SIGCONT)


@contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """A unix socket's path holds 108 bytes at most: pytest's own folders are too deep."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Started once for each test process."""
    with short_folder("hotline-pg-") as folder, postgres_in(folder, **CARELESS) as server:
        database = open_database(server.make("line"))
        create_all(database)
        database.close()
        yield server


@pytest.fixture
def postgres_killable() -> Iterator[Postgres]:
    """One that a test may kill, with its tables made."""
    with short_folder("hotline-pg-") as folder, postgres_in(folder, **CARELESS) as server:
        server.make("line")
        database = open_database(server.tcp_url("line"))
        create_all(database)
        database.close()
        yield server


@contextmanager
def postgres_database(server: Postgres) -> Iterator[Database]:
    """The server's tables, emptied: a test of its own in a thousandth of a second."""
    names = [table.name for table in reversed(METADATA.sorted_tables)]
    sequences = server.execute("SELECT sequencename FROM pg_sequences", "line")
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = 'line' AND pid <> pg_backend_pid()",
    )
    emptied = [f'DELETE FROM "{name}"' for name in names]
    emptied += [f"SELECT setval('\"{name}\"', 1, false)" for (name,) in sequences]
    server.execute(";".join(emptied), "line")

    database = open_database(server.url("line"))
    try:
        yield database
    finally:
        database.close()


def every_value(database: Database) -> bytes:
    """Of every row of every table, bytes as they are."""
    with database.reading() as session:
        return b"\n".join(
            value if isinstance(value, bytes) else str(value).encode()
            for table in METADATA.sorted_tables
            for row in session.execute(select(table))
            for value in row
        )
