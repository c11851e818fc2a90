"""Starts a whole hotline on this machine, as `hotline demo` does, for benchmarks and fault tests."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import requests

from hotline.core.environment import CHECKOUT, NOT_SETTINGS, PREFIX
from hotline.emulator.state import LineClock
from hotline.text.errors import StartFailed
from tests.support.handsets import EmulatorClient

OF_ANY_LINE = NOT_SETTINGS | {PREFIX + name for name in ("CONSOLE_HOST", "WEB_HOST", "WEB_WORKERS")}
"""Environment variables that a test may keep, because they do not point to a real hotline."""
READY_SECONDS = 120.0
"""The seconds after which a start counts as failed. This time is long enough for a busy machine."""
FAREWELL_SECONDS = 30.0


def free_port() -> int:
    """Returns a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def settings_in(environ: Mapping[str, str]) -> list[str]:
    """Returns the names of a hotline's settings in the environment, because such settings may point to a real
    hotline."""
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in OF_ANY_LINE)


def bare_environ() -> dict[str, str]:
    """Returns the environment without the settings of a hotline."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}


def for_callers() -> str:
    """Returns a Procfile without the console and the reader process, because most benchmarks and fault tests need
    neither."""
    lines = (CHECKOUT / "Procfile").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(one for one in lines if not one.startswith(("console:", "reader:")))


class Stack:
    """A hotline that starts at the beginning of a `with` block and stops at its end.

    `log` is the file with the output of every process. Uses the home of `hotline init --demo` if the folder contains
    one. Starts the console and the reader process only with `pages`, because both cost processor time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str] | None = None,
        procfile: Path | None = None,
        pages: bool = False,
    ) -> None:
        self.home = folder / "home"
        self.log = folder / "line.log"
        self.port = free_port()
        self.console_port = free_port()
        page_port = free_port()
        self.emulator = EmulatorClient(f"http://127.0.0.1:{page_port}")
        self.page = f"http://127.0.0.1:{page_port}/"
        self._words = ["demo", "--empty", "--no-pins", "--page-port", str(page_port)]
        if (self.home / "keys").exists():
            self._words.append("--made")
        self._procfile = procfile or (None if pages else folder / "Procfile")
        if self._procfile is not None:
            self._words += ["--procfile", str(self._procfile)]
        self._process: subprocess.Popen[bytes] | None = None
        self._clock = LineClock(self.home / "demo-clock")
        self._turning = threading.Lock()
        ours = {
            "HOTLINE_HOME": str(self.home),
            "HOTLINE_PORT": str(self.port),
            "HOTLINE_CONSOLE_PORT": str(self.console_port),
            "HOTLINE_CLOCK": str(self._clock.file),
        }
        self.environ = bare_environ() | ours | dict(environ or {})

    def __enter__(self) -> "Stack":
        if self._procfile is not None and not self._procfile.exists():
            self._procfile.write_text(for_callers(), encoding="utf-8")
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                command_words(*self._words),
                env=self.environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Returns the process id of the first process of the hotline, which started all others."""
        assert self._process is not None
        return self._process.pid

    def command(self, *words: str) -> str:
        """Runs the command `hotline` with the given arguments, and returns the output. Raises StartFailed with the
        command's error text."""
        return hotline(self.environ, *words)

    def turn(self, seconds: int) -> None:
        """Moves the clock of the hotline's processes forward by this many seconds. The gateway's clock does not
        change."""
        with self._turning:
            self._clock.set(self._clock.offset() + seconds)

    def until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Waits until the hotline is ready. Raises StartFailed with the reasons that the hotline gives."""
        end = time.monotonic() + seconds
        reason = "nothing answers"
        while time.monotonic() < end:
            try:
                answer = requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5)
                self.emulator.outbox()
            except requests.RequestException:
                pass
            else:
                if answer.ok:
                    return
                reason = answer.text
            if self._process is not None and self._process.poll() is not None:
                reason = self.log.read_text(errors="replace")[-2000:]
                break
            time.sleep(0.1)
        raise StartFailed(f"the line is not ready: {reason}")

    def stop(self) -> None:
        """Ends every process of this hotline."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def hotline(environ: Mapping[str, str], *words: str) -> str:
    """Runs the command `hotline` in this environment, and returns the output. Raises StartFailed with the command's
    error text."""
    done = subprocess.run(
        command_words(*words),
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        raise StartFailed(f"hotline {words[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def command_words(*words: str) -> list[str]:
    return [sys.executable, "-m", "hotline.cli.main", *words]


@contextmanager
def process(environ: Mapping[str, str], log: Path, *argv: str) -> Iterator[None]:
    """Runs a process until the `with` block ends, and appends the output of the process to `log`."""
    with log.open("ab") as output:
        child = subprocess.Popen(argv, env=environ, cwd=CHECKOUT, stdout=output, stderr=output)
    try:
        yield
    finally:
        child.terminate()
        child.wait(20)
