"""Tests statements in the driver's own SQL. They have a complete effect or none, and their connections stay open."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from hotline.core.database import Database
from tests.support.builders import NOON

pytestmark = pytest.mark.both


def test_connections_of_many_threads_are_kept(database: Database) -> None:
    """Sixteen threads run three times. Opening a connection for each of them would cost more than its query."""
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


def stopped(database: Database) -> int:
    with database.looking() as connection:
        (number,) = connection.first("SELECT count(*) FROM stopped") or (0,)
    return int(number)


def test_a_plain_change_that_fails_leaves_no_open_transaction(database: Database) -> None:
    ours = sqlite3.IntegrityError if database.is_sqlite else IntegrityError
    with pytest.raises(ours) as raised:
        stop_twice(database)
    assert "stopped" not in str(raised.value)
    assert stopped(database) == 0
    with database.plainly() as connection:
        assert connection.change("DELETE FROM stopped") == 0
