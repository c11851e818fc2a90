"""`hotline bench console`: how soon pages come on a large line, and how long callers wait while editors write."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import click

from hotline.lab.bench.console.bench_browser import BenchBrowser
from hotline.lab.bench.console.hops_beside import CALLERS, WANTED, BesideFigures, HopsBeside
from hotline.lab.bench.console.large_line import (
    APPROVER,
    EDITOR,
    LargeLine,
    LineSize,
    large_line,
    proposed_change,
    tell,
)
from hotline.lab.bench.console.page_walk import SEED, PagesFigures, PageWalk
from hotline.lab.bench.console.processes import started
from hotline.lab.bench.hops.endpoints import LineCallers
from hotline.lab.bench.hops.learnt import answers_learnt
from hotline.lab.bench.line import Web
from hotline.lab.chaos.stand.postgres import postgres_in
from hotline.lab.stack import hotline

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
        hook = urlsplit(json.loads(hotline(line.environ, "hooks", "--json"))["ussd"]).path
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
