"""Keeps the keys for counting people: one for each month and each week, and none of past periods.

The keys have no other use. A counted digest therefore matches no other digest, not even one of last month. `hotline
init` makes keys in advance, so that several web machines count one person once. If a key is missing, the process that
needs it makes one in its own folder.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from hotline.errors import KeyMissing
from hotline.sealing.keys.keyfolder import KEY_BYTES, KeyFolder

KIGALI = timezone(timedelta(hours=2), "CAT")
"""Time zone in which a month begins. Rwanda has no summer time."""
AHEAD = 3
"""Weeks for which `init` makes keys in advance, including this one. It also makes the keys of their months."""
_NAME = re.compile(r"people-(\d{4}-W?\d\d)\.key")


def periods_of(at: datetime) -> tuple[str, str]:
    """Returns the month and the ISO week of a moment: `2026-11`, `2026-W48`."""
    day = at.astimezone(KIGALI)
    year, week, _ = day.isocalendar()
    return f"{day:%Y-%m}", f"{year}-W{week:02}"


class PeopleKeys:
    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._keys: dict[str, bytes] = {}

    def at(self, moment: datetime) -> dict[str, bytes]:
        """Returns the keys of a moment's periods. Raises KeyMissing if the folder never had such a key, or is full."""
        periods = periods_of(moment)
        if tuple(self._keys) != periods:
            self._keys = self._begin(periods)
        return self._keys

    def lay(self, moment: datetime) -> list[str]:
        """Makes the keys of this period and the next ones. Returns the names of those that were missing."""
        periods = {p for n in range(AHEAD) for p in periods_of(moment + timedelta(weeks=n))}
        names = sorted(map(_named, periods))
        return [name for name in names if self._folder.make(name, secrets.token_bytes(KEY_BYTES))]

    def forget(self, moment: datetime) -> None:
        """Destroys the keys of past periods, in a folder that no process maintains."""
        for period in self.held():
            if any(_before(period, current) for current in periods_of(moment)):
                self._folder.destroy(_named(period))

    def _begin(self, periods: Sequence[str]) -> dict[str, bytes]:
        held = self.held()
        if not held:
            raise KeyMissing(f"the key folder {self._folder.path.name!r} holds no key of people")
        try:
            for period in periods:
                self._folder.make(_named(period), secrets.token_bytes(KEY_BYTES))
        except OSError:
            raise KeyMissing("no room for a new key of people") from None
        keys = {period: self._folder.read(_named(period)) for period in periods}

        for period in {*held, *self._keys}:
            if any(_before(period, current) for current in periods):
                self._folder.destroy(_named(period))
        return keys

    def held(self) -> list[str]:
        return [match[1] for name in self._folder.names() if (match := _NAME.fullmatch(name))]


def _named(period: str) -> str:
    return f"people-{period}.key"


def _before(period: str, current: str) -> bool:
    """Returns True if the period is over. Compares months only with months, and weeks only with weeks."""
    return ("W" in period) == ("W" in current) and period < current
