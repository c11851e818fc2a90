"""A clock that somebody may turn, for the demo and for tests: the true time, and as many seconds as a file says."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TurnedClock:
    """Read anew at each look, so that every process turns at once. No file, or nonsense in it, is the true time."""

    file: Path

    def __call__(self) -> datetime:
        true = datetime.now(UTC)
        try:
            return true + timedelta(seconds=int(self.file.read_text(encoding="ascii")))
        except (OSError, ValueError, OverflowError):
            return true
