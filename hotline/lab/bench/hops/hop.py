"""A whole hop beside an endpoint of Flask that does nothing, on one server, in turns.

A machine has neighbours, and no second is like the next: so what is compared takes turns, and the middle one of five
counts. Hops a second are what callers feel; what a hop costs the web process is the steadier figure.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

import click

from hotline.errors import ProgramMissing
from hotline.lab.bench.driver import drive
from hotline.lab.bench.hops.endpoints import Endpoint, LineCallers
from hotline.lab.bench.hops.inside import inside_line
from hotline.lab.bench.hops.learnt import answers_learnt
from hotline.lab.bench.hops.peer import PEER, peer_beside
from hotline.lab.bench.hops.rounds import HopFigures, HopRounds
from hotline.lab.bench.line import web_line

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
