"""Runs one hotline with the commands of its checkout, and with a clock that the test sets.

The hotline reads its time from a file (`HOTLINE_CLOCK`). The comparison stops this clock at a new time before each
step. So new rows have the time of the step, even if the machine is slow.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

from tests.compare.gateway import Gateway
from tests.faults.stand.processes import below, command_line
from tests.support.stack import bare_environ, free_port

READY_SECONDS = 180.0
SCRIPTS = Path(__file__).with_name("scripts.py")
SERVICE_CODE, SHORTCODE = "*384*777#", "3847"


class LineBroken(Exception):
    """An error: a command failed, or the hotline did not start. The error contains the output."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the project's files, and the Python environment that runs them."""

    name: str
    root: Path
    python: Path
    """The folder with the programs of the Python environment."""

    def environ(self, home: Path) -> dict[str, str]:
        kept = bare_environ()
        path = f"{self.python}{os.pathsep}{kept.get('PATH', os.defpath)}"
        return kept | {
            "PATH": path,
            "PYTHONPATH": str(self.root),
            "PYTHONHASHSEED": "0",
            "HOTLINE_HOME": str(home),
            "HOTLINE_CLOCK": str(home / "compare-clock"),
            "HOTLINE_GATEWAY_USERNAME": "sandbox",
            "HOTLINE_GATEWAY_ADDRESSES": "127.0.0.1/32",
            "HOTLINE_INBOUND_SMS": "yes",
            "HOTLINE_ANSWER_CRIES": "yes",
            "HOTLINE_CALL_BACK_NUMBER": "112",
            "HOTLINE_NATIONAL_NUMBER": "112",
            "HOTLINE_SMS_A_DAY": "100000",
            "HOTLINE_SERVICE_CODE": SERVICE_CODE,
            "HOTLINE_SHORTCODE": SHORTCODE,
            "HOTLINE_LOG": "text",
            "HOTLINE_WEB_WORKERS": "1",
            "HOTLINE_SENDS_AT_ONCE": "1",
        }

    def command(self, environ: Mapping[str, str], *words: str, given: str = "") -> str:
        """Runs `hotline WORDS`. Raises LineBroken with the command's output."""
        return self._run(environ, ["hotline", *words], given)

    def script(self, environ: Mapping[str, str], *words: str) -> str:
        """Runs one of our `scripts` with the modules of this checkout. Raises LineBroken with the script's output."""
        return self._run(environ, ["python", str(SCRIPTS), *words], "")

    def _run(self, environ: Mapping[str, str], words: Sequence[str], given: str) -> str:
        done = subprocess.run(
            [str(self.python / words[0]), *words[1:]],
            env=dict(environ),
            cwd=self.root,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise LineBroken(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout


@dataclass
class Line:
    """One running hotline. `moment` is the time at which the test stopped the hotline's clock."""

    checkout: Checkout
    home: Path
    moment: datetime
    also: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables for the commands of this hotline."""
    gateway: Gateway = field(init=False)
    _process: "subprocess.Popen[bytes] | None" = None
    _pids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.gateway = Gateway(self.now)
        self._environ = self.checkout.environ(self.home)
        self.port, self.console_port = free_port(), free_port()
        self._environ |= {
            "HOTLINE_PORT": str(self.port),
            "HOTLINE_CONSOLE_PORT": str(self.console_port),
            "HOTLINE_GATEWAY_URL": self.gateway.url,
            **self.also,
        }
        self.set(self.moment)

    def now(self) -> datetime:
        return self.moment

    def set(self, moment: datetime) -> None:
        """Stops the hotline's clock at a time. The clock never goes back."""
        self.moment = max(moment, self.moment)
        fresh = self.home / "compare-clock.new"
        fresh.write_text(self.moment.isoformat(), encoding="ascii")
        fresh.replace(self.home / "compare-clock")

    def step(self, seconds: float = 0.01) -> None:
        """Moves the stopped clock by some seconds, so that the next events get a later time."""
        self.set(self.moment + timedelta(seconds=seconds))

    def command(self, *words: str, given: str = "") -> str:
        """Runs a command of this hotline with the input `given`. Raises LineBroken."""
        return self.checkout.command(self._environ, *words, given=given)

    def script(self, *words: str) -> str:
        """Does in a script what people do on a page of this hotline's console. Raises LineBroken."""
        return self.checkout.script(self._environ, *words)

    def start(self, procfile: Path | None = None) -> None:
        """Starts the processes of the hotline, from its usual Procfile or from the given one. Raises LineBroken."""
        log = (self.home / "compare.log").open("ab")
        self._process = subprocess.Popen(
            [
                str(self.checkout.python / "hotline"),
                "run",
                *(["--procfile", str(procfile)] if procfile else []),
            ],
            env=self._environ,
            cwd=self.checkout.root,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        written = self.command("keys", "hooks", "--json")
        self.gateway.hooks = json.loads(written)
        end = time.monotonic() + READY_SECONDS
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > end:
                said = (self.home / "compare.log").read_text(errors="replace")[-2000:]
                self.stop()
                raise LineBroken(f"the line of {self.checkout.name} did not start: {said}")
            time.sleep(0.1)

    def _ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def wait(self, until: Callable[[], bool], seconds: float = 60.0) -> None:
        """Waits until the function `until` returns True for this hotline. Raises LineBroken."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise LineBroken(f"the line of {self.checkout.name} did not do what was waited for")
            time.sleep(0.05)

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """Freezes the processes that `hotline run` started under this name, as a machine without free memory would."""
        held = [pid for pid in self.processes() if name in command_line(pid).split()[1:]]
        if not held:
            raise LineBroken(f"no process of the line is called {name}")
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in held:
                os.kill(pid, signal.SIGCONT)

    def processes(self, *, whole: bool = False) -> list[int]:
        """Returns the ids of all child processes of `hotline run`. Includes `hotline run` itself if `whole` is True."""
        if self._process is None:
            return []
        return [self._process.pid] * whole + below(self._process.pid)

    def at_work(self) -> bool:
        """Returns True if a thread of the hotline is working, or waits for a processor."""
        for pid in self._known():
            for file in Path(f"/proc/{pid}/task").glob("*/stat"):
                try:
                    if file.read_text().rpartition(")")[2].split()[0] in "RD":
                        return True
                except (OSError, IndexError):
                    continue
        return False

    def is_sending(self) -> bool:
        """Returns True if a worker is sending a message whose result is not stored yet."""
        return is_sending(self.home / "hotline.db")

    def _known(self) -> list[int]:
        if not self._pids or not all(Path(f"/proc/{pid}").exists() for pid in self._pids):
            self._pids = self.processes()
        return self._pids

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._process = None
        self.gateway.close()


def is_sending(database: Path) -> bool:
    """Returns True if the outbox in this SQLite file has a message in the state `sending`."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        asked = "SELECT EXISTS (SELECT 1 FROM message WHERE state = 'sending')"
        return bool(opened.execute(asked).fetchone()[0])


def copied(home: Path, to: Path) -> Path:
    """Copies the home of a stopped hotline, without sockets and logs."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("*.sock", "*.log"))
    return to
