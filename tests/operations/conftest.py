"""Provides a simulated hotline for the web servers that `proxies` starts, and a folder for the files of such a
server."""

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.operations.proxies import NAME, Behind

BEHIND_WAITS = 0.3
"""Seconds until the simulated hotline ends a request that was only half sent. The real hotline ends such a request
after five seconds."""


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
            seen.hosts.append(self.headers["Host"])
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
    """Yields a temporary folder with a self-signed certificate."""
    with tempfile.TemporaryDirectory() as name:
        words = (
            f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={NAME}"
        )
        words += " -addext subjectAltName=IP:127.0.0.1"
        made = ["-keyout", f"{name}/{NAME}.key", "-out", f"{name}/{NAME}.pem"]
        subprocess.run(["openssl", *words.split(), *made], check=True, capture_output=True)
        yield Path(name)
