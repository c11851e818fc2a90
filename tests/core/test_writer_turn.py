"""Tests the threads of one process that write to SQLite. The first thread to arrive writes first, and no thread waits
for ever."""

from functools import partial
from threading import Event, Thread

import pytest

from hotline.core.driver import WriterTurn
from hotline.errors import StoreUnavailable
from tests.support.eventually import eventually


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
