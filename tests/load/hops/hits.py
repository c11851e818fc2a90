"""How often a web process knew the way of a hop, and had nothing to play."""

from dataclasses import dataclass
from typing import Self

from hotline.ports import DoorKit


@dataclass(frozen=True, slots=True)
class WaysCount:
    """Since the process began."""

    found: int
    played: int

    @classmethod
    def read(cls, said: str) -> Self:
        """What `told` wrote."""
        found, played = said.split()
        return cls(int(found), int(played))

    def told(self) -> str:
        return f"{self.found} {self.played}"


def counted(kit: DoorKit) -> WaysCount:
    """What this process has counted."""
    ways = kit.sessions.ways
    return WaysCount(ways.known, ways.played)


def hit_rate(before: WaysCount | None, after: WaysCount | None) -> float | None:
    """Of the hops in between, the share whose way was known; None where none was looked for, or nobody counts."""
    if before is None or after is None:
        return None
    found, played = after.found - before.found, after.played - before.played
    return found / (found + played) if found + played else None
