"""Plays many stories on one line, in lockstep: sets the clock, waits until the line is quiet, and lets each story act.

A world has one line of its own, made from a copy of a prepared home. Each story has a district and phones of its own,
so stories do not meet. What the national desk gets is a transcript of its own.
"""

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.compare.flow_map import FlowMap
from tests.compare.hand import Hand
from tests.compare.line import Line
from tests.compare.people import District, Prepared
from tests.compare.transcript import Transcript

TICK = 1.25
"""Seconds of the machine within which the line looks at its clock again."""
QUIET = 0.3
QUIET_AFTER_FAULT = 3.5
"""The line tries again after one second, and after two."""
BUSY = 0.06
"""Seconds of processor in a window of QUIET: more is work, less is idling."""
LONGEST = 60.0
PLAUSIBLE = (*range(1, 6), *range(10, 61, 5), 75, 90, 120, 180, 240, 360)
"""Minutes after which something may be due."""
APART = 6
"""Seconds between what was set in one step and what a later step looks for."""

Tale = Callable[["Story"], Iterator[int]]
"""A story: acts, and yields after how many minutes it goes on."""


@dataclass
class Story:
    """One story as it is played."""

    name: str
    tale: Tale
    starts: int
    """Minutes after the world's beginning."""
    world: "World"
    district: District
    random: Random
    transcript: Transcript
    targets: tuple[str, ...] = ()
    _phones: int = 0

    def caller(self) -> Hand:
        """A new phone that nobody enrolled."""
        self._phones += 1
        return self.hand(self.district.caller(self._phones), f"caller {self._phones}")

    def hand(self, msisdn: str, role: str) -> Hand:
        self.world.owners[msisdn] = (self, role)
        return Hand(
            msisdn,
            role,
            self.world.line.gateway,
            self.world.map,
            self.note,
            self.random,
            self.world.seen,
        )

    def note(self, what: str, text: str) -> None:
        self.transcript.add(self.world.minute - self.starts, what, text)

    def received(self, msisdn: str) -> list[str]:
        """Every SMS to a number since the world began."""
        return [sent.text for sent in self.world.line.gateway.outbox if sent.to == msisdn]


@dataclass
class World:
    """One line and its stories. `slow` multiplies every wait, for a second look at a difference."""

    line: Line
    prepared: Prepared
    map: FlowMap
    begins: datetime
    checks: Sequence[int]
    """Minutes at which the clock is looked at, besides those at which a story acts."""
    slow: float = 1.0
    minute: int = 0
    seen: set[str] = field(default_factory=set)
    owners: dict[str, tuple[Story, str]] = field(default_factory=dict)
    nation: Transcript = field(default_factory=lambda: Transcript("nation", numbered=False))
    say: Callable[[str], None] = lambda _: None
    _heard: int = 0
    _order: int = 0

    def play(self, stories: Sequence[Story]) -> None:
        """Plays all stories to their end, and all checks."""
        queue: list[tuple[int, int, Iterator[int] | None]] = []
        for number, story in enumerate(stories):
            heapq.heappush(queue, (story.starts, number, story.tale(story)))
        for number, check in enumerate(self.checks):
            heapq.heappush(queue, (check, len(stories) + number, None))
        past: list[tuple[int, int]] = []
        while queue:
            self.minute = queue[0][0]
            second = _second_for(self.minute, past)
            past.append((self.minute, second))
            self.line.set(self.begins + timedelta(minutes=self.minute, seconds=second))
            self._settle(tick=True)
            self._hear(stories)
            while queue and queue[0][0] == self.minute:
                _, number, tale = heapq.heappop(queue)
                if tale is None:
                    continue
                wait = next(tale, None)
                if wait is not None:
                    heapq.heappush(queue, (self.minute + max(1, wait), number, tale))
            self._settle(tick=False)
            self._hear(stories)

    def _settle(self, *, tick: bool) -> None:
        """Waits until nothing moves; with `tick`, until the line has looked at its clock, too."""
        gateway, began, polls = self.line.gateway, time.monotonic(), self.line.gateway.polls
        least = TICK * self.slow if tick else 0.0
        effort = self.line.effort()
        while (passed := time.monotonic() - began) < LONGEST:
            time.sleep(QUIET * self.slow / 2)
            before, effort = effort, self.line.effort()
            faulty = time.monotonic() - gateway.struck < QUIET_AFTER_FAULT * self.slow
            idle = time.monotonic() - gateway.last > QUIET * self.slow and not gateway.busy()
            looked = gateway.polls > polls or passed > 3 * least
            if (
                passed >= least
                and (looked or not tick)
                and idle
                and not faulty
                and effort - before < BUSY / 2
            ):
                return

    def _hear(self, stories: Sequence[Story]) -> None:
        """Writes down every SMS that came since the last time, in an order that does not depend on threads."""
        outbox = self.line.gateway.outbox
        fresh, self._heard = outbox[self._heard :], len(outbox)
        heard = []
        for sent in fresh:
            fault = "" if sent.answered == "taken" else f" ({sent.answered})"
            owner = self.owners.get(sent.to)
            if owner is None:
                role = self.prepared.role(sent.to)
                owned = next((one for one in stories if one.district.has(sent.to)), None)
                transcript, starts = (
                    (owned.transcript, owned.starts) if owned is not None else (self.nation, 0)
                )
            else:
                transcript, starts, role = owner[0].transcript, owner[0].starts, owner[1]
            masked = Transcript("", numbered=False).plain(sent.text)
            heard.append((role, masked, id(transcript), transcript, starts, fault, sent.text))
        for role, _, _, transcript, starts, fault, text in sorted(heard, key=lambda one: one[:2]):
            transcript.add(self.minute - starts, f"SMS to {role}{fault}", text)


def _second_for(minute: int, past: Sequence[tuple[int, int]]) -> int:
    """A second of the minute that nothing set earlier is due at, and near it."""
    taken = [second for before, second in past if minute - before in PLAUSIBLE or minute == before]
    last = past[-1] if past else None

    def room(second: int) -> int:
        return min((min((second - one) % 60, (one - second) % 60) for one in taken), default=60)

    fits = [
        second for second in range(2, 56) if last is None or minute > last[0] or second > last[1]
    ]
    return max(fits, key=lambda second: (min(room(second), APART), -second))
