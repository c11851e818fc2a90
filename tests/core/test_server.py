"""Tests PostgreSQL when it is killed, frozen or read-only. The hotline gets an error in time, and works again without
help after the server recovers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from hotline.core.database import Database, open_database
from hotline.core.database_server import BoundedConnection
from hotline.gateway.tables import Stopped
from hotline.text.errors import StoreUnavailable
from tests.core.test_database import stop, stopped
from tests.support.builders import NOON
from tests.support.servers import Postgres, frozen

pytestmark = pytest.mark.both

HOP_SECONDS = 5.0


@pytest.fixture
def server(postgres_killable: Postgres) -> Postgres:
    return postgres_killable


@pytest.fixture
def line(server: Postgres) -> Iterator[Database]:
    database = open_database(server.tcp_url("line"))
    yield database
    database.close()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def test_a_killed_server_is_reported_and_its_return_used(server: Postgres, line: Database) -> None:
    stop(line, "before")
    server.kill()
    for _ in range(2):
        with within(HOP_SECONDS), pytest.raises(StoreUnavailable):
            stop(line, "meanwhile")

    server.start()
    stop(line, "after")
    assert stopped(line) == ["after", "before"]


def test_a_restart_between_two_hops_costs_none_of_them(server: Postgres, line: Database) -> None:
    """After the restart, every connection in the pool is dead. The hotline checks each connection before it uses the
    connection, so no hop fails.
    """
    with line.reading(), line.reading(), line.reading():
        pass
    server.restart()
    for number in range(4):
        stop(line, str(number))


def test_a_torn_connection_leaves_nothing_behind(server: Postgres, line: Database) -> None:
    def torn() -> None:
        with line.writing() as session:
            session.add(Stopped(number_key="half", stopped_at=NOON))
            session.flush()
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            server.execute(f"SELECT pg_terminate_backend({pid})")
            session.add(Stopped(number_key="other half", stopped_at=NOON))

    with pytest.raises(StoreUnavailable):
        torn()
    assert stopped(line) == []


def test_a_kill_before_the_commit_keeps_nothing(server: Postgres, line: Database) -> None:
    def killed() -> None:
        with line.writing() as session:
            session.add(Stopped(number_key="half", stopped_at=NOON))
            session.flush()
            server.kill()

    stop(line, "committed")
    with pytest.raises(StoreUnavailable):
        killed()
    server.start()
    assert stopped(line) == ["committed"]


@pytest.mark.slow(reason="waits for a frozen server's time to end")
def test_a_frozen_server_is_given_up_in_time(server: Postgres, line: Database) -> None:
    """The frozen server keeps the connection and sends nothing. The frozen server's own time limits do not run either,
    so only the hotline can end the wait."""
    stop(line, "before")
    with frozen(server):
        with within(HOP_SECONDS), pytest.raises(StoreUnavailable):
            stop(line, "meanwhile")
        with within(HOP_SECONDS), pytest.raises(StoreUnavailable):
            stopped(line)
    stop(line, "after")
    assert stopped(line) == ["after", "before"]


@pytest.mark.fault(6)
@pytest.mark.slow(reason="waits for a lock's time to end")
def test_a_lock_is_waited_for_no_longer_than_a_hop_can(server: Postgres, line: Database) -> None:
    other = open_database(server.tcp_url("line"))
    with other.writing() as session:
        session.execute(text("LOCK TABLE stopped"))
        with within(HOP_SECONDS), pytest.raises(StoreUnavailable):
            stop(line)
    other.close()
    stop(line)


@pytest.mark.slow(reason="waits for a statement's time to end")
def test_the_server_ends_a_long_statement_and_keeps_the_connection(line: Database) -> None:
    used: list[BoundedConnection] = []

    def sleep() -> None:
        with line.reading() as session:
            driver = session.connection().connection.dbapi_connection
            assert isinstance(driver, BoundedConnection)
            used.append(driver)
            session.execute(text("SELECT pg_sleep(10)"))

    with within(HOP_SECONDS), pytest.raises(StoreUnavailable):
        sleep()
    assert [driver.closed for driver in used] == [False]


def test_a_server_that_only_reads_is_told_and_left(server: Postgres, line: Database) -> None:
    stop(line, "before")
    server.restart(default_transaction_read_only="on")
    assert stopped(line) == ["before"]
    with line.reading() as session:
        old = session.connection().connection.dbapi_connection
    with within(HOP_SECONDS), pytest.raises(StoreUnavailable):
        stop(line, "meanwhile")
    assert isinstance(old, BoundedConnection)
    assert old.closed

    server.restart()
    stop(line, "after")


def test_a_commit_is_on_disk_whatever_the_default_is(server: Postgres, line: Database) -> None:
    server.restart(synchronous_commit="off")
    stop(line, "told that it is saved")
    server.restart()
    assert stopped(line) == ["told that it is saved"]


@pytest.mark.slow(reason="waits for a connection's time to end")
def test_all_connections_taken_is_told_in_time(server: Postgres, line: Database) -> None:
    held = [line.engine.connect() for _ in range(15)]
    with within(HOP_SECONDS), pytest.raises(StoreUnavailable):
        stopped(line)
    for connection in held:
        connection.close()
    assert stopped(line) == []


@pytest.mark.slow(reason="waits for a lock's time to end")
def test_no_error_of_the_server_quotes_what_was_to_be_stored(line: Database) -> None:
    def write() -> None:
        with line.writing() as session:
            session.execute(text("SET TRANSACTION READ ONLY"))
            session.add(Stopped(number_key="+250788000001", stopped_at=NOON))

    with pytest.raises(StoreUnavailable) as told:
        write()
    assert "788" not in str(told.value)
    assert told.value.__suppress_context__
