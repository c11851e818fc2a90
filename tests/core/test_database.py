"""Tests the database when it is locked, missing, damaged or gets a wrong query."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError

from hotline.core.database import Database, add_if_new, open_database
from hotline.errors import SettingsInvalid, StoreUnavailable
from hotline.gateway.tables_sessions import Stopped
from tests.support.builders import NOON, make_responder

pytestmark = pytest.mark.both

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process_holding(file: Path) -> Iterator[None]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.kill()


def stop(database: Database, key: str = "k") -> None:
    with database.writing() as session:
        session.add(Stopped(number_key=key, stopped_at=NOON))


def stopped(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Stopped.number_key)))


@pytest.mark.fault(6)
@pytest.mark.slow(reason="waits for a lock's time to end")
def test_a_locked_database_fails_in_5_seconds_and_reads(sqlite: Database, tmp_path: Path) -> None:
    stop(sqlite, "before")
    with another_process_holding(tmp_path / "hotline.db"):
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            stop(sqlite)
        assert time.monotonic() - began < 5
        assert stopped(sqlite) == ["before"]

    stop(sqlite, "after")
    assert stopped(sqlite) == ["after", "before"]


def test_writers_of_one_process_take_turns_before_the_file_lock(sqlite: Database) -> None:
    """SQLite's own way of waiting lets the last writer go first."""
    impatient = Database(sqlite.engine, turn=0.01)
    begun: list[str] = []
    with impatient.writing():
        event.listen(sqlite.engine, "before_cursor_execute", lambda *told: begun.append(told[2]))
        with ThreadPoolExecutor(1) as other:
            refused = other.submit(stop, impatient).exception()
    assert isinstance(refused, StoreUnavailable)
    assert begun == []
    stop(impatient)
    assert len(stopped(sqlite)) == 1


@pytest.mark.slow(reason="waits for a lock's time to end")
def test_a_new_connection_to_a_locked_one_is_as_quick(sqlite: Database, tmp_path: Path) -> None:
    with another_process_holding(tmp_path / "hotline.db"):
        fresh = open_database(f"sqlite:///{tmp_path}/hotline.db")
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            stop(fresh)
        assert time.monotonic() - began < 5
        fresh.close()


def test_a_database_that_may_only_be_read_is_told(sqlite: Database, tmp_path: Path) -> None:
    stop(sqlite, "before")
    encrypted = open_database(f"sqlite:///file:{tmp_path}/hotline.db?mode=ro&uri=true")

    with pytest.raises(StoreUnavailable):
        stop(encrypted)
    assert stopped(encrypted) == ["before"]
    encrypted.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "hotline.db").write_bytes(b"no database at all " * 100)
    broken = open_database(f"sqlite:///{tmp_path}/hotline.db")

    with pytest.raises(StoreUnavailable):
        stopped(broken)
    broken.close()


def test_a_server_that_does_not_answer_is_told(unused_port: int) -> None:
    gone = open_database(f"postgresql+psycopg://line:pw@127.0.0.1:{unused_port}/line")

    with pytest.raises(StoreUnavailable) as told:
        stopped(gone)
    assert "pw" not in str(told.value)
    gone.close()


@pytest.mark.parametrize("url", ["postgresql+psycopg://line@db:port/x", "sqlite"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(SettingsInvalid):
        open_database(url)


def test_no_error_quotes_what_was_to_be_stored(database: Database) -> None:
    with database.writing() as session:
        session.add(make_responder(msisdn="+250788000001"))

    with pytest.raises(IntegrityError) as told, database.writing() as session:
        session.add(make_responder(msisdn="+250788000001"))
    assert "788" not in str(told.value) + repr(told.value.orig) + repr(told.value.params)
    assert told.value.__suppress_context__


def test_no_lock_error_quotes_what_was_to_be_stored(sqlite: Database, tmp_path: Path) -> None:
    sqlite.engine.dispose()
    (tmp_path / "hotline.db").write_bytes(b"x" * 4096)

    with pytest.raises(StoreUnavailable) as told, sqlite.writing() as session:
        session.add(make_responder(msisdn="+250788000001"))
    assert "788" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_a_transaction_commits_whole_or_not_at_all(database: Database) -> None:
    def stop_and_fail() -> None:
        with database.writing() as session:
            session.add(Stopped(number_key="k", stopped_at=NOON))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        stop_and_fail()
    assert stopped(database) == []


def test_what_is_written_while_reading_is_not_kept(database: Database) -> None:
    with database.reading() as session:
        session.add(Stopped(number_key="k", stopped_at=NOON))
        session.flush()

    assert stopped(database) == []


def test_a_reading_is_one_snapshot(database: Database) -> None:
    with database.reading() as session:
        assert list(session.scalars(select(Stopped.number_key))) == []
        stop(database)
        assert list(session.scalars(select(Stopped.number_key))) == []


def test_a_second_row_of_a_key_is_omitted_and_work_continues(database: Database) -> None:
    with database.writing() as session:
        assert add_if_new(session, Stopped(number_key="k", stopped_at=NOON))
        assert not add_if_new(session, Stopped(number_key="k", stopped_at=NOON))
        assert add_if_new(session, Stopped(number_key="l", stopped_at=NOON))

    assert stopped(database) == ["k", "l"]


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    kigali = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.writing() as session:
        session.add(Stopped(number_key="k", stopped_at=kigali))

    with database.reading() as session:
        (at,) = session.scalars(select(Stopped.stopped_at))
    assert at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert at.tzinfo is UTC


def test_a_commit_survives_power_loss_and_foreign_keys_are_kept(tmp_path: Path) -> None:
    """The hotline opens its database in this way. The other tests do not wait for a disk."""
    database = open_database(f"sqlite:///{tmp_path}/synced.db")
    with database.reading() as session:
        pragmas = [
            session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    database.close()
    assert pragmas == ["wal", 2, 1]
