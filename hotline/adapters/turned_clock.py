"""Provides a clock for the demo and for tests: the true time, plus the number of seconds in a file."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


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
