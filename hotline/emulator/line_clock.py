"""The line's own clock, where it may be turned: a file of seconds that all of its processes read."""

from dataclasses import dataclass
from pathlib import Path

from hotline.errors import SettingsInvalid

MOST = 366 * 86400


@dataclass(frozen=True, slots=True)
class LineClock:
    file: Path | None = None
    """None where the line keeps the true time, whatever anybody asks."""

    def offset(self) -> int:
        """By how many seconds it is ahead; less than nothing where it is behind."""
        try:
            return int(self.file.read_text(encoding="ascii")) if self.file else 0
        except (OSError, ValueError):
            return 0

    def turn(self, by: int) -> None:
        """Raises SettingsInvalid where it cannot be turned, or not so far."""
        self._set(self.offset() + by)

    def back(self) -> None:
        """To the true time. Raises SettingsInvalid."""
        self._set(0)

    def _set(self, offset: int) -> None:
        if self.file is None:
            raise SettingsInvalid(["the clock: this line's cannot be turned; `hotline demo` can"])
        if abs(offset) > MOST:
            raise SettingsInvalid(["the clock: not by more than a year"])
        # In one go: nobody reads a half.
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(offset), encoding="ascii")
        fresh.replace(self.file)
