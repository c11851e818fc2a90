"""A whole hop beside an endpoint of Flask that does nothing, on one server, in turns.

A machine has neighbours, and no second is like the next: so what is compared takes turns, and the middle one of five
counts. Hops a second are what callers feel; what a hop costs the web process is the steadier figure.
"""

import cProfile
import gc
import io
import json
import os
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment

import click

from hotline.config import Settings
from hotline.errors import ProgramMissing
from tests.embedded import redis_of
from tests.load.driver import drive
from tests.load.hops.addresses import FLASK, NULL
from tests.load.hops.endpoints import (
    NOTHING,
    Endpoint,
    HopPart,
    LineCallers,
    caller_number,
    part_of,
    session_name,
)
from tests.load.hops.hits import WaysCount, counted, hit_rate
from tests.load.hops.learnt import LearntAnswers, answers_learnt
from tests.load.hops.null_endpoint import with_null_endpoint
from tests.load.hops.peer import PEER, peer_beside
from tests.load.hops.rounds import HopFigures, HopRounds, middle_ratio
from tests.load.line import web_line
from tests.load.load import form
from tests.stack import hotline

SHOWN = 40
"""Functions in a profile."""
Asked = tuple[WSGIEnvironment, bytes]
"""What a server hands over, and the answer that must come."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one kind of request, the middle of its turns: hops of menus, of which nothing is committed."""

    cost: float
    """Microseconds of the processor for each."""
    ratio: float
    """The null endpoint's cost over this one's."""
    first: float
    """Microseconds for a first hop, which commits a row."""
    hits: float | None


@dataclass(slots=True)
class _Costs:
    menus: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    hits: list[float] = field(default_factory=list)


class Inside:
    """Calls the application as a server would. Raises ClickException for an answer that should have been another."""

    def __init__(
        self,
        application: WSGIApplication,
        hook: str,
        learnt: LearntAnswers,
        callers: int,
        ways: Callable[[], WaysCount],
    ) -> None:
        self._application = application
        self._learnt = learnt
        self._callers = callers
        self._paths = {NOTHING: NULL, "flask": FLASK + hook, "line": hook}
        self._taken = count(1)
        self._ways = ways

    def warm(self, sessions: int) -> None:
        """So many walk, and are not measured."""
        for _ in range(sessions):
            self._cost(self._session("line"))

    def measured(self, turns: int) -> Mapping[str, Cost]:
        seen: dict[str, _Costs] = {kind: _Costs() for kind in self._paths}
        for _ in range(turns):
            for kind, costs in seen.items():
                self._turn(kind, costs)
        nothing = seen[NOTHING].menus
        return {
            kind: Cost(
                cost=statistics.median(costs.menus),
                ratio=middle_ratio(nothing, costs.menus),
                first=statistics.median(costs.firsts),
                hits=statistics.median(costs.hits) if costs.hits else None,
            )
            for kind, costs in seen.items()
        }

    def profiled(self) -> str:
        """Where the processor goes in a turn of the line, by function: each call costs more than without a profile."""
        profile, said = cProfile.Profile(time.process_time), io.StringIO()
        self._turn("line", _Costs(), profile)
        pstats.Stats(profile, stream=said).strip_dirs().sort_stats("tottime").print_stats(SHOWN)
        return said.getvalue()

    def _turn(self, kind: str, costs: _Costs, profile: cProfile.Profile | None = None) -> None:
        sessions = [self._session(kind) for _ in range(self._callers)]
        firsts = [hops[0] for hops in sessions]
        rest = [asked for hops in sessions for asked in hops[1:]]

        costs.firsts.append(self._cost(firsts))
        before = self._ways()
        if profile is not None:
            profile.enable()
        costs.menus.append(self._cost(rest))
        if profile is not None:
            profile.disable()
        hits = hit_rate(before, self._ways())
        if hits is not None:
            costs.hits.append(hits)

    def _session(self, kind: str) -> list[Asked]:
        """One of a caller who goes through menus, and more than one screen far."""
        one = next(
            one
            for one in self._learnt.endless()
            if part_of(one) is HopPart.MENU and len(one.texts) > 1
        )
        number = next(self._taken)
        return [
            (
                _environ(self._paths[kind], number, text),
                b"ok" if kind == NOTHING else answer.encode(),
            )
            for text, answer in zip(one.texts, one.answers, strict=True)
        ]

    def _cost(self, asked: Sequence[Asked]) -> float:
        """Microseconds for each."""
        began = time.process_time()
        answers = [b"".join(self._application(environ, _start)) for environ, _ in asked]
        spent = time.process_time() - began
        for answer, (_, awaited) in zip(answers, asked, strict=True):
            if answer != awaited:
                raise click.ClickException(f"a wrong answer: {answer.decode()}")
        return 1e6 * spent / len(asked)


