"""A PostgreSQL of our own, and a port where nobody listens."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.store.database import Database, open_database

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture
def unused_port() -> Iterator[int]:
    """Bound and not listening: whoever knocks is refused."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        assert isinstance(port, int)
        yield port


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """A server on a unix socket, started once for each test process, run by nobody in particular if we are root."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    shutil.chown(folder, owner)

    def run(program: str, *words: str) -> None:
        subprocess.run(
            [str(PROGRAMS[-1] / program), "-D", str(folder / "data"), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=owner,
        )

    run("initdb", "-A", "trust", "-U", "line", "--no-sync")
    run("pg_ctl", "-w", "-s", "-l", f"{folder}/log", "-o", f"-k {folder} -h '' -F", "start")
    try:
        yield folder
    finally:
        run("pg_ctl", "-s", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_socket: Path) -> Iterator[Database]:
    """An empty database of its own for one test."""
    name = f"line_{uuid.uuid4().hex}"
    subprocess.run(
        [str(PROGRAMS[-1] / "createdb"), "-h", str(postgres_socket), "-U", "line", name],
        check=True,
        cwd=postgres_socket,
    )
    database = open_database(f"postgresql+psycopg://line@/{name}?host={postgres_socket}")
    yield database
    database.close()


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/empty.db")
    yield database
    database.close()


@pytest.fixture(params=["empty_sqlite", "postgres"])
def empty(request: pytest.FixtureRequest) -> Database:
    """An empty database, of either kind."""
    database = request.getfixturevalue(request.param)
    assert isinstance(database, Database)
    return database
