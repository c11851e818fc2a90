"""Callers who dial while editors save and publish: how much longer the slowest hop of a thousand takes."""

import re
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from itertools import count

import click

from hotline.lab.bench.console.bench_browser import BenchBrowser, form_fields
from hotline.lab.bench.console.documents import flow_name, screen_name
from hotline.lab.bench.console.large_line import LargeLine
from hotline.lab.bench.console.page_walk import opened
from hotline.lab.bench.driver import drive
from hotline.lab.bench.hops.endpoints import LineCallers, hops_in
from hotline.lab.bench.load import Load, LoadResult
from hotline.services.changes import judging
from hotline.web.console.writing.changes.refusals import KEEPS_LANGUAGES

CALLERS = 50.0
"""Who dial in a second."""
CONNECTIONS = 64
EACH_SAVE = 0.5
"""Seconds from one save to the next."""
TICKS = re.compile(r'name="(read-[\w-]+)"')
WANTED = 50.0
"""Milliseconds by which the slowest hop of a thousand may be longer."""


@dataclass(frozen=True, slots=True)
class BesideFigures:
    """Milliseconds of a hop, from the moment that it was due."""

    callers: float
    """Who dial in a second."""
    hops: int
    """Of all turns."""
    quiet: float
    """The slowest hop of a thousand while nobody writes."""
    busy: float
    """The same while pages are saved and changes are published."""
    longer: float
    quiet_p50: float
    busy_p50: float
    saves: int
    published: int
    wrong: int
    hung: int


@dataclass(slots=True)
class _HopsHeard:
    waits: list[float] = field(default_factory=list)
    wrong: int = 0
    hung: int = 0

    def take(self, outcome: LoadResult) -> None:
        self.waits += outcome.waits
        self.wrong += len(outcome.wrong)
        self.hung += outcome.hung


class HopsBeside:
    """Turns of callers alone, and of callers beside an editor and an approver."""

    def __init__(
        self, line: LargeLine, callers: LineCallers, editor: BenchBrowser, approver: BenchBrowser
    ) -> None:
        self._line = line
        self._whole = callers.endpoints()["line"].whole
        self._editor = editor
        self._approver = approver
        self._numbers = count(1)
        self._saves = self._published = 0

    def run(self, pool: Executor, *, turns: int, seconds: float, rate: float) -> BesideFigures:
        quiet, busy = _HopsHeard(), _HopsHeard()
        drive_now = self._drive(pool, max(1, int(seconds * rate / 4)), rate)
        drive_now.result()
        with click.progressbar(length=2 * turns, label="hops", file=sys.stderr) as bar:
            for _ in range(turns):
                quiet.take(self._drive(pool, int(seconds * rate), rate).result())
                bar.update(1)
                proposed = self._propose()
                typing = opened(self._editor, "Words that are typed")
                callers = self._drive(pool, int(seconds * rate), rate)
                self._write(callers, typing, proposed, seconds)
                busy.take(callers.result())
                bar.update(1)
        return self._figures(rate, quiet, busy)

    def _drive(self, pool: Executor, sessions: int, rate: float) -> "Future[LoadResult]":
        """So many callers, of whom so many dial in a second."""
        rows = self._whole(max(1, sessions))
        hops = rate * hops_in(rows) / len(rows)
        return pool.submit(drive, Load(self._line.port, rows, CONNECTIONS, rate=hops))

    def _write(
        self, callers: "Future[LoadResult]", typing: int, proposed: int, seconds: float
    ) -> None:
        """Saves as long as they dial; soon a change goes live, so that its book is loaded while they do."""
        began = time.monotonic()
        due, waits = began, True
        while not callers.done():
            if waits and time.monotonic() - began > seconds / 10:
                self._approve(proposed)
                waits = False
            self._save(typing)
            due += EACH_SAVE
            time.sleep(max(0.0, due - time.monotonic()))

    def _save(self, change: int) -> None:
        number = next(self._numbers)
        size = self._line.size
        flow = flow_name(number % size.flows)
        at = f"/changes/{change}/flows/{flow}/{screen_name(1)}"
        fields = dict(form_fields(self._editor.get(at).body, at))
        fields["text.en"] = f"Ask before you go, {number}."
        self._editor.post(at, [*fields.items(), ("do", "save")])
        self._saves += 1

    def _propose(self) -> int:
        """A change with one new sentence, checked as a worker would have, and proposed."""
        change = opened(self._editor, "Words that go live")
        self._save(change)
        judging.check_change(self._line.kit, change)
        self._editor.post(f"/changes/{change}/propose", [(KEEPS_LANGUAGES, "yes")])
        return change

    def _approve(self, change: int) -> None:
        here = f"/changes/{change}"
        page = self._approver.get(f"{here}/read").body
        fields = dict(form_fields(page, f"{here}/approve"))
        fields |= dict.fromkeys((*TICKS.findall(page), KEEPS_LANGUAGES), "yes")
        self._approver.post(f"{here}/approve", [*fields.items()])
        self._published += 1

    def _figures(self, rate: float, quiet: _HopsHeard, busy: _HopsHeard) -> BesideFigures:
        slow, slower = 1000 * thousandth(quiet.waits), 1000 * thousandth(busy.waits)
        return BesideFigures(
            callers=rate,
            hops=len(quiet.waits) + len(busy.waits),
            quiet=slow,
            busy=slower,
            longer=slower - slow,
            quiet_p50=1000 * statistics.median(quiet.waits),
            busy_p50=1000 * statistics.median(busy.waits),
            saves=self._saves,
            published=self._published,
            wrong=quiet.wrong + busy.wrong,
            hung=quiet.hung + busy.hung,
        )


def thousandth(waits: Sequence[float]) -> float:
    """The slowest of a thousand."""
    if len(waits) < 2:
        return waits[0] if waits else 0.0
    return statistics.quantiles(waits, n=1000, method="inclusive")[998]