@contextmanager
def inside_line(callers: int, seed: int) -> Iterator[Inside]:
    """A line in a folder of its own, with an embedded Redis, for as long as the block. Raises StartFailed."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        ours = {"HOTLINE_HOME": str(Path(folder) / "home")}
        hotline(os.environ | ours, "init", "--demo")
        addresses = json.loads(hotline(os.environ | ours, "keys", "hooks", "--json"))
        settings = Settings.read(ours)
        with redis_of(settings):
            application, _, kit = with_null_endpoint(settings)
            hook = urlsplit(addresses["ussd"]).path
            gc.collect()
            gc.freeze()
            with closing(kit.database), answers_learnt(seed) as learnt:
                try:
                    yield Inside(application, hook, learnt, callers, lambda: counted(kit))
                finally:
                    gc.unfreeze()


def _environ(path: str, number: int, text: str) -> WSGIEnvironment:
    fields = form(session_name(number), text, caller_number(number))
    body = urlencode(fields).encode()
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_USER_AGENT": "at-ussd-api/1.0",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
    }


def _start(status: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
    if not status.startswith("200"):
        raise click.ClickException(f"the line does not take a hop: {status}")
    return io.BytesIO().write


FULL = "                 hops/s  ratio   us/hop  ratio   hits  client"
HALF = "at half of it    hops/s  p50 ms   p99 ms  ratio         client"
LIMIT = " !"
"""Marks a row of which the client was the limit."""


@click.command("hop")
@click.option(
    "--turns", default=5, show_default=True, type=click.IntRange(1, 50), help="Turns of each kind."
)
@click.option(
    "--callers",
    default=500,
    show_default=True,
    type=click.IntRange(1, 20_000),
    help="Sessions in one turn.",
)
@click.option(
    "--warm",
    default=1500,
    show_default=True,
    type=click.IntRange(0, 20_000),
    help="Sessions before the first turn.",
)
@click.option("--seed", default=1, show_default=True, help="Of what callers key.")
@click.option("--peer", is_flag=True, help="Also a menu in Node, whose two packages npm fetches.")
@click.option("--in-process", is_flag=True, help="Without a server, by processor time alone.")
@click.option("--profile", is_flag=True, help="In one process: where the time of the line goes.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def hop_bench(
    turns: int,
    callers: int,
    warm: int,
    seed: int,
    peer: bool,
    in_process: bool,
    profile: bool,
    as_json: bool,
) -> None:
    """A hop through door, engine and answer, beside a null endpoint of Flask on the same server.

    Callers go many ways, in the shares of docs/performance.md. First hops, menus, hops that count a topic and hops
    that tell are measured apart, and whole sessions mixed.
    """
    if in_process or profile:
        _inside(turns, callers, warm, seed, profile=profile, as_json=as_json)
        return
    with ExitStack() as block:
        folder = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        web = block.enter_context(web_line(folder))
        learnt = block.enter_context(answers_learnt(seed))
        endpoints = {**LineCallers(web, learnt).endpoints()}
        if peer:
            endpoints |= _of_the_peer(block, folder)
        pool = block.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        rounds = HopRounds(endpoints, lambda load: pool.submit(drive, load).result(), callers)
        figures = rounds.run(turns, warm=warm)

    if as_json:
        click.echo(json.dumps({kind: asdict(found) for kind, found in figures.items()}))
        return
    for line in table(figures):
        click.echo(line)


def _of_the_peer(block: ExitStack, folder: Path) -> Mapping[str, Endpoint]:
    try:
        return {PEER: block.enter_context(peer_beside(folder / PEER))}
    except ProgramMissing as missing:
        click.echo(f"no peer: {missing}", err=True)
        return {}


def table(figures: Mapping[str, HopFigures]) -> Iterator[str]:
    """Its lines. One whose client was the limit is marked, and the last line says what the mark means."""
    yield FULL
    for kind, found in figures.items():
        for part, f in found.full.items():
            hits = "-" if f.hits is None else f"{f.hits:.2f}"
            yield (
                f"{kind:7}{part:8}{f.rate:8.0f}{f.ratio:7.2f}{f.cost:9.0f}{f.cost_ratio:7.2f}"
                f"{hits:>7}{f.client:8.2f}"
            )
    yield HALF
    for kind, found in figures.items():
        for part, p in found.half.items():
            yield (
                f"{kind:7}{part:8}{p.rate:8.0f}{p.p50:8.2f}{p.p99:9.2f}{p.p99_ratio:7.2f}"
                f"{p.client:15.2f}{LIMIT if p.of_the_client else ''}"
            )
    if any(p.of_the_client for found in figures.values() for p in found.half.values()):
        yield "! The client had no time of its own: these waits are not the server's."


def _inside(
    turns: int, callers: int, warm: int, seed: int, *, profile: bool, as_json: bool
) -> None:
    with inside_line(callers, seed) as inside:
        inside.warm(warm)
        if profile:
            click.echo(inside.profiled())
            return
        costs = inside.measured(turns)
    if as_json:
        click.echo(json.dumps({kind: asdict(found) for kind, found in costs.items()}))
        return
    click.echo("         us/hop  ratio  us/first   hits")
    for kind, found in costs.items():
        hits = "-" if found.hits is None else f"{found.hits:.2f}"
        click.echo(f"{kind:7}{found.cost:8.0f}{found.ratio:7.2f}{found.first:10.0f}{hits:>7}")
