"""Tests the two queues for signing in to the console: strangers can fill their own queue, but never the queue of known
browsers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

import pytest

from hotline.keys.password_queue import BURST, Entrant, StretchQueue, StretchTurn
from tests.support.eventually import eventually

HERE = Entrant("192.0.2.1")


class Crowd:
    """People who wait to sign in, each in a thread. The object also records the order in which the queue serves
    them."""

    def __init__(self, queue: StretchQueue) -> None:
        self.queue, self.order, self.threads = queue, list[str](), list[Thread]()

    def joins(self, entrant: Entrant, name: str) -> None:
        waits = self.queue.waiting(known=bool(entrant.known))
        thread = Thread(target=self._wait, args=(entrant, name))
        thread.start()
        self.threads.append(thread)
        eventually(lambda: self.queue.waiting(known=bool(entrant.known)) > waits)

    def _wait(self, entrant: Entrant, name: str) -> None:
        with self.queue.turn(entrant) as turn:
            if turn.is_given:
                self.order.append(name)


@contextmanager
def crowded(queue: StretchQueue) -> Iterator[Crowd]:
    """Lets one stranger use the queue until the block ends, so that everyone else must wait."""
    crowd, go, inside = Crowd(queue), Event(), Event()

    def first() -> None:
        with queue.turn(HERE):
            inside.set()
            go.wait(10)

    worker = Thread(target=first)
    worker.start()
    assert inside.wait(5)
    try:
        yield crowd
    finally:
        go.set()
        for thread in (worker, *crowd.threads):
            thread.join(5)


def stranger(number: int) -> Entrant:
    return Entrant(f"198.51.100.{number}")


def attempt(queue: StretchQueue, entrant: Entrant) -> StretchTurn:
    with queue.turn(entrant) as turn:
        return turn


@pytest.mark.adversary("strangers who flood the sign-in page")
def test_known_browsers_have_own_places_and_go_first() -> None:
    queue = StretchQueue()
    with crowded(queue) as crowd:
        for number in range(8):
            crowd.joins(stranger(number), "stranger")
        assert not attempt(queue, stranger(99)).is_given
        for number in range(8):
            crowd.joins(Entrant("192.0.2.1", f"session {number}"), f"session {number}")
    assert crowd.order == [*(f"session {number}" for number in range(8)), *["stranger"] * 8]


def test_network_and_session_get_two_places_each() -> None:
    queue = StretchQueue()
    with crowded(queue) as crowd:
        for number in (1, 1, 2):
            crowd.joins(stranger(number), "stranger")
        assert not attempt(queue, stranger(1)).is_given
        session = Entrant("192.0.2.1", "session 1")
        crowd.joins(session, "session")
        crowd.joins(session, "session")
        assert not attempt(queue, session).is_given
        crowd.joins(Entrant("192.0.2.1", "session 2"), "session")
    assert crowd.order == [*["session"] * 3, *["stranger"] * 3]


def test_network_has_burst_then_one_attempt_a_second() -> None:
    now = [0.0]
    queue = StretchQueue(clock=lambda: now[0])
    assert all(attempt(queue, HERE).is_given for _ in range(BURST))
    assert attempt(queue, HERE) == StretchTurn(is_given=False, wait_seconds=1)
    assert attempt(queue, stranger(1)).is_given, "another network"
    assert attempt(queue, Entrant(HERE.network, "session 1")).is_given, "signed in, by that network"
    now[0] += 1
    assert [attempt(queue, HERE).is_given for _ in range(2)] == [True, False]
    now[0] += 3600
    assert [attempt(queue, HERE).is_given for _ in range(BURST + 1)] == [*[True] * BURST, False]


@pytest.mark.parametrize(
    ("every", "for_seconds", "alarms"),
    [(5, 55, 0), (5, 65, 1), (5, 600, 1), (5, 700, 2), (15, 300, 0)],
)
def test_a_minute_of_refusals_is_an_alarm(every: int, for_seconds: int, alarms: int) -> None:
    now = [0.0]
    queue, heard = StretchQueue(strangers=0, clock=lambda: now[0]), 0
    with queue.turn(HERE):
        for second in range(0, for_seconds + 1, every):
            now[0] = second
            heard += attempt(queue, stranger(1)).is_alarm
    assert heard == alarms


def test_full_queue_of_known_raises_no_alarm() -> None:
    now = [0.0]
    queue = StretchQueue(known=0, clock=lambda: now[0])
    with queue.turn(Entrant(known="session 1")):
        for second in range(0, 120, 5):
            now[0] = second
            assert attempt(queue, Entrant(known="session 2")) == StretchTurn(is_given=False)


def test_waiting_thread_lends_its_place_meanwhile() -> None:
    told = list[str]()

    class Lent:
        def take(self) -> None:
            told.append("take")

        def give_back(self) -> None:
            told.append("give back")

    queue = StretchQueue()
    queue.share(Lent())
    with queue.turn(HERE):
        told.append("stretch")
    assert told == ["give back", "stretch", "take"]


def test_places_are_free_again_after_an_error() -> None:
    queue = StretchQueue(strangers=0)
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(ValueError, match="broken"))
        stack.enter_context(queue.turn(HERE))
        raise ValueError("broken")
    assert queue.waiting(known=False) == 0
    assert attempt(queue, HERE).is_given
