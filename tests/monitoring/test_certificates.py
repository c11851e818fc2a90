"""Tests how long a certificate is said to last, on a real TLS server of this machine."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from hotline.monitoring.instruments import LineInstruments, certificate_seconds

DAYS = 20
DAY = 86_400


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pem"
    words = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        f" -subj /CN=localhost -addext subjectAltName=DNS:localhost -days {DAYS}"
    )
    made = ("-keyout", str(path), "-out", str(path.with_suffix(".crt")))
    subprocess.run([*words.split(), *made], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def address(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    with line, suppress(OSError):
                        context.wrap_socket(line, server_side=True).close()

        thread = Thread(target=serve)
        thread.start()
        yield f"https://localhost:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_certificate_that_a_browser_accepts_lasts_until_its_end(
    address: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    left = certificate_seconds(address)
    assert left is not None
    assert (DAYS - 1) * DAY < left <= DAYS * DAY


def test_one_that_a_browser_refuses_is_over_and_without_tls_there_is_none(
    address: str, tmp_path: Path
) -> None:
    assert certificate_seconds(address) == 0
    addresses = {"line": address, "console": address.replace("https", "http")}
    line = LineInstruments("redis://localhost:1/0", tmp_path, addresses=addresses)
    assert line.certificates() == {"line": 0}
    assert line.certificates() is line.certificates()


def test_where_no_program_answers_nothing_is_said() -> None:
    assert certificate_seconds("https://localhost:1") is None
    assert certificate_seconds("") is None
