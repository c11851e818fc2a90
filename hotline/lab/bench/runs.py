"""What a hop costs while a million runs live in Redis, beside what it costs with a thousand.

Two lines, each with a web process and a Redis of its own, take turns: whatever the machine does meanwhile, it does to
both.
"""

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import click

from hotline.lab.bench.crowd import MEGABYTE, CrowdedRedis, crowd
from hotline.lab.bench.hops.walk import dialogues, screens
from hotline.lab.bench.line import Web, web_line
from hotline.lab.bench.load import Load, LoadResult, drive

AT_ONCE = 16
"""Callers in the middle of a dialogue."""
MOST_BYTES = 2_000
"""That a run may take in Redis, with its name and its place in the table: twice what was ever seen."""


@dataclass(frozen=True, slots=True)
class Side:
    """Of one line, the middle of its turns."""

    live: int
    """Runs in its Redis, before the first turn."""
    megabytes: float
    """That its Redis took."""
    rate: float
    """Hops a second."""
    web: float
    """Microseconds of the web process for each hop."""
    redis: float
    """Microseconds of Redis for each hop."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    few: Side
    many: Side
    cost_ratio: float
    """Of the processor, web process and Redis together: many over few, the middle of turns beside each other."""
    wait_ratio: float
    """Of the time that a hop took at full load."""


@dataclass(slots=True)
class _Seat:
    """One of the two lines, and what its turns have shown."""

    web: Web
    redis: CrowdedRedis
    shown: Sequence[str]
    live: int = 0
    megabytes: float = 0.0
    rates: list[float] = field(default_factory=list)
    webs: list[float] = field(default_factory=list)
    redises: list[float] = field(default_factory=list)

    def side(self) -> Side:
        middle = statistics.median
        rate, web, redis = middle(self.rates), middle(self.webs), middle(self.redises)
        return Side(self.live, self.megabytes, rate, web, redis)


@click.command("runs")
@click.option("--few", default=1_000, show_default=True, help="Live runs in the one Redis.")
@click.option("--many", default=1_000_000, show_default=True, help="Live runs in the other.")
@click.option("--turns", default=5, show_default=True, help="How often each line has its turn.")
@click.option("--callers", default=150, show_default=True, help="Dialogues in one turn.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def runs_bench(few: int, many: int, turns: int, callers: int, as_json: bool) -> None:
    """A hop while a million callers are in the middle, beside one among a thousand. Takes about 1 GB of memory."""
    _check_memory(few + many)
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        ExitStack() as stack,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        seats = [
            stack.enter_context(_seat(Path(folder) / name, runs))
            for name, runs in (("few", few), ("many", many))
        ]
        figures = _measure(seats, turns, callers, lambda load: pool.submit(drive, load).result())

    if as_json:
        click.echo(json.dumps(asdict(figures)))
        return
    click.echo("      live runs       MB   hops/s  us web  us Redis")
    for side in (figures.few, figures.many):
        click.echo(
            f"{side.live:15,}{side.megabytes:9.0f}{side.rate:9.0f}{side.web:8.0f}{side.redis:10.0f}"
        )
    click.echo(f"of the processor {figures.cost_ratio:.2f} times, in time {figures.wait_ratio:.2f}")


def _check_memory(runs: int) -> None:
    """Raises ClickException where the machine could not hold them."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if runs * MOST_BYTES > free:
        needed = runs * MOST_BYTES // MEGABYTE
        raise click.ClickException(
            f"{runs:,} runs may take {needed} MB, and {free // MEGABYTE} are free: give a smaller --many"
        )


@contextmanager
def _seat(folder: Path, runs: int) -> Iterator[_Seat]:
    folder.mkdir()
    with (
        crowd(folder / "redis") as redis,
        web_line(folder, environ={"HOTLINE_REDIS_URL": redis.url}) as web,
    ):
        seat = _Seat(web, redis, screens(web))
        with click.progressbar(length=runs, label=f"{runs:,} runs", file=sys.stderr) as bar:
            for filled in redis.fill(runs):
                bar.update(filled)
        seat.live, seat.megabytes = redis.live(), redis.megabytes()
        yield seat


def _measure(
    seats: Sequence[_Seat], turns: int, callers: int, play: Callable[[Load], LoadResult]
) -> RunFigures:
    taken = count(1, callers)
    with click.progressbar(length=turns, label="turns", file=sys.stderr) as bar:
        for turn in range(turns):
            first = next(taken)
            for seat in seats if turn % 2 == 0 else reversed(seats):
                _turn(seat, first, callers, play)
            bar.update(1)

    few, many = seats
    return RunFigures(
        few=few.side(),
        many=many.side(),
        cost_ratio=_middle(_costs(many), _costs(few)),
        wait_ratio=_middle(few.rates, many.rates),
    )


def _turn(seat: _Seat, first: int, callers: int, play: Callable[[Load], LoadResult]) -> None:
    """First hops, which commit a row, are no part of what is timed."""
    told = dialogues(seat.web.hook, seat.shown, first=first, count=callers)
    _right(play(Load(seat.web.port, [hops[:1] for hops in told], AT_ONCE)))

    web, redis = seat.web.spent(), seat.redis.spent()
    outcome = _right(play(Load(seat.web.port, [hops[1:] for hops in told], AT_ONCE)))
    hops = len(outcome.waits)
    seat.redises.append(1e6 * (seat.redis.spent() - redis) / hops)
    seat.webs.append(1e6 * (seat.web.spent() - web) / hops)
    seat.rates.append(hops / outcome.seconds)


def _costs(seat: _Seat) -> list[float]:
    return [web + redis for web, redis in zip(seat.webs, seat.redises, strict=True)]


def _right(outcome: LoadResult) -> LoadResult:
    if outcome.wrong or outcome.hung:
        raise click.ClickException(
            f"{len(outcome.wrong)} wrong answers, {outcome.hung} that never came"
        )
    return outcome


def _middle(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
