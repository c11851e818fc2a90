"""Tests requests with half-sent bodies to the real server. Callers still get answers, and the slow connections are
closed."""

import shutil
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from hotline.cli.contexts import Role, key_folder
from hotline.cli.hooks import addresses
from hotline.core.settings import Settings
from hotline.keys.key_folder import hook_secrets
from hotline.web.bodies import (
    OF_ONE,
    PATIENCE,
    RequestBodies,
    Silence,
    close_slow_ones,
    complete_bodies_first,
    in_turn,
    overdue_connections,
)
from tests.support.callers import FORM
from tests.support.eventually import eventually
from tests.support.stack import free_port
from tests.web.listening import command_of, environ_of, started, until_it_answers
from tests.web.test_guard import HOP

HALF_SENT = 16
BOUND = 1.0
"""The seconds by which half-sent requests may delay the answer to a caller."""


@dataclass(frozen=True)
class Served:
    """The hotline's web process, started with the command in the Procfile."""

    port: int
    hook: str

    def dial(self) -> tuple[str, float]:
        """Dials once. Returns the screen and the seconds that it took."""
        began = time.monotonic()
        address = f"http://127.0.0.1:{self.port}{self.hook}"
        body = urlencode(HOP | {"sessionId": f"ATUid_{began}".replace(".", "_")})
        answer = requests.post(address, body, headers={"Content-Type": FORM}, timeout=10)
        return answer.text, time.monotonic() - began

    def half_sent(self) -> socket.socket:
        """Sends a request whose body ends in the middle. Returns the connection of the request."""
        one = socket.create_connection(("127.0.0.1", self.port))
        head = f"POST {self.hook} HTTP/1.1\r\nHost: line\r\nContent-Type: {FORM}\r\n"
        one.sendall(f"{head}Content-Length: 200\r\n\r\nsessionId=ATUid_1&".encode())
        return one


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, made_home: Path) -> Iterator[Served]:
    port, home = free_port(), tmp_path_factory.mktemp("bodies") / "home"
    shutil.copytree(made_home, home)
    environ = environ_of(home, HOTLINE_PORT=str(port))
    settings = Settings.read(environ)
    secrets = hook_secrets(key_folder(settings, Role.HOOKS))
    hook = urlsplit(addresses(settings, secrets)["ussd"]).path
    with started(command_of("web"), environ):
        until_it_answers(f"http://127.0.0.1:{port}/healthz")
        yield Served(port, hook)


@pytest.mark.adversary("a sender of unfinished requests")
def test_beside_sixteen_half_bodies_a_caller_is_answered_in_a_second(served: Served) -> None:
    """The test first measures how long a call takes without half-sent requests. With them, a call may take one second
    more."""
    before = max(served.dial()[1] for _ in range(3))
    with ExitStack() as open_ones:
        for _ in range(HALF_SENT):
            open_ones.enter_context(served.half_sent())
        dialled = [served.dial() for _ in range(5)]
    assert all(screen.startswith("CON ") for screen, _ in dialled)
    assert median(seconds for _, seconds in dialled) < before + BOUND


class Slow:
    """The body of a request. No byte of the body arrives until the test allows it."""

    def __init__(self) -> None:
        self.came = threading.Event()

    def read(self, size: int) -> bytes:
        assert self.came.wait(10)
        return b"x" * size


