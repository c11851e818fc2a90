"""Tests threads that write to SQLite at the same time. The threads take turns, several writes may share a
transaction, and no write is lost.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from hotline.core.database import Database, open_database
from hotline.core.driver import BatchedWrites, PlainConnection, WriterTurn
from hotline.text.errors import StoreUnavailable
from tests.support.builders import NOON
from tests.support.eventually import eventually

STOP = "INSERT INTO stopped (number_key, stopped_at) VALUES (?, ?)"
Write = Callable[[PlainConnection], str]


def stop(key: str, connection: PlainConnection) -> str:
    connection.change(STOP, (key, connection.moment(NOON)))
    return key


class Joint:
    """A database file whose transactions are counted. The first transaction waits until the test lets it continue."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.begun, self.failed = 0, 0
        self.may_go_on = Event()
        self.writes = BatchedWrites(self.transaction, 10)
        self.fails = False

    @contextmanager
    def transaction(self) -> Iterator[PlainConnection]:
        self.begun += 1
        if self.begun == 1:
            assert self.may_go_on.wait(10)
        if self.fails:
            raise StoreUnavailable("away")
        with self.database.plainly() as connection:
            yield connection

    def waits(self, number: int) -> bool:
        return len(self.writes._waiting) == number

    def all_at_once(self, works: list[Write]) -> list["Future[str]"]:
        """Starts the first write, and starts the other writes while the first one runs. Returns the results of all
        writes."""
        pool = ThreadPoolExecutor(len(works))
        first = pool.submit(self.writes.write, works[0])
        eventually(lambda: self.begun == 1)
        rest = [pool.submit(self.writes.write, work) for work in works[1:]]
        eventually(partial(self.waits, len(rest)))
        self.may_go_on.set()
        pool.shutdown()
        return [first, *rest]

    def stopped(self) -> set[str]:
        with self.database.looking() as connection:
            found = connection.first("SELECT group_concat(number_key) FROM stopped")
        return set(str(found[0]).split(",")) if found and found[0] else set()


@pytest.fixture
def joint(tmp_path: Path) -> Iterator[Joint]:
    database = open_database(f"sqlite:///{tmp_path / 'line.db'}")
    with database.plainly() as connection:
        connection.change("CREATE TABLE stopped (number_key TEXT PRIMARY KEY, stopped_at TEXT)")
    yield Joint(database)
    database.close()


def test_all_who_came_meanwhile_are_committed_together(joint: Joint) -> None:
    keys = [f"k{number}" for number in range(8)]
    found = joint.all_at_once([partial(stop, key) for key in keys])
    assert [one.result() for one in found] == keys
    assert joint.stopped() == set(keys)
    assert joint.begun == 2


def test_who_fails_fails_alone(joint: Joint) -> None:
    """Two threads write the key `k1`, so the shared transaction fails. After that, each write of that transaction is
    repeated in a transaction of its own."""
    found = joint.all_at_once([partial(stop, key) for key in ("k0", "k1", "k1", "k2")])
    broken = [one.exception() for one in found]
    assert sum(isinstance(one, sqlite3.IntegrityError) for one in broken) == 1
    assert [one.result() for one in found if one.exception() is None] == ["k0", "k1", "k2"]
    assert joint.stopped() == {"k0", "k1", "k2"}


def test_a_database_that_is_away_is_away_for_all_and_the_next_try_is_written(joint: Joint) -> None:
    joint.fails = True
    found = joint.all_at_once([partial(stop, key) for key in ("k0", "k1", "k2")])
    assert all(isinstance(one.exception(), StoreUnavailable) for one in found)
    assert joint.stopped() == set()
    joint.fails = False
    assert joint.writes.write(partial(stop, "k0")) == "k0"
    assert joint.stopped() == {"k0"}


def test_an_ended_writer_thread_tells_nobody_that_it_wrote(joint: Joint) -> None:
    def ends(connection: PlainConnection) -> str:
        raise SystemExit

    found = joint.all_at_once([partial(stop, "k0"), ends, partial(stop, "k1")])
    assert found[0].result() == "k0"
    assert isinstance(found[1].exception(), SystemExit)
    assert isinstance(found[2].exception(), StoreUnavailable)
    assert joint.stopped() == {"k0"}


def test_who_waits_too_long_is_told_and_is_not_written(joint: Joint) -> None:
    impatient = BatchedWrites(joint.transaction, 0.05)
    joint.writes = impatient
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(impatient.write, partial(stop, "k0"))
        eventually(lambda: joint.begun == 1)
        with pytest.raises(StoreUnavailable):
            impatient.write(partial(stop, "k1"))
        joint.may_go_on.set()
        assert first.result() == "k0"
    assert impatient.write(partial(stop, "k2")) == "k2"
    assert joint.stopped() == {"k0", "k2"}


class Told:
    """A simulated limit for the threads that work at once. It records when a thread gives back its place to wait for
    a write, and when the thread takes a place again.
    """

    def __init__(self) -> None:
        self.said = list[str]()

    def take(self) -> None:
        self.said.append("take")

    def give_back(self) -> None:
        self.said.append("give back")


def test_a_writer_that_waits_gives_its_place_to_another(joint: Joint) -> None:
    """While a thread waits for the first write, it gives back its place. The second thread then writes for the third
    thread too, and needs no place while it writes."""
    places = Told()
    joint.writes.places = places
    joint.all_at_once([partial(stop, key) for key in ("k0", "k1", "k2")])
    assert places.said == ["give back", "give back", "take"]


def waits(turn: WriterTurn, number: int) -> bool:
    return len(turn._waiting) == number


def test_who_came_first_is_first_also_before_whoever_just_had_it() -> None:
    turn, order = WriterTurn(10), list[str]()

    def write(name: str) -> None:
        with turn:
            order.append(name)

    waiting = [Thread(target=write, args=(name,)) for name in "abc"]
    with turn:
        for number, thread in enumerate(waiting, start=1):
            thread.start()
            eventually(partial(waits, turn, number))
    with turn:
        order.append("again")
    for thread in waiting:
        thread.join()
    assert order == ["a", "b", "c", "again"]


def test_whoever_waits_too_long_is_told_and_takes_nobody_s_place() -> None:
    turn, has_it, may_end = WriterTurn(0.05), Event(), Event()

    def hold() -> None:
        with turn:
            has_it.set()
            may_end.wait(10)

    holder = Thread(target=hold)
    holder.start()
    has_it.wait(10)
    with pytest.raises(StoreUnavailable):
        turn.__enter__()
    may_end.set()
    holder.join()
    with turn:
        pass
