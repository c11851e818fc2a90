"""Tests the parts of the benchmarks with a simulated console, and with processes that use a known amount of memory
and of processor time.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.compare.gateway import Sent
from tests.compare.line import LineBroken
from tests.faults.stand.processes import below
from tests.load.pages import page_times
from tests.load.parts import accepted
from tests.load.processes import held, listeners, spent

SLOW = 0.3
ACCOUNTS = """<tr><th scope="row">Editor 1</th><td>editor</td><td><code>word</code></td>
<td><code>123456</code> for 30 s</td></tr>"""
FIRST_PAGE = (
    '<a href="/flows?all=1">F</a><a class="x" href="/gone">G</a><a href="/static/a.css">S</a>'
)


class EmulatedConsole(BaseHTTPRequestHandler):
    """A simulated console with one slow page."""

    protocol_version = "HTTP/1.1"
    code = "123456"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        entered = f"secret_password=word&secret_code={self.code}" in body
        self._answer("", 303 if entered else 403)

    def do_GET(self) -> None:
        shown = {"/enter": ACCOUNTS, "/": FIRST_PAGE, "/flows": "flows"}.get(self.path)
        time.sleep(SLOW if self.path == "/flows" else 0.0)
        self._answer(shown or "", 200 if shown else 404)

    def _answer(self, said: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing, so that the output of a test stays short."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), EmulatedConsole) as listening:
        thread = Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


def test_linked_pages_are_measured(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    times = page_times(port, 3)
    assert {page: len(took) for page, took in times.items()} == {
        "/ of Editor 1": 3,
        "/flows of Editor 1": 3,
    }
    assert min(times["/flows of Editor 1"]) >= SLOW
    monkeypatch.setattr(EmulatedConsole, "code", "654321")
    with pytest.raises(LineBroken, match="Editor 1"):
        page_times(port, 1)


def test_an_alert_counts_from_the_key_to_the_acceptance_once_for_each_person() -> None:
    outbox = [
        Sent("+1", "AB12: Huye, urgent", "http_500", 11.0),
        Sent("+1", "AB12: Huye, urgent", "taken", 13.0),
        Sent("+1", "AB12: Huye, urgent", "taken", 19.0),
        Sent("+2", "CD34: Huye, byihutirwa", "taken", 12.0),
        Sent("+1", "EF56: Gasabo, urgent", "taken", 11.5),
    ]
    assert accepted({"Huye": 10.0, "Ngoma": 10.0}, outbox) == {"Huye": [2.0, 3.0], "Ngoma": []}


def child(program: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


BURNS = """
import subprocess, sys, time
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.4: pass"])
while time.process_time() < 0.3: pass
print(flush=True); input()
"""
HOLDS = """
import socket
held = bytearray(b'x') * 60_000_000
wire = socket.create_server(("127.0.0.1", 0)); print(wire.getsockname()[1], flush=True); input()
"""


def test_processor_time_is_that_of_a_process_and_of_what_it_started() -> None:
    with child(BURNS) as process:
        first_line(process)
        assert 0.6 <= spent([process.pid]) < 2.0
        process.communicate("\n")
    assert spent([process.pid]) == 0


def test_memory_is_what_is_written_to_and_who_listens_is_found_among_others() -> None:
    with child(HOLDS) as process, child(HOLDS) as other:
        port, _ = int(first_line(process)), first_line(other)
        assert 60 < held([process.pid]) < 120
        assert listeners(port, [other.pid, process.pid]) == [process.pid]
        assert below(process.pid) == []
        process.communicate("\n")
        other.communicate("\n")
