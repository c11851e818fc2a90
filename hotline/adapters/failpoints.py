"""Places where a test may have a process die, as if by `kill -9`. Live only with HOTLINE_FAULTS and HOTLINE_TESTING."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Failpoints:
    """One token is one death: a file by the failpoint's name, taken by whoever comes first."""

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
