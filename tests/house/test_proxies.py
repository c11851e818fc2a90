"""The web servers in front of the line, as `deploy/` ships them: the real programs, and what each passes on."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hotline.emulator.gateway.callbacks import LineAddress
from hotline.lab.stack import free_port
from tests.eventually import eventually

ROOT = Path(__file__).parents[2]
PATIENCE = "5s"
SHORT = "300ms"
"""In place of five seconds, so that a test need not wait for them."""
HOOK = "/hooks/a-secret-of-the-path/ussd"
NAME = "line.example"
HALF_SENT = 16
HEARS = 0.5
BEHIND_WAITS = 0.3
"""Seconds after which what stands for the line ends a half-sent request, as the line does after five."""


@dataclass
class Behind:
    """What stands in for the line, and every request that reached it."""

    port: int
    came: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    named: list[str] = field(default_factory=list)
    """Who called, as the web server says."""


@dataclass
class Front:
    """A web server with TLS in front of `behind`."""

    port: int
    behind: Behind
    log: Path

    def send(
        self, path: str = HOOK, body: bytes = b"text=1", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        line = http.client.HTTPConnection(NAME)
        line.sock = self.connect()
        try:
            line.request("POST", path, body, headers or {})
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def connect(self) -> ssl.SSLSocket:
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        try:
            return TRUSTING.wrap_socket(raw, server_hostname=NAME)
        except OSError:
            raw.close()
            raise

    def half_sent(self) -> ssl.SSLSocket:
        one = self.connect()
        one.sendall(
            f"POST {HOOK} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 99\r\n\r\ntext=".encode()
        )
        return one

    def hears(self, one: ssl.SSLSocket, seconds: float) -> bytes:
        """What a half-sent request is answered: nothing where it is closed, or left until the other end goes."""
        one.settimeout(seconds)
        with suppress(ConnectionError, TimeoutError):
            return one.recv(100)
        return b""

    @property
    def ready(self) -> bool:
        with suppress(OSError):
            return self.send("/")[0] == 404
        return False


TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname = False
TRUSTING.verify_mode = ssl.CERT_NONE


@pytest.fixture
def behind() -> Iterator[Behind]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            seen.connections += 1
            super().setup()

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self.connection.settimeout(BEHIND_WAITS)
            body = self.rfile.read(length)
            self.connection.settimeout(None)
            if len(body) < length:
                self.close_connection = True
                return
            seen.came.append((self.path, body))
            seen.named.append(self.headers.get("X-Forwarded-For", ""))
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"CON ok")

        def log_message(self, *_words: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    seen = Behind(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a certificate that nobody signed."""
    with tempfile.TemporaryDirectory() as name:
        words = (
            f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={NAME}"
        )
        words += " -addext subjectAltName=IP:127.0.0.1"
        made = ["-keyout", f"{name}/{NAME}.key", "-out", f"{name}/{NAME}.pem"]
        subprocess.run(["openssl", *words.split(), *made], check=True, capture_output=True)
        yield Path(name)


def here(text: str, changes: dict[str, str]) -> str:
    """A shipped file with its places on this machine; each must be in it."""
    for shipped, ours in changes.items():
        assert shipped in text, shipped
        text = text.replace(shipped, ours)
    return text


def nginx(folder: Path, port: int, behind: Behind) -> list[str]:
    shipped = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    site = here(
        shipped,
        {
            PATIENCE: SHORT,
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "    listen [::]:443 ssl;\n": "",
            "127.0.0.1:8000": f"127.0.0.1:{behind.port}",
            "/etc/hotline/tls": str(folder),
            "/var/log/nginx/hotline.log": str(folder / "log"),
        },
    )
    (folder / "hotline.conf").write_text(site, encoding="utf-8")
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.getuid() == 0 else ""
    whole = f"""{user}daemon off;
pid {folder}/pid;
error_log {folder}/log emerg;
events {{}}
http {{
{places}
include {folder}/hotline.conf;
}}
"""
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    argv = [str(program("nginx")), "-e", str(folder / "log"), "-c", str(folder / "nginx.conf")]
    subprocess.run([*argv, "-t", "-q"], check=True)
    return argv


