"""Starts Debian's PostgreSQL in its own folder and on its own port, so that a test can kill it and query it.

If the test runs as root, the server runs under Debian's account `postgres`, because PostgreSQL refuses to run as root.
"""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGKILL

import psutil
import psycopg

from hotline.text.errors import ProgramMissing, StartFailed
from tests.faults.stand.processes import below, send
from tests.support.stack import free_port

PATIENCE = 60.0


def programs() -> Path:
    """Returns the folder with the newest version of PostgreSQL's programs. Raises ProgramMissing if this machine has no
    PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise ProgramMissing("no PostgreSQL on this machine: apt-get install postgresql")
    return found[-1]


class Postgres:
    """One PostgreSQL server with its data in one folder. A test can kill it and start it again with the same data."""

    def __init__(self, folder: Path, settings: Mapping[str, str], template: Path | None) -> None:
        self.folder = folder
        self.port = free_port()
        self._settings = settings
        self._owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        shutil.chown(folder, self._owner)
        self._process: subprocess.Popen[bytes] | None = None
        if template is not None:
            subprocess.run(["cp", "-a", str(template), str(self.data)], check=True)
            return
        cluster = ("-D", str(self.data), "-A", "trust", "-U", "line", "-E", "UTF8", "--no-sync")
        subprocess.run(
            [str(programs() / "initdb"), *cluster],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=self._owner,
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def pids(self) -> list[int]:
        """Returns the ids of the main process and all of its child processes."""
        return [self.pid, *(child.pid for child in psutil.Process(self.pid).children())]

    def url(self, name: str) -> str:
        """Returns the database's address on the unix socket."""
        return f"postgresql+psycopg://line@/{name}?host={self.folder}&port={self.port}"

    def tcp_url(self, name: str) -> str:
        """Returns the address that another machine would use."""
        return f"postgresql+psycopg://line@127.0.0.1:{self.port}/{name}"

    def start(self, **settings: str) -> None:
        """Starts the server and waits for its answer. If child processes of the killed server still use its memory, the
        start fails, so the function tries again."""
        end = time.monotonic() + PATIENCE
        while True:
            self._process = self._spawn(settings)
            while self._process.poll() is None:
                if self.answers():
                    return
                _in_time(end, "PostgreSQL does not answer")
                time.sleep(0.02)
            _in_time(end, "PostgreSQL does not start")
            time.sleep(0.1)

    def kill(self) -> None:
        """Kills the main process and its child processes with `kill -9`. If a child process survived, it could still
        commit a transaction."""
        if self._process is None or self._process.poll() is not None:
            return
        backends = below(self._process.pid)
        self._process.kill()
        for backend in backends:
            send(backend, SIGKILL)
        self._process.wait()

    def restart(self, **settings: str) -> None:
        self.kill()
        self.start(**settings)

    def stop(self) -> None:
        """Stops the server cleanly, so that its folder can be copied."""
        assert self._process is not None
        self._process.send_signal(SIGINT)
        self._process.wait(timeout=30)

    def fill_disk(self) -> None:
        """Prevents the server's processes from writing another byte to any file. The server's processes can write again
        only after a restart."""
        for pid in self.pids:
            subprocess.run(["prlimit", f"--pid={pid}", "--fsize=0:"], check=True, user=self._owner)

    def make(self, name: str, *, template: str = "template1") -> str:
        """Creates a database, empty or as a copy, and returns its address. Uses SQL, because the program `createdb` is
        slower."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(name)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        address = self.url(database).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def answers(self) -> bool:
        asked = [str(programs() / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    def _spawn(self, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
        given = {
            "unix_socket_directories": str(self.folder),
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
        }
        words = [
            word
            for name, value in {**given, **self._settings, **settings}.items()
            for word in ("-c", f"{name}={value}")
        ]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(programs() / "postgres"), "-D", str(self.data), *words],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._owner,
            )


@contextmanager
def postgres_in(
    folder: Path, settings: Mapping[str, str], template: Path | None = None
) -> Iterator[Postgres]:
    """Runs a PostgreSQL server during the `with` block. With `template`, copies the folder of a stopped server, because
    `initdb` and the tables take longer than most tests."""
    server = Postgres(folder, settings, template)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _in_time(end: float, complaint: str) -> None:
    if time.monotonic() > end:
        raise StartFailed(complaint)
