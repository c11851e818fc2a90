"""Tests the database when it is locked, missing or damaged. Also tests plain SQL statements and many rows at once."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select, text
from sqlalchemy.exc import IntegrityError

from hotline.core.database import Database, add_if_new, add_rows, new_ids, open_database
from hotline.gateway.tables import DeliveryReport, QueueState, Stopped
from hotline.operations import migrate
from hotline.text.errors import SettingsInvalid, StoreUnavailable
from tests.support.builders import NOON, make_responder

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
        return sorted(session.scalars(select(Stopped.number_key)))


@pytest.mark.both
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
        fresh = open_database(f"sqlite:///{tmp_path}/hotline.db")
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            stop(fresh)
        assert time.monotonic() - began < 5, "a new connection is as quick"
        fresh.close()

    stop(sqlite, "after")
    assert stopped(sqlite) == ["after", "before"]


@pytest.mark.both
def test_writers_of_one_process_take_turns_before_the_file_lock(sqlite: Database) -> None:
    """Writers of one process wait in a queue of the process, because SQLite itself may let the writer that came last
    write first.
    """
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


@pytest.mark.both
def test_a_database_that_may_only_be_read_is_told(sqlite: Database, tmp_path: Path) -> None:
    stop(sqlite, "before")
    encrypted = open_database(f"sqlite:///file:{tmp_path}/hotline.db?mode=ro&uri=true")

    with pytest.raises(StoreUnavailable):
        stop(encrypted)
    assert stopped(encrypted) == ["before"]
    encrypted.close()


@pytest.mark.both
def test_a_server_that_does_not_answer_is_told(unused_port: int) -> None:
    gone = open_database(f"postgresql+psycopg://line:pw@127.0.0.1:{unused_port}/line")

    with pytest.raises(StoreUnavailable) as told:
        stopped(gone)
    assert "pw" not in str(told.value)
    gone.close()


@pytest.mark.both
@pytest.mark.parametrize("url", ["postgresql+psycopg://line@db:port/x", "sqlite"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(SettingsInvalid):
        open_database(url)


@pytest.mark.both
def test_no_error_quotes_what_was_to_be_stored(database: Database) -> None:
    with database.writing() as session:
        session.add(make_responder(msisdn="+250788000001"))

    with pytest.raises(IntegrityError) as told, database.writing() as session:
        session.add(make_responder(msisdn="+250788000001"))
    assert "788" not in str(told.value) + repr(told.value.orig) + repr(told.value.params)
    assert told.value.__suppress_context__


@pytest.mark.both
def test_a_file_that_is_no_database_is_an_error_without_stored_data(
    sqlite: Database, tmp_path: Path
) -> None:
    sqlite.engine.dispose()
    (tmp_path / "hotline.db").write_bytes(b"x" * 4096)

    with pytest.raises(StoreUnavailable) as told, sqlite.writing() as session:
        session.add(make_responder(msisdn="+250788000001"))
    assert "788" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


@pytest.mark.both
def test_a_transaction_commits_whole_or_not_at_all(database: Database) -> None:
    def stop_and_fail() -> None:
        with database.writing() as session:
            session.add(Stopped(number_key="k", stopped_at=NOON))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        stop_and_fail()
    assert stopped(database) == []


@pytest.mark.both
def test_what_is_written_while_reading_is_not_kept(database: Database) -> None:
    with database.reading() as session:
        session.add(Stopped(number_key="k", stopped_at=NOON))
        session.flush()

    assert stopped(database) == []


@pytest.mark.both
def test_a_reading_is_one_snapshot(database: Database) -> None:
    with database.reading() as session:
        assert list(session.scalars(select(Stopped.number_key))) == []
        stop(database)
        assert list(session.scalars(select(Stopped.number_key))) == []


@pytest.mark.both
def test_a_second_row_of_a_key_is_omitted_and_work_continues(database: Database) -> None:
    with database.writing() as session:
        assert add_if_new(session, Stopped(number_key="k", stopped_at=NOON))
        assert not add_if_new(session, Stopped(number_key="k", stopped_at=NOON))
        assert add_if_new(session, Stopped(number_key="l", stopped_at=NOON))

    assert stopped(database) == ["k", "l"]


@pytest.mark.both
def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    kigali = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.writing() as session:
        session.add(Stopped(number_key="k", stopped_at=kigali))

    with database.reading() as session:
        (at,) = session.scalars(select(Stopped.stopped_at))
    assert at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert at.tzinfo is UTC


@pytest.mark.both
def test_a_commit_survives_power_loss_and_foreign_keys_are_kept(tmp_path: Path) -> None:
    """The hotline opens its database with the settings that this test checks. The databases of other tests do not wait
    until the disk has stored the data."""
    database = open_database(f"sqlite:///{tmp_path}/synced.db")
    with database.reading() as session:
        pragmas = [
            session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    database.close()
    assert pragmas == ["wal", 2, 1]


@pytest.mark.both
def test_connections_of_many_threads_are_kept(database: Database) -> None:
    """Sixteen threads each run a query, three times in a row. The threads use connections from the pool, because
    opening a new connection would cost more than the query."""
    if not database.is_sqlite:
        return
    opened: list[object] = []
    event.listen(database.engine, "connect", lambda connection, _record: opened.append(connection))
    gate = Barrier(16)

    def look() -> None:
        with database.looking() as connection:
            gate.wait()
            assert connection.first("SELECT 1") == (1,)

    for _ in range(3):
        with ThreadPoolExecutor(16) as pool:
            for one in [pool.submit(look) for _ in range(16)]:
                one.result()
    assert len(opened) <= 16


def stop_twice(database: Database) -> None:
    with database.plainly() as connection:
        mark = connection.mark
        said = f"INSERT INTO stopped (number_key, stopped_at) VALUES ({mark}, {mark})"
        for _ in range(2):
            connection.change(said, ("k", connection.moment(NOON)))


def counted_stops(database: Database) -> int:
    with database.looking() as connection:
        (number,) = connection.first("SELECT count(*) FROM stopped") or (0,)
    return int(number)


@pytest.mark.both
def test_a_plain_change_that_fails_leaves_no_open_transaction(database: Database) -> None:
    ours = sqlite3.IntegrityError if database.is_sqlite else IntegrityError
    with pytest.raises(ours) as raised:
        stop_twice(database)
    assert "stopped" not in str(raised.value)
    assert counted_stops(database) == 0
    with database.plainly() as connection:
        assert connection.change("DELETE FROM stopped") == 0


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
"""Random texts for tests. They contain no NUL characters, because PostgreSQL cannot store NUL characters."""
EACH_ON_A_DATABASE_OF_ITS_TEST = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25
)


@pytest.mark.both
@EACH_ON_A_DATABASE_OF_ITS_TEST
@given(names=st.lists(WORDS, max_size=8), taken=st.sets(WORDS, max_size=3), reason=WORDS)
def test_what_is_taken_is_passed_by(
    names: list[str], taken: set[str], reason: str, database: Database
) -> None:
    before = [*taken, *names[:2]]
    same = {QueueState.paused_until: NOON, QueueState.reason: reason}
    with database.writing() as session:
        session.execute(delete(QueueState))
        for name in dict.fromkeys(before):
            session.add(QueueState(name=name, paused_until=None, reason=None))
        session.flush()

        written = add_rows(
            session,
            QueueState,
            (QueueState.name,),
            [(name,) for name in names],
            same,
            unless_taken=QueueState.name,
        )

        rows = session.execute(
            select(QueueState.name, QueueState.paused_until, QueueState.reason)
        ).all()
    fresh = {*names} - {*before}
    assert written == len(fresh)
    assert {*map(tuple, rows)} == {(name, NOON, reason) for name in fresh} | {
        (name, None, None) for name in before
    }


@pytest.mark.both
def test_ids_are_given_to_nobody_else(database: Database) -> None:
    same = {
        DeliveryReport.gateway: "africastalking",
        DeliveryReport.status: "Success",
        DeliveryReport.received_at: NOON,
        DeliveryReport.applied: False,
    }
    with database.writing() as session:
        for first in ("a", "b"):
            ids = [*new_ids(session, DeliveryReport, 3)]
            assert ids == sorted({*ids})
            rows = [(id, f"{first}{id}") for id in ids]
            columns = (DeliveryReport.id, DeliveryReport.provider_id)
            assert add_rows(session, DeliveryReport, columns, rows, same) == 3
            session.add(
                DeliveryReport(
                    gateway="africastalking", provider_id=first, status="Sent", received_at=NOON
                )
            )
            session.flush()
        found = session.scalars(select(DeliveryReport).order_by(DeliveryReport.id)).all()
    assert [row.provider_id[0] for row in found] == [*"aaaabbbb"]
    assert [row.applied for row in found] == [False] * 8


KEPT = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


def test_no_table_that_is_kept_is_truncated(empty_postgres: Database) -> None:
    migrate.upgrade(empty_postgres)
    with empty_postgres.reading() as session:
        tables = session.scalars(text(KEPT)).all()
    assert {"case_event", "case_code", "case_key", "release", "release_cell"} <= {*tables}

    for table in tables:
        with pytest.raises(IntegrityError), empty_postgres.writing() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
