"""The weekly keys of contacts: two that live, older ones destroyed, so that nobody can be told by what last month kept.

`hotline init` lays keys ahead. Where none was laid for this week the process that asks makes one in its own folder;
where that folder cannot be written it goes on with the newest key it holds, since a tip must not wait for an operator.
A folder that never held a contact key is another role's: it raises KeyMissing.
"""

import re
import secrets
from datetime import UTC, datetime, timedelta

from hotline.errors import KeyMissing
from hotline.sealing.keys.keyfolder import KEY_BYTES, KeyFolder

AHEAD = 3
"""How many weeks `init` lays, this one included."""
_NAME = re.compile(r"contact-\d{4}-W\d\d\.key")


def key_name(at: datetime) -> str:
    """`contact-2026-W48.key`: the ISO week of a moment, in UTC."""
    year, week, _ = at.astimezone(UTC).isocalendar()
    return f"contact-{year}-W{week:02}.key"


class WeeklyKeys:
    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._weeks: dict[str, bytes] = {}

    def at(self, moment: datetime) -> bytes:
        """The key of a moment's week. Raises KeyMissing."""
        name = key_name(moment)
        if name not in self._weeks:
            self._weeks = {name: self._begin(name)}
            self._retire(key_name(moment - timedelta(weeks=1)))
        return self._weeks[name]

    def before(self, moment: datetime) -> bytes | None:
        """The key of the week before a moment's, where it is still here. It is never made."""
        name = key_name(moment - timedelta(weeks=1))
        return self._folder.read(name) if self._folder.holds(name) else None

    def lay(self, moment: datetime) -> list[str]:
        """Make this week's key and the next ones; the names of those that were not there."""
        names = [key_name(moment + timedelta(weeks=n)) for n in range(AHEAD)]
        return [name for name in names if self._folder.make(name, secrets.token_bytes(KEY_BYTES))]

    def forget(self, moment: datetime) -> None:
        """Destroy the keys of weeks before last, in a folder that no process keeps."""
        self._retire(key_name(moment - timedelta(weeks=1)))

    def _begin(self, name: str) -> bytes:
        if self._folder.holds(name):
            return self._folder.read(name)
        held = self.held()
        if not held:
            raise KeyMissing(f"the key folder {self._folder.path.name!r} holds no contact key")
        try:
            self._folder.make(name, secrets.token_bytes(KEY_BYTES))
        except OSError:
            return self._folder.read(held[-1])
        return self._folder.read(name)

    def _retire(self, oldest: str) -> None:
        """Destroy what is older, but never the newest there is: on a full disk it may be the one that goes on."""
        for name in self.held()[:-1]:
            if name < oldest:
                self._folder.destroy(name)

    def held(self) -> list[str]:
        return [name for name in self._folder.names() if _NAME.fullmatch(name)]
