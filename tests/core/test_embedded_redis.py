"""Tests the embedded Valkey server. The server opens no network port, refuses other users of the machine, keeps its
data if it is killed, and refuses writes when its memory is full.
"""

import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from hotline.cli import run


class Embedded:
    def __init__(self, folder: Path) -> None:
        self.socket = folder / "run" / "redis.sock"
        self.argv = run.redis_command(self.socket, folder / "data")
        self.client = redis.Redis(unix_socket_path=str(self.socket))
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.argv)
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Embedded]:
    running = Embedded(tmp_path)
    yield running
    running.client.close()
    running.kill()


def test_the_path_in_a_url() -> None:
    assert run.redis_socket("unix:///run/a/redis.sock") == Path("/run/a/redis.sock")


def test_no_port_and_closed_to_others(embedded: Embedded) -> None:
    settings: dict[str, str] = embedded.client.config_get("*")  # type: ignore[assignment]
    assert settings["port"] == "0"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["appendfsync"] == "everysec"
    assert int(settings["maxmemory"]) == 64 * 1024 * 1024
    for path in (embedded.socket, embedded.socket.parent):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_killed_it_remembers_what_it_was_given(embedded: Embedded) -> None:
    embedded.client.set("run", "sealed")
    embedded.client.waitaof(1, 0, 5000)
    embedded.kill()
    embedded.start()

    assert embedded.client.get("run") == b"sealed"
