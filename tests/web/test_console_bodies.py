"""Tests half-sent forms with the console's own process. Pages still answer, and half a form never counts as a whole
one."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from hotline.web import bodies
from hotline.web.console_app import PATIENCE
from tests.support.builders import NOON
from tests.support.made_once import lay_keys, lay_tables
from tests.support.stack import free_port
from tests.web.listening import command_of, environ_of, started, until_it_answers

HALF_SENT = 48
"""The number of half-sent requests: three for each request that the server handles at the same time, but fewer than its
threads."""
HALF_HEADERS = 300


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("console")
    lay_keys(made / "keys", NOON)
    lay_tables(made / "hotline.db")
    return made


@pytest.fixture
def port(home: Path) -> Iterator[int]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = environ_of(home, HOTLINE_CONSOLE_PORT=str(port), HOTLINE_CONSOLE_URL=address)
    with started(command_of("console"), environ):
        until_it_answers(f"{address}/enter")
        yield port


def half_sent(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port))
    head = f"POST /enter HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n\r\n"
    one.sendall(f"{head}{kind}name=Editor+1&to=%2F".encode())
    return one


def test_beside_half_sent_forms_pages_are_answered_and_no_half_is_taken(port: int) -> None:
    with ExitStack() as open_ones:
        halves = [open_ones.enter_context(half_sent(port)) for _ in range(HALF_SENT)]
        for _ in range(3):
            assert requests.get(f"http://127.0.0.1:{port}/enter", timeout=10).ok
        halves[0].shutdown(socket.SHUT_WR)
        halves[0].settimeout(10)
        assert b"Sign in" not in halves[0].recv(100)


@pytest.mark.slow(reason="waits until half-sent headers are given up")
def test_half_sent_headers_keep_nobody_from_a_page(port: int) -> None:
    """The test opens more half-sent requests than the server has connections. The server closes each of these
    connections after five seconds, and not after thirty."""
    with ExitStack() as open_ones:
        for _ in range(HALF_HEADERS):
            one = open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
            one.sendall(f"GET /enter HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n".encode())
        assert requests.get(f"http://127.0.0.1:{port}/enter", timeout=20).ok


def test_a_page_may_work_longer_than_a_hop_before_it_is_taken_for_late() -> None:
    assert PATIENCE > bodies.PATIENCE
