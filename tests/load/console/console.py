"""`bin/bench console`: how soon pages come on a large line, and how long callers wait while editors write."""

import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import click

from hotline.services.changes import judging
from hotline.web.console.writing.changes.sentences import KEEPS_LANGUAGES
from tests.chaos.stand.postgres import postgres_in
from tests.load.console.bench_browser import BenchBrowser, form_fields
from tests.load.console.documents import flow_name, screen_name
from tests.load.console.large_line import (
    APPROVER,
    EDITOR,
    LargeLine,
    LineSize,
    large_line,
    proposed_change,
    tell,
)
from tests.load.console.page_walk import SEED, PagesFigures, PageWalk, opened
from tests.load.console.processes import started
from tests.load.driver import drive
from tests.load.hops.endpoints import LineCallers, hops_in
from tests.load.hops.learnt import answers_learnt
from tests.load.line import Web
from tests.load.load import Load, LoadResult
from tests.stack import hotline

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


MEDIAN, PART, SLOW = 150.0, 60.0, 400.0
"""Milliseconds that are wanted at most: of the middle page, of the middle look, of ninety-five pages in a hundred."""
HALVES = ("pages", "hops")


@dataclass(frozen=True, slots=True)
class ConsoleFigures:
    size: LineSize
    pages: PagesFigures | None
    """On PostgreSQL."""
    beside: BesideFigures | None
    """On SQLite."""
    load: tuple[float, float]
    """Of the machine, in the minute before and at the end."""


@click.command("console")
@click.option("--flows", default=200, show_default=True, type=click.IntRange(3, 900))
@click.option(
    "--screens", default=60, show_default=True, type=click.IntRange(8, 99), help="Of each."
)
@click.option("--tips", default=100_000, show_default=True, type=click.IntRange(0))
@click.option("--responders", default=500, show_default=True, type=click.IntRange(0, 50_000))
@click.option(
    "--turns", default=3, show_default=True, type=click.IntRange(1, 100), help="Of each half."
)
@click.option(
    "--seconds",
    default=20.0,
    show_default=True,
    type=click.FloatRange(1),
    help="For which callers dial in a turn.",
)
@click.option("--half", type=click.Choice(HALVES), help="One half alone.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def console_bench(
    flows: int,
    screens: int,
    tips: int,
    responders: int,
    turns: int,
    seconds: float,
    half: str | None,
    as_json: bool,
) -> None:
    """The pages of an editor on PostgreSQL; then callers on SQLite, with and without somebody who writes.

    The console is its real process; an endpoint of its server that does nothing takes turns with the pages. Callers
    take turns too: alone, and beside saves and publications. Ends with 1 where a caller hears something wrong.
    """
    size = LineSize(flows, screens, tips, responders)
    before = os.getloadavg()[0]
    pages = _pages(size, turns) if half != "hops" else None
    beside = _beside(size, turns, seconds) if half != "pages" else None
    figures = ConsoleFigures(size, pages, beside, (before, os.getloadavg()[0]))

    if as_json:
        click.echo(json.dumps(asdict(figures)))
    else:
        for line in table(figures):
            click.echo(line)
    if beside is not None and (beside.wrong or beside.hung):
        sys.exit(1)


def _pages(size: LineSize, turns: int) -> PagesFigures:
    tell("pages, on PostgreSQL")
    with ExitStack() as block:
        folder = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        # A short path: a unix socket's holds 108 bytes at most.
        cluster = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="hotline-pg-")))
        url = block.enter_context(postgres_in(cluster)).make("line")
        line = block.enter_context(large_line(folder, size, url))
        proposed = proposed_change(line)
        editor = block.enter_context(_console(line, EDITOR))
        return PageWalk(line, editor, proposed).run(turns)


def _beside(size: LineSize, turns: int, seconds: float) -> BesideFigures:
    tell("callers, on SQLite")
    with ExitStack() as block:
        folder = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        line = block.enter_context(large_line(folder, size))
        learnt = block.enter_context(answers_learnt(SEED))
        log = folder / "web.log"
        block.enter_context(started("web", line.environ, port=line.port, log=log))
        editor = block.enter_context(_console(line, EDITOR))
        approver = block.enter_context(_browser(line, APPROVER))
        hook = urlsplit(json.loads(hotline(line.environ, "keys", "hooks", "--json"))["ussd"]).path
        pool = block.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        web = LineCallers(Web(line.port, hook), learnt)
        hops = HopsBeside(line, web, editor, approver)
        return hops.run(pool, turns=turns, seconds=seconds, rate=CALLERS)


@contextmanager
def _console(line: LargeLine, name: str) -> Iterator[BenchBrowser]:
    """Its process, and somebody who has signed in."""
    log = line.folder / "console.log"
    with (
        started("console", line.environ, port=line.console_port, log=log),
        _browser(line, name) as browser,
    ):
        yield browser


@contextmanager
def _browser(line: LargeLine, name: str) -> Iterator[BenchBrowser]:
    browser = BenchBrowser(line.console_port)
    with closing(browser):
        browser.enter(line.entry(name))
        yield browser


def table(figures: ConsoleFigures) -> Iterator[str]:
    """Its lines."""
    size, pages, beside = figures.size, figures.pages, figures.beside
    yield (
        f"{size.flows} flows of {size.screens} screens, {size.tips} tips,"
        f" {size.responders} responders; load {figures.load[0]:.1f} to {figures.load[1]:.1f}"
    )
    if pages is not None:
        yield "               ms   ratio  wanted  processor ms"
        yield _row("null", pages, pages.null, pages.null_spent)
        yield _row("page", pages, pages.page, pages.page_spent, MEDIAN)
        yield _row("page p95", pages, pages.page_p95, pages.page_spent_p95, SLOW)
        yield _row("part", pages, pages.part, pages.part_spent, PART)
        yield _row("sectors", pages, pages.part_slowest, pages.part_slowest_spent)
        yield f"save    {pages.save:9.1f}{pages.save / pages.null:8.2f}"
        yield f"slowest: {pages.slowest}, {pages.slowest_ms:.0f} ms"
        yield f"heaviest: {pages.heaviest}, {pages.heaviest_bytes} bytes"
    if beside is not None:
        yield f"{beside.callers:.0f} callers a second, {beside.hops} hops    p50 ms  p99.9 ms"
        yield f"alone                 {beside.quiet_p50:20.1f}{beside.quiet:10.1f}"
        yield f"beside editors        {beside.busy_p50:20.1f}{beside.busy:10.1f}"
        yield (
            f"longer by {beside.longer:.1f} ms, {WANTED:.0f} wanted;"
            f" {beside.saves} saves, {beside.published} published"
        )
        if beside.wrong or beside.hung:
            yield f"{beside.wrong} wrong answers, {beside.hung} that never came"


def _row(
    name: str, pages: PagesFigures, waited: float, spent: float, wanted: float | None = None
) -> str:
    most = "" if wanted is None else f"{wanted:.0f}"
    return f"{name:8}{waited:9.1f}{waited / pages.null:8.2f}{most:>8}{spent:14.1f}"
