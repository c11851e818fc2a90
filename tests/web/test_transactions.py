"""Tests which hops open a transaction of the database. A hop with a transaction takes as long as ten hops without
one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from hotline.core.database import Database, Session
from hotline.core.driver import PlainConnection
from hotline.counters.tables import Tally
from tests.support.callers import Line

TOPIC = ("1", "1", "9", "9")
"""The keys to the last page of a text about work abroad, where the hotline counts that the topic was read."""


class Counted(Database):
    """The database of a hotline that counts its transactions."""

    transactions = 0

    @contextmanager
    def reading(self) -> Iterator[Session]:
        self.transactions += 1
        with super().reading() as session:
            yield session

    @contextmanager
    def looking(self) -> Iterator[PlainConnection]:
        self.transactions += 1
        with super().looking() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        self.transactions += 1
        with super().writing() as session:
            yield session


@pytest.fixture
def counted(line: Line) -> Counted:
    database = Counted(line.database.engine)
    line.context = replace(line.context, database=database)
    return database


def test_a_hop_through_menus_and_pages_opens_none(line: Line, counted: Counted) -> None:
    caller = line.caller()
    caller.dial()
    dialled = counted.transactions
    assert dialled > 0
    caller.key("4", "2", "9", "0", "0", "0", "1", "0", "17")
    assert counted.transactions == dialled


def test_a_topic_opens_one_when_it_is_first_read(line: Line, counted: Counted) -> None:
    caller = line.caller()
    caller.dial()
    dialled = counted.transactions
    read = caller.key(*TOPIC)
    assert counted.transactions == dialled + 1
    assert caller.key("0", TOPIC[-1]) == read
    assert counted.transactions == dialled + 1


def test_a_topic_that_was_read_and_forgotten_is_counted_once(line: Line, counted: Counted) -> None:
    caller = line.caller()
    caller.dial()
    read = caller.key(*TOPIC)
    line.flush()
    assert caller.key("0", TOPIC[-1]) == read
    assert [row.count for row in line.all(Tally) if row.measure == "topic"] == [1]
