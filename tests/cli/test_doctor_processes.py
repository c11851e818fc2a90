"""Tests the doctor's checks of the web process and the console process, of the console's address, and of the
console's key folder.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hotline.alarms.rules import CheckResult, CheckState
from hotline.cli.contexts import Role, build_console
from hotline.cli.doctor import (
    LINE,
    check_address,
    check_console,
    check_key_owners,
    check_web,
    owners_of,
)
from hotline.console.templating import Templates
from hotline.core.catalogues import load_console_words
from hotline.core.settings import Settings
from hotline.keys.encrypt import mark_of
from hotline.web.console_app import create_console
from tests.cli.homes import copy_home, opened
from tests.support.stack import free_port

Pages = Mapping[str, tuple[int, str]]
ALIVE = {"/healthz": (200, "ok")}
READY = ALIVE | {"/readyz": (200, json.dumps({"ready": True, "reasons": []}))}
HOST = "desk.example"
MARK = "0a1b2c3d"
REAL = {"HOTLINE_GATEWAY_URL": "https://api.africastalking.com"}
Serve = Callable[..., int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a web server on a free port. The server answers with the given pages. Without pages, the server answers
    like the console, with the given headers."""
    started: list[tuple[HTTPServer, threading.Thread]] = []

    def start(pages: Pages | None = None, **headers: str) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                named = (200 if self.headers["Host"] == HOST else 421, "")
                status, body = named if pages is None else pages.get(self.path, (404, "nothing"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
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


def test_a_web_process_that_is_ready(serve: Serve) -> None:
    port = serve(READY)
    says = f"answers at 127.0.0.1:{port}, and every service for callers works"
    assert found(port) == (CheckState.OK, says)


def test_one_that_is_dead_is_wrong() -> None:
    port = free_port()
    says = f"127.0.0.1:{port}: connection refused: the hotline answers no caller"
    assert found(port) == (CheckState.WRONG, says)


@pytest.mark.slow(reason="waits two seconds for an answer that never comes")
def test_one_that_is_frozen_is_wrong() -> None:
    """The socket of a stopped web process still accepts a connection, because the kernel accepts it for the process."""
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()
        port = frozen.getsockname()[1]
        says = f"127.0.0.1:{port}: no answer in time: the hotline answers no caller"
        assert found(port, HOTLINE_LINE_URL="https://line.example") == (CheckState.WRONG, says)


def test_one_that_is_not_ready_says_why(serve: Serve) -> None:
    reasons = json.dumps({"ready": False, "reasons": ["no flows are live", "no alert can leave"]})
    port = serve(ALIVE | {"/readyz": (503, reasons)})
    assert found(port) == (
        CheckState.WRONG,
        f"answers at 127.0.0.1:{port}, but is not ready: no flows are live; no alert can leave",
    )


def test_another_program_on_its_port_is_no_web_process(serve: Serve) -> None:
    port = serve({"/healthz": (200, "<html>")})
    assert found(port) == (CheckState.WRONG, f"another program answers at 127.0.0.1:{port}")


def test_one_in_another_container_is_asked_by_its_setting(serve: Serve) -> None:
    here, there = free_port(), serve(READY)
    state, says = found(here, HOTLINE_LINE_URL=f"http://127.0.0.1:{there}")
    assert (state, f"answers at 127.0.0.1:{there}" in says) == (CheckState.OK, True)
    dead = free_port()
    state, says = found(here, HOTLINE_LINE_URL=f"http://127.0.0.1:{dead}")
    assert (state, says.count("connection refused")) == (CheckState.WRONG, 2)


def test_a_proxy_that_shows_the_hooks_alone_gives_a_warning(serve: Serve) -> None:
    here, proxy = free_port(), serve({})
    state, says = found(here, HOTLINE_LINE_URL=f"http://127.0.0.1:{proxy}")
    assert state is CheckState.WARNING
    assert says.startswith("not asked from here")


def settings(**more: str) -> Settings:
    return Settings.read({"HOTLINE_HOME": "/nowhere"} | more)


def test_an_address_that_people_reach_is_https_but_for_a_demo() -> None:
    assert check_address(settings()).ok
    alone = check_address(settings(**REAL))
    assert (alone.ok, "docs/deployment.md" in alone.todo) == (False, True)
    assert check_address(settings(**REAL, HOTLINE_CONSOLE_URL=f"https://{HOST}")).ok


def test_a_folder_that_the_web_process_owns_is_wrong_where_accounts_are_apart() -> None:
    folder = Path("/etc/hotline/keys/pages")
    one = dict.fromkeys(Role, 10)
    apart = {role: number for number, role in enumerate(Role)}
    assert check_key_owners(one, folder).ok
    assert check_key_owners(apart, folder).ok
    read = check_key_owners(apart | {Role.PAGES: apart[Role.HOOKS]}, folder)
    assert (read.ok, read.todo) == (False, f"chown -R hotline-console: {folder}")


def test_folders_that_are_not_here_have_no_owner(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    folders = {Role.PAGES: tmp_path / "pages", Role.HOOKS: tmp_path / "hooks"}
    assert owners_of(folders) == {Role.PAGES: tmp_path.stat().st_uid}


def looked(port: int, **more: str) -> CheckResult:
    return check_console(settings(HOTLINE_CONSOLE_PORT=str(port), **more), MARK)


def test_its_process_is_asked_by_the_name_that_it_answers_to(serve: Serve) -> None:
    port = serve(**{LINE: MARK})
    well = looked(port, HOTLINE_CONSOLE_URL=f"https://{HOST}")
    assert (well.ok, well.message) == (True, f"answers at 127.0.0.1:{port}")
    other = looked(port)
    assert (other.ok, "start the console again" in other.todo) == (False, True)
    nobody = looked(free_port())
    assert (nobody.ok, "hotline run" in nobody.todo) == (False, True)
    assert "connection refused" in nobody.message


def test_another_program_or_another_line_on_its_port_is_no_console(serve: Serve) -> None:
    named = {"HOTLINE_CONSOLE_URL": f"https://{HOST}"}
    program = looked(serve(), **named)
    assert (program.ok, "another program" in program.message) == (False, True)
    line = looked(serve(**{LINE: "00000000"}), **named)
    assert (line.ok, "another hotline" in line.message) == (False, True)


def test_the_console_says_whose_it_is_by_the_key_that_the_doctor_reads(tmp_path: Path) -> None:
    copy_home(tmp_path)
    with opened(tmp_path, build_console) as context:
        console = create_console(context, Templates(load_console_words()))
        answer = console.test_client().get("/enter", base_url=context.console_url)
    assert answer.headers[LINE] == mark_of((tmp_path / "keys/console/relay.pub").read_bytes())
