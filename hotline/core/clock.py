"""Lets a test kill the process at a named place, as `kill -9` does. Needs HOTLINE_FAULTS and HOTLINE_TESTING."""

import os
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Failpoints:
    """A folder with one file for each kill, named after a failpoint. The first process to reach the failpoint takes the
    file."""

    folder: Path

    def __call__(self, name: str) -> None:
        token = self.folder / name
        try:
            token.unlink()
        except FileNotFoundError:
            return
        log = os.open(self.folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(log, f"{name}\n".encode())
        os.close(log)
        os.kill(os.getpid(), signal.SIGKILL)


# Provides a clock for the demo and for tests: the true time, plus the number of seconds in a file.


@dataclass(frozen=True, slots=True)
class TurnedClock:
    """One adjustable clock. It reads its file at each call, so that every process changes at once. Without a valid file
    it returns the true time."""

    file: Path

    def __call__(self) -> datetime:
        true = datetime.now(UTC)
        try:
            return true + timedelta(seconds=int(self.file.read_text(encoding="ascii")))
        except (OSError, ValueError, OverflowError):
            return true
