"""Runs the real web servers in front of the hotline and the console, with a simulated hotline behind them."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path

from tests.support.eventually import eventually

ROOT = Path(__file__).parents[2]
HOOK = "/hooks/a-secret-of-the-path/ussd"
NAME = "line.example"


@dataclass
class Behind:
    """The simulated hotline behind a web server, with every request that reached it."""

    port: int
    came: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    named: list[str] = field(default_factory=list)
    """The callers' addresses, as the web server reports them."""
    hosts: list[str] = field(default_factory=list)


@dataclass
class Front:
    """A web server with TLS that forwards requests to the simulated hotline `behind`."""

    port: int
    behind: Behind
    log: Path
    headers: Message = field(default_factory=Message)
    """The headers of the newest answer of the web server."""

    def send(
        self, path: str = HOOK, body: bytes = b"text=1", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        line = http.client.HTTPConnection(NAME)
        line.sock = self.connect()
        try:
            line.request("POST", path, body, headers or {})
            answer = line.getresponse()
            self.headers = answer.headers
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
        head = f"POST {HOOK} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 99\r\n\r\n"
        try:
            one.sendall(f"{head}text=".encode())
        except OSError:
            one.close()
            raise
        return one

    def reply(self, one: ssl.SSLSocket, seconds: float) -> bytes:
        """Returns the answer to a request that was only half sent. The result is empty if the server closes the
        connection or does not answer."""
        one.settimeout(seconds)
        with suppress(ConnectionError, TimeoutError):
            return one.recv(100)
        return b""

    @property
    def ready(self) -> bool:
        """Returns True if the server speaks TLS. The check sends no request."""
        with suppress(OSError):
            self.connect().close()
            return True
        return False


TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname = False
TRUSTING.verify_mode = ssl.CERT_NONE


def here(text: str, changes: dict[str, str]) -> str:
    """Returns the text of a shipped configuration after replacing its paths with those of this machine. Each replaced
    path must occur in the shipped text."""
    for shipped, ours in changes.items():
        assert shipped in text, shipped
        text = text.replace(shipped, ours)
    return text


def nginx_with(site: str, folder: Path) -> list[str]:
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


def caddy_with(site: str, folder: Path) -> list[str]:
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
        eventually(lambda: front.ready)
        yield front
    finally:
        process.terminate()
        process.wait(20)


def logs(front: Front) -> str:
    """Returns all lines that the web server wrote to its log files."""
    files = [path for path in front.log.parent.rglob("*") if path.is_file()]
    ours = {"hotline.conf", "nginx.conf", "Caddyfile", f"{NAME}.pem", f"{NAME}.key"}
    return "".join(p.read_text(errors="replace") for p in files if p.name not in ours)
