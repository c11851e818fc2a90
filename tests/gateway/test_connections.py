"""Tests the connections to the gateway: one for each current send, kept for a short time, and not trusted after a
pause."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from hotline.gateway.africastalking import AfricasTalkingSms
from hotline.gateway.http import Connections, WireCall
from hotline.gateway.rules import Outcome
from tests.gateway.gateway import Gateway, http, read_request, sent, serving

TO = "+250788000002"
KEPT_OPEN = http(201, sent()).replace(b"Connection: close\r\n", b"")
AT_ONCE = 32


@dataclass
class Keeping:
    """A gateway that leaves its connections open and counts the requests on each."""

    url: str = ""
    asked: list[int] = field(default_factory=list)
    """The number of requests on each connection."""
    answers: Callable[[int], bytes | None] = lambda _: KEPT_OPEN
    """A function that gets the number of the request on its connection, and returns the bytes to send. If it returns
    None, nothing is sent and the connection stays open."""


@contextmanager
def keeping(answers: Callable[[int], bytes | None] = lambda _: KEPT_OPEN) -> Iterator[Keeping]:
    kept = Keeping(answers=answers)
    open_ones: list[socket.socket] = []

    def talk(gateway: Gateway, connection: socket.socket) -> None:
        place = len(kept.asked)
        kept.asked.append(0)
        open_ones.append(connection)
        more = True
        while more:
            kept.asked[place] += 1
            answer = kept.answers(kept.asked[place])
            if answer is None:
                gateway.over.wait()
                return
            connection.sendall(answer)
            more = bool(answer) and bool(read_request(connection))

    with serving(talk) as gateway:
        kept.url = gateway.url
        try:
            yield kept
        finally:
            gateway.over.set()
            for connection in open_ones:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def line_to(url: str, *, seconds: float = 5.0) -> AfricasTalkingSms:
    return AfricasTalkingSms(url, "hotline", "secret-key", "", AT_ONCE, seconds=seconds)


def test_a_connection_serves_one_send_after_another() -> None:
    with keeping() as gateway:
        sms = line_to(gateway.url)
        outcomes = [sms.send(TO, "x").outcome for _ in range(3)]
    assert outcomes == [Outcome.ACCEPTED] * 3
    assert gateway.asked == [3]


def test_sends_of_many_threads_are_all_on_the_wire_at_once() -> None:
    """Each answer waits until every request has arrived."""
    together = threading.Barrier(AT_ONCE, timeout=30)

    def answer(_gateway: Gateway, connection: socket.socket) -> None:
        together.wait()
        connection.sendall(http(201, sent()))

    with serving(answer) as gateway, ThreadPoolExecutor(AT_ONCE) as pool:
        sms = line_to(gateway.url, seconds=30)
        results = list(pool.map(lambda _: sms.send(TO, "x"), range(AT_ONCE)))
    assert [result.outcome for result in results] == [Outcome.ACCEPTED] * AT_ONCE


def test_a_connection_that_the_gateway_closed_is_replaced_without_doubt() -> None:
    closed = threading.Semaphore(0)

    def answer(_gateway: Gateway, connection: socket.socket) -> None:
        connection.sendall(KEPT_OPEN)
        connection.shutdown(socket.SHUT_WR)
        closed.release()

    with serving(answer) as gateway:
        sms = line_to(gateway.url)
        for _ in range(3):
            assert sms.send(TO, "x").outcome is Outcome.ACCEPTED
            assert closed.acquire(timeout=5)
    assert len(gateway.requests) == 3


@pytest.mark.parametrize(("rest", "connections"), [(4.9, [2]), (5.1, [1, 1])])
def test_a_connection_that_rested_long_is_closed(rest: float, connections: list[int]) -> None:
    now = 100.0
    with keeping() as gateway:
        pool = Connections(AT_ONCE, elapsed=lambda: now)
        for _ in range(2):
            call = WireCall()
            assert pool.ask("GET", gateway.url, call=call, seconds=5)[0].status_code == 201
            assert call.connected
            now += rest
        pool.close()
    assert gateway.asked == connections


def test_a_kept_connection_has_the_deadline_of_its_call_and_leaves_doubt() -> None:
    with keeping(lambda n: KEPT_OPEN if n == 1 else None) as gateway:
        sms = line_to(gateway.url, seconds=0.3)
        assert sms.send(TO, "x").outcome is Outcome.ACCEPTED
        assert sms.send(TO, "x").outcome is Outcome.UNKNOWN
        assert sms.send(TO, "x").outcome is Outcome.ACCEPTED
    assert gateway.asked == [2, 1]


def test_a_kept_connection_that_breaks_under_a_request_leaves_doubt() -> None:
    with keeping(lambda n: KEPT_OPEN if n == 1 else b"") as gateway:
        sms = line_to(gateway.url)
        assert sms.send(TO, "x").outcome is Outcome.ACCEPTED
        assert sms.send(TO, "x").outcome is Outcome.UNKNOWN
    assert gateway.asked == [2]


def test_an_answer_that_was_not_read_to_its_end_leaves_no_half_for_the_next() -> None:
    long = KEPT_OPEN.split(b"\r\n\r\n")[0].replace(b"Content-Length: ", b"Content-Length: 9")
    with keeping(lambda _: long + b"\r\n\r\n" + b" " * 100_000) as gateway:
        sms = line_to(gateway.url)
        assert sms.send(TO, "x").outcome is Outcome.UNKNOWN
        gateway.answers = lambda _: KEPT_OPEN
        assert sms.send(TO, "x").outcome is Outcome.ACCEPTED
    assert gateway.asked == [1, 1]


def test_nothing_of_one_answer_travels_with_the_next_request() -> None:
    cookie = KEPT_OPEN.replace(b"Content-Type", b"Set-Cookie: who=she\r\nContent-Type")

    def answer(gateway: Gateway, connection: socket.socket) -> None:
        connection.sendall(cookie)
        gateway.requests.append(read_request(connection))
        connection.sendall(cookie)

    with serving(answer) as gateway:
        sms = line_to(gateway.url)
        outcomes = [sms.send(TO, "x").outcome for _ in range(2)]
    assert outcomes == [Outcome.ACCEPTED] * 2
    assert b"who=she" not in gateway.requests[1]