def caddy(folder: Path, port: int, behind: Behind) -> list[str]:
    shipped = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    site = here(
        shipped,
        {
            PATIENCE: SHORT,
            "admin off": "admin off\n\tauto_https disable_redirects",
            f"\n{NAME} {{": f"\nhttps://{NAME}:{port} {{\n\tbind 127.0.0.1",
            "127.0.0.1:8000": f"127.0.0.1:{behind.port}",
            "/etc/hotline/tls": str(folder),
        },
    )
    (folder / "Caddyfile").write_text(site, encoding="utf-8")
    words = ["--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    argv = [str(program("caddy"))]
    checked = subprocess.run([*argv, "validate", *words], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    return [*argv, "run", *words]


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"{name} is not installed: bin/test installs it"
    return found


@contextmanager
def running(argv: list[str], folder: Path, port: int, behind: Behind) -> Iterator[Front]:
    log = folder / "said"
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with log.open("wb") as said:
        process = subprocess.Popen(
            argv, stdout=said, stderr=subprocess.STDOUT, env=dict(os.environ) | home
        )
    try:
        front = Front(port, behind, log)
        eventually(lambda: front.ready, seconds=20)
        yield front
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, folder: Path, behind: Behind) -> Iterator[Front]:
    port = free_port()
    with running(request.param(folder, port, behind), folder, port, behind) as made:
        yield made


def said(front: Front) -> str:
    """Every line that the web server wrote anywhere."""
    files = [path for path in front.log.parent.rglob("*") if path.is_file()]
    ours = {"hotline.conf", "nginx.conf", "Caddyfile", f"{NAME}.pem", f"{NAME}.key"}
    return "".join(p.read_text(errors="replace") for p in files if p.name not in ours)


def test_a_hook_is_passed_on_whole_and_nothing_else_is(front: Front) -> None:
    assert front.send() == (200, b"CON ok")
    assert front.behind.came == [(HOOK, b"text=1")]
    for path in ("/", "/healthz", "/readyz", "/hooks"):
        assert front.send(path)[0] == 404
    assert len(front.behind.came) == 1


def test_the_emulator_calls_through_it_where_its_certificate_is_shown(
    folder: Path, behind: Behind
) -> None:
    port = free_port()
    hooks = {"ussd": f"https://127.0.0.1:{port}{HOOK}"}
    with running(nginx(folder, port, behind), folder, port, behind):
        shown = LineAddress(hooks, ca=folder / f"{NAME}.pem")
        assert shown.post("ussd", {"text": "1"}).body == "CON ok"
        assert LineAddress(hooks).post("ussd", {"text": "1"}).error == "SSLError"


def test_the_line_learns_who_called_and_no_caller_names_another(front: Front) -> None:
    front.send(headers={"X-Forwarded-For": "192.0.2.7"})
    assert front.behind.named == ["127.0.0.1"]


@pytest.mark.slow(reason="waits until a half-sent body is given up")
def test_beside_half_sent_bodies_others_pass_and_no_half_is_said_to_be_taken(front: Front) -> None:
    """An empty 200 would make the gateway believe that an SMS is kept."""
    with ExitStack() as open_ones:
        opened = [open_ones.enter_context(front.half_sent()) for _ in range(HALF_SENT)]
        assert front.send() == (200, b"CON ok")
        heard = [front.hears(one, HEARS if one is opened[0] else 0.02) for one in opened]
    assert not [one for one in heard if one.startswith(b"HTTP/1.1 2")]
    assert front.behind.came == [(HOOK, b"text=1")]


def test_nginx_passes_over_a_web_process_that_is_gone(folder: Path, behind: Behind) -> None:
    port, gone = free_port(), free_port()
    argv, site = nginx(folder, port, behind), folder / "hotline.conf"
    alive = f"server 127.0.0.1:{behind.port};"
    both = here(site.read_text(), {alive: f"server 127.0.0.1:{gone};\n{alive}"})
    site.write_text(both, encoding="utf-8")
    with running(argv, folder, port, behind) as front:
        assert [front.send()[0] for _ in range(4)] == [200] * 4
    assert len(behind.came) == 4


@pytest.mark.slow(reason="waits until a half-sent body is given up")
def test_nginx_lets_no_half_sent_body_reach_the_line(folder: Path, behind: Behind) -> None:
    port = free_port()
    with running(nginx(folder, port, behind), folder, port, behind) as front, ExitStack() as ones:
        opened = [ones.enter_context(front.half_sent()) for _ in range(HALF_SENT)]
        for one in opened:
            front.hears(one, HEARS)
    assert behind.connections == 0


@pytest.mark.slow(reason="waits for a connection that is closed on a form too large")
def test_the_largest_form_passes_and_a_larger_one_does_not(front: Front) -> None:
    largest = b"x" * 32 * 1024
    assert front.send(body=largest)[0] == 200
    assert front.behind.came == [(HOOK, largest)]
    with suppress(ConnectionError):
        assert front.send(body=largest * 2)[0] in (413, 502)
    assert len(front.behind.came) == 1


@pytest.mark.slow(reason="waits until a half-sent body is given up")
def test_no_log_holds_the_address_of_a_hook(front: Front) -> None:
    front.send()
    with front.half_sent() as one:
        front.hears(one, HEARS)
    assert "a-secret-of-the-path" not in said(front)


@pytest.mark.parametrize("make", [nginx, caddy])
def test_no_log_tells_of_a_request_that_nobody_answers(make: Any, folder: Path) -> None:
    port, nobody = free_port(), Behind(free_port())
    with running(make(folder, port, nobody), folder, port, nobody) as front:
        assert front.send()[0] in (502, 504)
    assert "a-secret-of-the-path" not in said(front)


def test_nginx_waits_five_seconds_for_a_body_and_caddy_leaves_it_to_the_line() -> None:
    texts = [(ROOT / "deploy" / name).read_text("utf-8") for name in ("nginx.conf", "Caddyfile")]
    set_by_nginx, set_by_caddy = (re.findall(r"(?m)^\s*(\w+) ", text) for text in texts)
    assert re.search(r"client_body_timeout 5s;", texts[0])
    assert {"client_body_timeout", "proxy_request_buffering"} <= set(set_by_nginx)
    assert not {"read_body", "buffer_requests", "request_buffers"} & set(set_by_caddy)


def test_the_file_of_the_console_is_read_by_nginx_and_logs_no_address(folder: Path) -> None:
    shipped = (ROOT / "deploy" / "nginx-console.conf").read_text(encoding="utf-8")
    assert "access_log off;" in shipped
    assert re.search(r"error_log \S+ emerg;", shipped)
    site = here(
        shipped,
        {
            "/etc/hotline/tls/desk.example": f"{folder}/{NAME}",
            "/var/log/nginx/hotline-console.log": str(folder / "log"),
        },
    )
    (folder / "console.conf").write_text(site, encoding="utf-8")
    whole = f"pid {folder}/pid;\nevents {{}}\nhttp {{\ninclude {folder}/console.conf;\n}}\n"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    argv = [str(program("nginx")), "-e", str(folder / "log"), "-c", str(folder / "nginx.conf")]
    subprocess.run([*argv, "-t", "-q"], check=True)
