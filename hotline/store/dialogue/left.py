"""Sessions that nobody goes on with, as far as one web process knows: their screens wait here to be counted.

Names of screens, and nothing that was keyed.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hotline.domain.dialogue.ussd import Opening
from hotline.domain.reach.counters import Stand

MOST_LEFT = 32_768
"""What is more goes, the oldest first: then nothing could be counted for hours."""


class LastStand(NamedTuple):
    """How far a session has come, as one process knows it."""

    upto: int
    """Letters of its text."""
    stands: tuple[Stand, ...]
    seen: float
    """When its last hop came, on the memory's own clock."""
    is_over: bool


class LeftSession(NamedTuple):
    opening: Opening
    upto: int
    stands: tuple[Stand, ...]


class LeftSessions:
    def __init__(self) -> None:
        self._waiting: deque[LeftSession] = deque(maxlen=MOST_LEFT)

    def put(self, opening: Opening, last: LastStand | None) -> None:
        """Nothing where no screen of it is to be counted."""
        if last is not None:
            self._waiting.append(LeftSession(opening, last.upto, last.stands))

    def put_back(self, left: Iterable[LeftSession]) -> None:
        """What could not be counted is taken again."""
        self._waiting.extend(left)

    def take(self) -> Sequence[LeftSession]:
        """All of them, each once."""
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        return taken
