"""A Redis or a Valkey of our own on a unix socket, beside the line: it may be killed, frozen and started again."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from redis import Redis
from redis.exceptions import RedisError

from hotline.errors import ProgramMissing, StartFailed

PATIENCE = 10.0


def redis_program() -> str:
    """Debian's. Raises ProgramMissing where there is none."""
    found = shutil.which("redis-server")
    if found is None:
        raise ProgramMissing("no Redis on this machine: apt-get install redis-server")
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
def valkey_in(folder: Path, program: str) -> Iterator[Valkey]:
    """A server that runs for as long as the block does. `program` is executed itself, so that signals reach it."""
    valkey = Valkey(f"unix://{folder}/s", folder, program, _start(folder, program))
    try:
        _await(valkey)
        yield valkey
    finally:
        valkey.wake()
        valkey.kill()


def _start(folder: Path, program: str) -> "subprocess.Popen[bytes]":
    argv = [program, "--port", "0", "--unixsocket", f"{folder}/s", "--save", ""]
    # What Python ignores it then ignores as well: a disk that is full is to be told, not to kill.
    return subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL, restore_signals=False)


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
    raise StartFailed("Redis did not open its socket")
