"""Tests the second channel of alarms, and the values that the monitoring measures outside the database."""

import logging
import math
import os
import socket
import socketserver
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from hotline.monitoring.instruments import LineInstruments, certificate_seconds
from hotline.monitoring.second_channel import SecondChannel
from tests.support.serving import running

WORDS = "Fault: outgoing queue, since 24/11 10:00. Runbook: outgoing queue"


class Mailbox(socketserver.StreamRequestHandler):
    """An SMTP server that supports only the commands needed to receive a mail."""

    received: list[str]

    def handle(self) -> None:
        self._say("220 here")
        for line in iter(self.rfile.readline, b""):
            if line.strip().upper() == b"DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.received.append(b"".join(lines).decode())
            self._say("221 bye" if line.strip().upper() == b"QUIT" else "250 well")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[str]]]:
    received: list[str] = []
    handler = type("Here", (Mailbox,), {"received": received})
    with running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)) as port:
        yield f"127.0.0.1:{port}", received


def test_a_mail_goes_out_with_an_empty_subject(mailbox: tuple[str, list[str]]) -> None:
    place, received = mailbox
    other = SecondChannel("", f"smtp://line%40here.example@{place}/duty@here.example")
    assert other.is_there()
    assert other.tell(WORDS)
    (mail,) = received
    assert "Subject: Line\r\n" in mail
    assert "To: duty@here.example\r\n" in mail
    assert "From: line@here.example\r\n" in mail
    assert WORDS in mail


def test_a_command_reads_the_words(tmp_path: Path) -> None:
    other = SecondChannel(f"cat > {tmp_path}/heard", "")
    assert other.tell(WORDS)
    assert (tmp_path / "heard").read_text() == WORDS


def test_one_of_two_ways_is_enough(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    mail = "smtp://line:a-password@127.0.0.1:9/duty@here.example"
    with caplog.at_level(logging.ERROR):
        assert SecondChannel(f"cat > {tmp_path}/heard", mail).tell(WORDS)
        assert not SecondChannel("exit 3", mail).tell(WORDS)
    assert set(caplog.messages) == {
        "could not send an alarm by mail or with the alarm command: ConnectionRefusedError",
        "could not send an alarm by mail or with the alarm command: CalledProcessError",
    }


def test_without_either_it_is_not_there() -> None:
    assert not SecondChannel("", "").is_there()


def test_gauges_of_a_machine_without_redis(tmp_path: Path) -> None:
    gauges = LineInstruments("redis://127.0.0.1:9/0", tmp_path)
    assert gauges.redis_fault() == "connection refused"
    assert (gauges.disk_free() or 0) > 0
    assert LineInstruments("redis://127.0.0.1:9/0", tmp_path / "gone").disk_free() is None
    assert (gauges.line_answers(), gauges.balance()) == (None, None)


def test_the_newest_backup_counts_and_an_empty_folder_is_without_end(tmp_path: Path) -> None:
    gauges = LineInstruments("redis://127.0.0.1:9/0", tmp_path, backups=tmp_path / "backups")
    assert gauges.backup_age() == math.inf
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "notes.txt").touch()
    assert gauges.backup_age() == math.inf
    for name, age in (("old", 1000), ("new", 100)):
        file = tmp_path / "backups" / f"{name}.age.sig"
        file.touch()
        os.utime(file, (time.time() - age,) * 2)
    assert 99 < (gauges.backup_age() or 0) < 200


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


def test_an_untrusted_certificate_counts_as_over(address: str, tmp_path: Path) -> None:
    assert certificate_seconds(address) == 0
    addresses = {"line": address, "console": address.replace("https", "http")}
    line = LineInstruments("redis://localhost:1/0", tmp_path, addresses=addresses)
    assert line.certificates() == {"line": 0}
    assert line.certificates() is line.certificates()


def test_where_no_program_answers_nothing_is_said() -> None:
    assert certificate_seconds("https://localhost:1") is None
    assert certificate_seconds("") is None
