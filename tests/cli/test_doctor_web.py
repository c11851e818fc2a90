"""Tests what the doctor says about the web process: dead, frozen, another program, not ready, or on another machine."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from hotline.cli.doctor import check_web
from hotline.core.check_result import CheckState
from hotline.core.settings import Settings
from tests.support.stack import free_port

Pages = Mapping[str, tuple[int, str]]
ALIVE = {"/healthz": (200, "ok")}
READY = ALIVE | {"/readyz": (200, json.dumps({"ready": True, "reasons": []}))}


@pytest.fixture
def serve() -> Iterator[Callable[[Pages], int]]:
    """Starts a program on a free port that has only these pages."""
    started: list[tuple[HTTPServer, threading.Thread]] = []

    def start(pages: Pages) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = pages.get(self.path, (404, "nothing here"))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_words: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        started.append((server, thread))
        return server.server_port

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


def found(port: int, **more: str) -> tuple[CheckState, str]:
    settings = Settings.read({"HOTLINE_HOME": "/nowhere", "HOTLINE_PORT": str(port)} | more)
    one = check_web(settings)
    assert bool(one.todo) == (one.state is not CheckState.OK)
    return one.state, one.message


def test_a_web_process_that_is_ready(serve: Callable[[Pages], int]) -> None:
    port = serve(READY)
    says = f"answers at 127.0.0.1:{port}, and every service for callers works"
    assert found(port) == (CheckState.OK, says)


def test_one_that_is_dead_is_wrong() -> None:
    port = free_port()
    says = f"127.0.0.1:{port}: connection refused: the line answers no caller"
    assert found(port) == (CheckState.WRONG, says)


@pytest.mark.slow(reason="waits two seconds for an answer that never comes")
def test_one_that_is_frozen_is_wrong() -> None:
    """Its socket still accepts a connection, because the kernel accepts it for a stopped process."""
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()
        port = frozen.getsockname()[1]
        says = f"127.0.0.1:{port}: no answer in time: the line answers no caller"
        assert found(port, HOTLINE_LINE_URL="https://line.example") == (CheckState.WRONG, says)


def test_one_that_is_not_ready_says_why(serve: Callable[[Pages], int]) -> None:
    reasons = json.dumps({"ready": False, "reasons": ["no flows are live", "no alert can leave"]})
    port = serve(ALIVE | {"/readyz": (503, reasons)})
    assert found(port) == (
        CheckState.WRONG,
        f"answers at 127.0.0.1:{port}, but is not ready: no flows are live; no alert can leave",
    )


def test_another_program_on_its_port_is_no_web_process(serve: Callable[[Pages], int]) -> None:
    port = serve({"/healthz": (200, "<html>")})
    assert found(port) == (CheckState.WRONG, f"another program answers at 127.0.0.1:{port}")


def test_one_in_another_container_is_asked_by_its_setting(serve: Callable[[Pages], int]) -> None:
    here, there = free_port(), serve(READY)
    state, says = found(here, HOTLINE_LINE_URL=f"http://127.0.0.1:{there}")
    assert (state, f"answers at 127.0.0.1:{there}" in says) == (CheckState.OK, True)
    dead = free_port()
    state, says = found(here, HOTLINE_LINE_URL=f"http://127.0.0.1:{dead}")
    assert (state, says.count("connection refused")) == (CheckState.WRONG, 2)


def test_a_proxy_that_shows_the_hooks_alone_gives_a_warning(serve: Callable[[Pages], int]) -> None:
    here, proxy = free_port(), serve({})
    state, says = found(here, HOTLINE_LINE_URL=f"http://127.0.0.1:{proxy}")
    assert state is CheckState.WARNING
    assert says.startswith("not asked from here")
