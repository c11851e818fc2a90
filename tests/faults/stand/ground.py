"""Provides the database and Redis for a fault test: the hotline's embedded servers, or separate servers that the test
can also kill."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

from hotline.core.settings import Settings
from hotline.text.errors import ProgramMissing, StartFailed
from tests.faults.reading import RealLine
from tests.faults.stand.postgres import postgres_in
from tests.support.stack import READY_SECONDS, Stack, command_words, for_callers, free_port

PATIENCE = 20.0


def redis_program() -> str:
    """Returns the path of Debian's Redis program. Raises ProgramMissing if this machine has no Redis."""
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
        """Starts a server without any data in place of the killed one."""
        self.process = _start(self.folder, self.program)
        until_redis_answers(self.client())


@contextmanager
def valkey_in(folder: Path, program: str) -> Iterator[Valkey]:
    """Runs a Redis server during the `with` block. Executes `program` directly, so that signals reach the server."""
    valkey = Valkey(f"unix://{folder}/s", folder, program, _start(folder, program))
    try:
        until_redis_answers(valkey.client())
        yield valkey
    finally:
        valkey.wake()
        valkey.kill()


def _start(folder: Path, program: str) -> "subprocess.Popen[bytes]":
    argv = [program, "--port", "0", "--unixsocket", f"{folder}/s", "--save", ""]
    # The option `restore_signals` makes the server ignore the same signals as Python. So a full disk raises an error in
    # the server and does not kill it.
    return subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL, restore_signals=False)


def until_redis_answers(client: Redis) -> None:
    """Waits until Redis answers. Raises StartFailed if Redis does not open its socket in time."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(RedisError), client:
            client.ping()
            return
        time.sleep(0.01)
    raise StartFailed("Redis did not open its socket")


KEYS = "keys"
CARELESS = {"fsync": "off", "full_page_writes": "off"}
"""Settings that make PostgreSQL quick because it does not wait for the disk. Tests kill processes, but never cut the
power, so the kernel keeps all written data."""
HERE = "127.0.0.1"
AWAY = 10.0
"""The seconds for which a test stops Redis. A tip about danger waits at most a fifth of this time for Redis."""


class Pair(StrEnum):
    """The two pairs of a database and a Redis server with which the hotline must work."""

    SQLITE = "sqlite"
    """The pair of SQLite and the embedded Valkey."""
    POSTGRES = "postgres"
    """The pair of PostgreSQL and Redis."""


@dataclass
class Ground:
    """The settings that connect a hotline to its servers, and the functions that kill these servers."""

    environ: Mapping[str, str] = field(default_factory=dict)
    deaths: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """Functions that kill a server and start it again, by name. Each function returns when the server runs again."""
    absences: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """Functions that kill a server and start it again after a long time, by name."""
    spare: Mapping[str, str] = field(default_factory=dict)
    """The settings for another hotline that must begin with an empty database."""
    folders: tuple[Path, ...] = ()
    """The folders to which the servers write."""


@contextmanager
def ground(pair: Pair) -> Iterator[Ground]:
    """Starts the servers for one run, unless the hotline itself starts its servers. Raises ProgramMissing."""
    if pair is Pair.SQLITE:
        yield Ground()
        return
    with ExitStack() as servers:
        # The prefix is short, because the path of a unix socket has 108 bytes at most.
        folder = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="hotline-pg-")))
        postgres = servers.enter_context(postgres_in(folder, CARELESS))
        for name in ("line", "spare"):
            postgres.make(name)
        home = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="v")))
        redis = servers.enter_context(valkey_in(home, redis_program()))
        environ = {"HOTLINE_DATABASE_URL": postgres.tcp_url("line"), "HOTLINE_REDIS_URL": redis.url}

        def kill_redis(away: float = 0.0) -> None:
            redis.kill()
            time.sleep(away)
            redis.restart()

        def hang_redis() -> None:
            redis.hang()
            time.sleep(AWAY)
            redis.wake()

        yield Ground(
            environ,
            {"postgres": postgres.restart, "redis": kill_redis},
            {"redis.away": partial(kill_redis, AWAY), "redis.frozen": hang_redis},
            spare={"HOTLINE_DATABASE_URL": postgres.tcp_url("spare")},
            folders=(folder, home),
        )


@contextmanager
def under_test(
    folder: Path, on: Ground, *, procfile: Path | None = None
) -> Iterator[tuple[Stack, Path]]:
    """Runs a hotline in this folder whose processes a test can kill. Yields the hotline and the folder of its failpoint
    files."""
    faults = folder / "faults"
    faults.mkdir()
    environ = {"HOTLINE_TESTING": "yes", "HOTLINE_FAULTS": str(faults), **on.environ}
    environ["HOTLINE_CALL_BACK_NUMBER"] = "112"
    environ["HOTLINE_WEB_WORKERS"] = "2"
    with Stack(folder, environ=environ, procfile=procfile) as stack:
        yield stack, faults


@contextmanager
def second_server(stack: Stack) -> Iterator["subprocess.Popen[bytes]"]:
    """Starts `hotline run` as on another machine: with its own home and port, a copy of the keys, and no console.

    The second hotline uses the same servers as the first one. Raises StartFailed.
    """
    settings, port = Settings.read(stack.environ), free_port()
    home = stack.home.with_name("second")
    home.mkdir(mode=0o700)
    shutil.copytree(stack.home / KEYS, home / KEYS)
    procfile = home / "Procfile"
    procfile.write_text(for_callers(), encoding="utf-8")
    own = {
        "HOTLINE_HOME": str(home),
        "HOTLINE_PORT": str(port),
        "HOTLINE_GATEWAY_URL": stack.page.rstrip("/"),
        "HOTLINE_REDIS_URL": settings.redis_url,
        "HOTLINE_DATABASE_URL": settings.database_url,
        "HOTLINE_INBOUND_SMS": "yes",
        "HOTLINE_WEB_WORKERS": "1",
    }
    with stack.log.open("ab") as log:
        keeper = subprocess.Popen(
            command_words("run", "--procfile", str(procfile)),
            env=stack.environ | own,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + READY_SECONDS
        while keeper.poll() is None and time.monotonic() < end:
            with suppress(OSError), socket.create_connection((HERE, port), timeout=1):
                break
            time.sleep(0.1)
        else:
            raise StartFailed("the second server does not start: its log says why")
        yield keeper
    finally:
        keeper.send_signal(signal.SIGTERM)
        keeper.wait(30)


def own_or_refuse(stack: Stack, folders: tuple[Path, ...]) -> None:
    """Raises RealLine for a hotline that a test may not kill. The hotline's home, database, Redis and gateway must be
    in the given folders or on this machine."""
    settings = Settings.read(stack.environ)
    database, redis = urlsplit(settings.database_url), urlsplit(settings.redis_url)
    here = {
        "home": _inside(settings.home, folders),
        "database": database.hostname == HERE or _inside(Path(database.path[1:]), folders),
        "redis": redis.scheme == "unix"
        and _inside(Path(redis.path), (*folders, Path(gettempdir()))),
        "gateway": urlsplit(stack.page).hostname == HERE,
    }
    foreign = [name for name, ours in here.items() if not ours]
    if foreign:
        raise RealLine(f"a fault run kills its own line alone, and this is none of it: {foreign}")


def _inside(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.absolute().is_relative_to(folder) for folder in folders)
