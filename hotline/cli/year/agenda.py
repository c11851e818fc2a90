"""What will happen, by its moment."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from hotline.cli.year.turned import YearClock

Errand = Callable[[], None]


@dataclass
class Agenda:
    clock: YearClock
    _waiting: list[tuple[datetime, int, Errand]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def at(self, moment: datetime, errand: Errand) -> None:
        heapq.heappush(self._waiting, (moment, next(self._numbers), errand))

    def after(self, wait: timedelta, errand: Errand) -> None:
        self.at(self.clock.at + wait, errand)

    def next(self, until: datetime) -> tuple[datetime, Errand] | None:
        """The earliest, taken out; None where nothing is left before that moment."""
        if not self._waiting or self._waiting[0][0] >= until:
            return None
        moment, _, errand = heapq.heappop(self._waiting)
        return moment, errand
