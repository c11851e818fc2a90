"""Lets a test kill the process at a named place, as `kill -9` does. Needs HOTLINE_FAULTS and HOTLINE_TESTING."""

import os
import signal
from dataclasses import dataclass
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