def test_a_thread_that_waits_for_a_body_lets_another_work() -> None:
    bodies = RequestBodies(at_work=1)
    slow = Slow()

    def application(environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        return [environ["wsgi.input"].read(3)]

    turn: Any = in_turn(application, bodies)
    first = threading.Thread(target=turn, args=({"wsgi.input": slow}, None))
    first.start()
    eventually(lambda: bodies.longest() > 0)
    assert turn({"wsgi.input": BytesIO(b"abcdef")}, None) == [b"abc"]
    assert bodies.longest() > 0
    slow.came.set()
    first.join(5)
    assert bodies.longest() == 0
    assert bodies.places.qsize() == 1


def test_a_place_is_taken_when_the_body_is_whole_and_given_back_while_a_thread_sleeps() -> None:
    bodies = RequestBodies(at_work=1)
    free = list[int]()

    def application(environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        free.append(bodies.places.qsize())
        found: bytes = environ["wsgi.input"].read(3)
        for change in (bodies.take, bodies.give_back, bodies.give_back, bodies.take):
            free.append(bodies.places.qsize())
            change()
        return [found]

    turn: Any = in_turn(application, bodies)
    assert turn({"wsgi.input": BytesIO(b"abc"), "CONTENT_LENGTH": "3"}, None) == [b"abc"]
    assert free == [1, 0, 0, 1, 1]
    assert bodies.places.qsize() == 1


def test_no_more_work_at_once_than_there_are_places() -> None:
    bodies = RequestBodies(at_work=2)
    begun, go = [], threading.Event()

    def application(_environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        begun.append(1)
        assert go.wait(5)
        return []

    turn: Any = in_turn(application, bodies)
    threads = [threading.Thread(target=turn, args=({"wsgi.input": None}, None)) for _ in range(5)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(begun) == 2)
    assert bodies.places.empty()
    go.set()
    for thread in threads:
        thread.join(5)
    assert len(begun) == 5


def test_a_place_comes_back_from_work_that_raises() -> None:
    bodies = RequestBodies(at_work=1)

    def application(_environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        raise ZeroDivisionError

    turn: Any = in_turn(application, bodies)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            turn({"wsgi.input": None}, None)


@pytest.mark.parametrize(
    ("length", "sent", "asked"),
    [
        ("3", b"abc", [b"abc"]),
        ("3", b"ab", []),
        ("", b"abc", [b""]),
        ("0", b"", [b""]),
        ("9", b"abcdefghi", [b""]),
        ("-1", b"abc", [b""]),
        ("\u0663", b"abc", [b""]),
    ],
    ids=["whole", "cut short", "no length", "empty", "longer than may be", "negative", "no digits"],
)
def test_an_application_gets_whole_bodies(length: str, sent: bytes, asked: list[bytes]) -> None:
    bodies, seen, said = RequestBodies(at_work=1), list[bytes](), list[str]()

    def application(environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        assert bodies.places.empty()
        seen.append(environ["wsgi.input"].read())
        return []

    whole: Any = complete_bodies_first(application, bodies, most=8)
    environ = {"wsgi.input": BytesIO(sent), "CONTENT_LENGTH": length}
    list(whole(environ, lambda status, _headers: said.append(status)))
    assert (seen, said) == (asked, [] if asked else ["400 Bad Request"])
    assert bodies.places.qsize() == 1


def test_one_network_that_sends_halves_keeps_no_other_waiting() -> None:
    bodies, said, slow = RequestBodies(), list[str](), Slow()

    def application(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [])
        return []

    whole: Any = complete_bodies_first(application, bodies, most=8)

    def sends(address: str, stream: Any) -> None:
        environ = {"wsgi.input": stream, "CONTENT_LENGTH": "3", "REMOTE_ADDR": address}
        list(whole(environ, lambda status, _headers: said.append(status)))

    halves = [
        threading.Thread(target=sends, args=(f"2001:db8::{number}", slow))
        for number in range(OF_ONE)
    ]
    for one in halves:
        one.start()
    eventually(lambda: bodies.waiting() == OF_ONE)
    sends("2001:db8::ffff", BytesIO(b"abc"))
    sends("2001:db8:0:1::1", BytesIO(b"abc"))
    assert said == ["429 Too Many Requests", "200 OK"]
    slow.came.set()
    for one in halves:
        one.join(5)
    sends("2001:db8::ffff", BytesIO(b"abc"))
    assert said[2:] == ["200 OK"] * (OF_ONE + 1)


@contextmanager
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Yields both ends of a connection to a port of this process."""
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        socket.create_connection(door.getsockname()) as caller,
    ):
        line, _ = door.accept()
        with line:
            yield caller, line


@contextmanager
def late(bodies: RequestBodies) -> Iterator[None]:
    """Delays one body until the block ends."""
    slow = Slow()
    thread = threading.Thread(target=bodies.read, args=(slow, 1))
    thread.start()
    eventually(lambda: bodies.longest() > 0)
    yield
    slow.came.set()
    thread.join(5)


@pytest.mark.adversary("a sender of unfinished requests")
def test_only_a_slow_connection_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    bodies = RequestBodies()
    with connected() as (caller, line), connected() as (other, answering), late(bodies):
        caller.sendall(b"half")
        time.sleep(0.3)
        answering.sendall(b"an answer")
        close_slow_ones(bodies, {}, patience=0.25, look_every=0.05)
        caller.settimeout(5)
        assert caller.recv(1) == b""
        assert line.recv(10) == b"half", "what came is read"
        assert line.recv(10) == b""
        assert other.recv(20) == b"an answer"
        other.sendall(b"more")
        assert answering.recv(20) == b"more"
    assert caplog.messages == ["the web process closed 1 connections with incomplete requests"]


def test_while_no_body_is_late_nothing_is_closed() -> None:
    with connected() as (caller, line):
        caller.sendall(b"half")
        time.sleep(0.1)
        assert close_slow_ones(RequestBodies(), {}, patience=0.0, look_every=0.01) == {}
        caller.sendall(b"more")
        line.settimeout(5)
        assert line.recv(4) == b"half"
        assert line.recv(4) == b"more"


def test_a_byte_now_and_then_gains_five_looks() -> None:
    trickle = {("a", 1): Silence(ours=PATIENCE, theirs=0.2)}
    strikes: dict[Any, int] = {}
    looks = 0
    closed: list[Any] = []
    while not closed:
        closed, strikes = overdue_connections(trickle, strikes)
        looks += 1
    assert looks == 5


def test_a_new_request_on_an_old_connection_is_let_be_and_then_answered() -> None:
    fresh = {("a", 1): Silence(ours=60.0, theirs=0.01)}
    closed, strikes = overdue_connections(fresh, {})
    assert (closed, strikes) == ([], {("a", 1): 1})
    assert overdue_connections({("a", 1): Silence(ours=0.5, theirs=1.0)}, strikes) == ([], {})


SILENCES = st.builds(Silence, st.floats(0, 100), st.floats(0, 100))


@given(st.dictionaries(st.integers(1, 9).map(lambda n: (n,)), SILENCES), st.integers(0, 9))
def test_a_recent_connection_is_kept_open(seen: dict[Any, Silence], strike: int) -> None:
    closed, left = overdue_connections(seen, dict.fromkeys(seen, strike))
    assert all(seen[peer].ours >= PATIENCE for peer in [*closed, *left])
    assert not set(closed) & set(left)
