"""A thousand people who dial at the same moment: what each of them sees, and how long they wait."""

import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import click

from tests.load.driver import drive
from tests.load.hops.walk import dialogues, screens
from tests.load.line import Web, web_line
from tests.load.load import Load, LoadResult, percentile


@dataclass(frozen=True, slots=True)
class DialogueFigures:
    at_once: int
    hops: int
    """Answers that came."""
    wrong: int
    hung: int
    """Hops that were not answered within the gateway's ten seconds."""
    rate: float
    p50: float
    """Milliseconds."""
    p99: float
    worst: float


@click.command("dialogues")
@click.option("--at-once", default=1000, show_default=True, help="Callers in the middle.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def dialogues_bench(at_once: int, as_json: bool) -> None:
    """Many dialogues at the same moment, each on a connection of its own. Fails where a screen is wrong or missing.

    All dial at once, which is harder than life: each first hop commits a row.
    """
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        web_line(Path(folder)) as web,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        click.echo(f"{at_once} callers dial", err=True)
        figures = _figures(at_once, pool.submit(drive, _load(web, at_once)).result())

    if as_json:
        click.echo(json.dumps(asdict(figures)))
    else:
        click.echo(f"{figures.hops} hops of {at_once} dialogues: {figures.rate:.0f} a second")
        click.echo(
            f"median {figures.p50:.0f} ms   99th percentile {figures.p99:.0f} ms   worst {figures.worst:.0f} ms"
        )
        click.echo(f"{figures.wrong} wrong screens, {figures.hung} hung")
    if figures.wrong or figures.hung:
        sys.exit(1)


def _load(web: Web, at_once: int) -> Load:
    told = dialogues(web.hook, screens(web), first=1, count=at_once)
    return Load(web.port, told, at_once)


def _figures(at_once: int, outcome: LoadResult) -> DialogueFigures:
    return DialogueFigures(
        at_once=at_once,
        hops=len(outcome.waits),
        wrong=len(outcome.wrong),
        hung=outcome.hung,
        rate=len(outcome.waits) / outcome.seconds if outcome.seconds else 0.0,
        p50=1000 * percentile(outcome.waits, 50),
        p99=1000 * percentile(outcome.waits, 99),
        worst=1000 * max(outcome.waits, default=0.0),
    )
