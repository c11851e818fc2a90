"""A whole hop beside an endpoint of Flask that does nothing, on one server, in turns.

A machine has neighbours, and no second is like the next: so what is compared takes turns, and the middle one of five
counts. Hops a second are what callers feel; what a hop costs the web process is the steadier figure.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import click

from hotline.lab.bench.hops.addresses import FLASK, NULL
from hotline.lab.bench.hops.inside import inside_line
from hotline.lab.bench.hops.walk import dialogues, screens
from hotline.lab.bench.line import Web, web_line
from hotline.lab.bench.load import Load, LoadResult, TimedRequest, drive, percentile

AT_ONCE = 16
"""Callers in the middle of a dialogue: more than the server has threads."""
NOTHING = "null"


@dataclass(frozen=True, slots=True)
class HopFigures:
    """Of one kind of request, the middle of its turns. A ratio is to the null endpoint: of rates, and of costs."""

    rate: float
    """Answers a second, as many as go."""
    ratio: float
    cost: float
    """Microseconds of the web process for each."""
    cost_ratio: float
    p50: float
    """Milliseconds, at half of `rate`."""
    p99: float
    first_rate: float
    """First hops a second: each commits a row."""


@dataclass(slots=True)
class _Turns:
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    first_rates: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


@click.command("hop")
@click.option("--turns", default=5, show_default=True, help="How often each kind has its turn.")
@click.option("--callers", default=250, show_default=True, help="Dialogues in one turn.")
@click.option("--in-process", is_flag=True, help="Without a server, by processor time alone.")
@click.option("--profile", is_flag=True, help="In one process: where the time of the line goes.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def hop_bench(turns: int, callers: int, in_process: bool, profile: bool, as_json: bool) -> None:
    """A hop through door, engine, state and repeat check, beside a null endpoint of Flask on the same server.

    The walk goes through menus and pages, where nothing commits; first hops, which do, are counted apart.
    """
    if in_process or profile:
        _inside(turns, callers, profile=profile, as_json=as_json)
        return
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        web_line(Path(folder)) as web,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        figures = _Bench(web, lambda load: pool.submit(drive, load).result(), callers).run(turns)

    if as_json:
        click.echo(json.dumps({kind: asdict(found) for kind, found in figures.items()}))
        return
    click.echo("         hops/s  ratio   us/hop  ratio   p50 ms  p99 ms  first/s")
    for kind, f in figures.items():
        click.echo(
            f"{kind:7}{f.rate:8.0f}{f.ratio:7.2f}{f.cost:9.0f}{f.cost_ratio:7.2f}"
            f"{f.p50:9.2f}{f.p99:8.2f}{f.first_rate:9.0f}"
        )


def _inside(turns: int, callers: int, *, profile: bool, as_json: bool) -> None:
    with inside_line(callers) as inside:
        if profile:
            click.echo(inside.profiled())
            return
        costs = inside.measured(turns)
    if as_json:
        click.echo(json.dumps({kind: asdict(found) for kind, found in costs.items()}))
        return
    click.echo("         us/hop  ratio")
    for kind, found in costs.items():
        click.echo(f"{kind:7}{found.cost:8.0f}{found.ratio:7.2f}")


class _Bench:
    def __init__(self, web: Web, play: Callable[[Load], LoadResult], callers: int) -> None:
        self._web = web
        self._play = play
        self._callers = callers
        self._kinds: Mapping[str, str] = {
            NOTHING: NULL,
            "flask": FLASK + web.hook,
            "line": web.hook,
        }
        self._taken = count(1, callers)
        self._screens = screens(web)

    def run(self, turns: int) -> Mapping[str, HopFigures]:
        found = {kind: _Turns() for kind in self._kinds}
        with click.progressbar(length=2 * turns, label="turns", file=sys.stderr) as bar:
            for _ in range(turns):
                for kind, seen in found.items():
                    self._at_full_load(kind, seen)
                bar.update(1)
            for _ in range(turns):
                for kind, seen in found.items():
                    self._at_half_load(kind, seen)
                bar.update(1)
        return {kind: _figures(seen, found[NOTHING]) for kind, seen in found.items()}

    def _at_full_load(self, kind: str, seen: _Turns) -> None:
        told = self._dialogues(kind)
        seen.first_rates.append(self._rate([hops[:1] for hops in told]))
        before = self._web.spent()
        seen.rates.append(self._rate([hops[1:] for hops in told]))
        spent = self._web.spent() - before
        seen.costs.append(1e6 * spent / sum(len(hops) - 1 for hops in told))

    def _at_half_load(self, kind: str, seen: _Turns) -> None:
        told = self._dialogues(kind)
        self._rate([hops[:1] for hops in told])
        half = statistics.median(seen.rates) / 2
        rest = Load(self._web.port, [hops[1:] for hops in told], AT_ONCE, rate=half)
        seen.waits += _right(self._play(rest)).waits

    def _rate(self, told: Sequence[Sequence[TimedRequest]]) -> float:
        outcome = _right(self._play(Load(self._web.port, told, AT_ONCE)))
        return len(outcome.waits) / outcome.seconds

    def _dialogues(self, kind: str) -> list[list[TimedRequest]]:
        shown = ["ok"] * len(self._screens) if kind == NOTHING else self._screens
        return dialogues(self._kinds[kind], shown, first=next(self._taken), count=self._callers)


def _right(outcome: LoadResult) -> LoadResult:
    if outcome.wrong or outcome.hung:
        wrong = f"{len(outcome.wrong)} wrong answers, such as {outcome.wrong[:1]}"
        raise click.ClickException(f"{wrong}; {outcome.hung} that never came")
    return outcome


def _figures(seen: _Turns, nothing: _Turns) -> HopFigures:
    rate, cost = statistics.median(seen.rates), statistics.median(seen.costs)
    return HopFigures(
        rate=rate,
        ratio=_middle(seen.rates, nothing.rates),
        cost=cost,
        cost_ratio=_middle(nothing.costs, seen.costs),
        p50=1000 * percentile(seen.waits, 50),
        p99=1000 * percentile(seen.waits, 99),
        first_rate=statistics.median(seen.first_rates),
    )


def _middle(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The middle of the ratios of turns that stood beside each other."""
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
