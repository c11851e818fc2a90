"""Provides empty databases of both kinds, and a port that refuses connections."""

import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.core.database import Database, open_database
from tests.support.servers import Pair, Postgres


@pytest.fixture
def unused_port() -> Iterator[int]:
    """Yields a reserved port on which no process listens, so that connections fail."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        assert isinstance(port, int)
        yield port


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/empty.db")
    yield database
    database.close()


@pytest.fixture
def empty_postgres(postgres_server: Postgres) -> Iterator[Database]:
    database = open_database(postgres_server.make(f"empty_{uuid.uuid4().hex}"))
    yield database
    database.close()


@pytest.fixture
def empty(pair: Pair, request: pytest.FixtureRequest) -> Database:
    """Returns an empty database of either kind."""
    kind = "empty_sqlite" if pair is Pair.EMBEDDED else "empty_postgres"
    database = request.getfixturevalue(kind)
    assert isinstance(database, Database)
    return database
