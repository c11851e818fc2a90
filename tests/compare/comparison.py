"""Prepares a home for each of the two checkouts, and runs each world (a hotline with a group of stories) on both.
Repeats a world if the results differ.
"""

import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from tests.compare.draw import EXCUSED, MUST_OCCUR, DrawnWorld, draw
from tests.compare.flow_map import FlowMap
from tests.compare.line import Checkout
from tests.compare.people import prepare
from tests.compare.play import Played, play
from tests.compare.transcript import Difference, Transcript, difference, told

T = TypeVar("T")
COUNT = 300
"""The number of stories in a complete comparison."""
AGAIN = 4
"""A difference counts only after this number of repetitions of its world (a hotline with its stories). On a machine
under load, an event may happen a second later. Only once in 250 comparisons does this change a line in all five runs of
one checkout, and in no run of the other checkout."""
PINS = 10


@dataclass
class Found:
    """The result of a comparison. If `whole` is True, all stories were run, and they must have covered every node and
    every digit."""

    differences: list[Difference]
    stories: int
    live: frozenset[str]
    seen: frozenset[str]
    whole: bool
    seconds: float

    @property
    def missing(self) -> list[str]:
        """Returns the nodes, digits, languages and channels that the stories should cover but did not cover."""
        return sorted((self.live | MUST_OCCUR) - self.seen - EXCUSED.keys())

    @property
    def fails(self) -> bool:
        return bool(self.differences or (self.whole and self.missing))

    def shown(self) -> Mapping[str, Any]:
        return {
            "stories": self.stories,
            "differences": [asdict(one) for one in self.differences],
            "live": len(self.live),
            "seen": len(self.live & self.seen),
            "missing": self.missing,
            "excused": EXCUSED,
            "seconds": round(self.seconds),
        }

    def coverage(self) -> Iterator[str]:
        """Yields lines that say which nodes, digits, languages and channels occurred, and which are missing."""
        yield f"{self.stories} stories, {len(self.differences)} transcripts differ, {self.seconds:.0f} s"
        yield f"live nodes with a screen: {len(self.live & self.seen)} of {len(self.live)} shown"
        for name, why in EXCUSED.items():
            yield f"excused: {name}: {why}"
        if self.missing:
            yield f"no story came to: {', '.join(self.missing)}"


@dataclass
class Comparison:
    folder: Path
    ours: Checkout
    theirs: Checkout
    seed: int
    lines: int
    say: Callable[[str], None]
    pins: int = PINS
    _plays: dict[str, tuple[list[Transcript], list[Transcript]]] = field(default_factory=dict)
    """Two lists of transcripts for each story: one list from our checkout, and one list from the other checkout."""

    def compare(self, count: int, only: int | None = None) -> Found:
        began = time.monotonic()
        at = first_day(self.ours.root, self.theirs.root)
        with ProcessPoolExecutor(self.lines, initializer=_end_lines_at_sigterm) as pool, _all_end():
            self.say("preparing two homes")
            sides = (("ours", self.ours), ("theirs", self.theirs))
            made = [
                pool.submit(_done, prepare, one, self.folder / name, at, self.pins)
                for name, one in sides
            ]
            homes = [one.result().home for one in made]
            flow_map = FlowMap.read(homes[0] / "compare-flows")
            live = flow_map.with_a_screen()
            targets = [(name, flow_map.entry_of(name) or "") for name in sorted(live)]
            worlds = draw(self.seed, count, at, targets, self.pins)
            if only is not None:
                worlds = [worlds[only]]
            seen = self._play(pool, homes, worlds, 1.0)
            self.say(
                f"no story came to: {', '.join(sorted(live - seen - EXCUSED.keys())) or 'none'}"
            )
            for again in range(AGAIN):
                differing = {world: self._differing(world) for world in worlds}
                differing = {world: places for world, places in differing.items() if places}
                if not differing:
                    break
                for place in (place for places in differing.values() for place in places):
                    self.say("\n".join(told(place)))
                self.say(
                    f"playing {len(differing)} worlds again: what differs must differ in every run"
                )
                self._play(pool, homes, [*differing], 1.0 + again / 2)
        differences = [found for plays in self._plays.values() if (found := difference(*plays))]
        stories = sum(len(one.stories) for one in worlds)
        whole = only is None and count >= COUNT
        spent = time.monotonic() - began
        return Found(differences, stories, live, frozenset(seen), whole, spent)

    def _play(
        self,
        pool: ProcessPoolExecutor,
        homes: Sequence[Path],
        worlds: Sequence[DrawnWorld],
        slow: float,
    ) -> set[str]:
        """Runs worlds (hotlines with their stories) on both checkouts. Returns everything that the runs of our checkout
        covered: nodes, digits, languages and channels."""
        waited: list[tuple[DrawnWorld, int, Future[Played]]] = [
            (world, side, pool.submit(_done, play, checkout, homes[side], world, self.seed, slow))
            for world in worlds
            for side, checkout in enumerate((self.ours, self.theirs))
        ]
        seen: set[str] = set()
        for world, side, future in waited:
            played = future.result()
            self.say(
                f"world {world.number} on {(self.ours, self.theirs)[side].name}: {played.seconds:.0f} s"
            )
            for transcript in played.transcripts:
                self._plays.setdefault(transcript.story, ([], []))[side].append(transcript)
            if side == 0:
                seen |= played.seen
        return seen

    def _differing(self, world: DrawnWorld) -> list[Difference]:
        """Returns the differences between both checkouts in the stories of a world. A story that did not run has no
        difference.
        """
        names = {f"national desk of world {world.number}"}
        names |= {
            name
            for name in self._plays
            for one in world.stories
            if name.startswith(f"story {one.number} (")
        }
        found = (difference(*self._plays[name]) for name in sorted(names))
        return [one for one in found if one is not None]


def _end_lines_at_sigterm() -> None:
    """Makes this process stop its hotline when it gets SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def _done(work: Callable[..., T], *given: Any) -> T:
    """Runs `work` in a process of the pool. After SIGTERM, the work raises SystemExit, and the process must exit
    directly. Otherwise the pool would store SystemExit as a result, and wait for the process for ever.
    """
    try:
        return work(*given)
    except SystemExit:
        os._exit(1)


@contextmanager
def _all_end() -> Iterator[None]:
    """Stops all child processes, and so their hotlines, if the code in the `with` block fails."""
    try:
        yield
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        raise


def first_day(*roots: Path) -> datetime:
    """Returns a Monday after all dates in the flow files, so that no text has a review date in the future."""
    days = [
        date.fromisoformat(day)
        for root in roots
        for file in sorted((root / "flows").glob("*.*"))
        for day in re.findall(r"\b20\d\d-\d\d-\d\d\b", file.read_text(encoding="utf-8"))
    ]
    latest = max(days, default=date(2026, 11, 24))
    monday = latest + timedelta(days=14 - latest.weekday())
    return datetime(monday.year, monday.month, monday.day, 4, 0, 5, tzinfo=UTC)
