"""Runs `bin/bench`: the measurement and the long tests. The docstring of the package describes both."""

import json
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import click

from hotline.cli.main import PlainErrors
from tests.compare.checkouts import of_commit, of_tree
from tests.compare.line import LineBroken
from tests.erasure.shred import prove_shred
from tests.faults.chaos import chaos
from tests.faults.rehearsal import drill
from tests.load.parts import Size
from tests.load.rounds import ALERTS, NAMES, Side, play, postgres_of
from tests.load.rows import Judged, judged, table

ROUNDS = 3
SMALL = Size(1, 10, 1.0, 10, 6, 3, 1, 1.0, 100)
"""Small sizes for each part of the measurement, so that it takes seconds. With these sizes, the measured numbers are
too inexact to use."""


@click.group(
    cls=PlainErrors,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--against", metavar="COMMIT", help="Play this commit too, in turns, and compare.")
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(1, 20))
@click.option("--only", type=click.Choice(NAMES), multiple=True, help="This part alone.")
@click.option("--small", is_flag=True, help="Few requests, to try it: its figures say nothing.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.pass_context
def bench(
    context: click.Context,
    against: str | None,
    rounds: int,
    only: Sequence[str],
    small: bool,
    as_json: bool,
) -> None:
    """Measure the speed of the hotline against an endpoint that does nothing, and count lost tips.

    Without a command it measures the working tree. The command ends with 1 if a tip is lost, or if a measured number is
    a tenth worse than that of the other commit. All of it runs on loopback and stops when it has finished.
    """
    if context.invoked_subcommand:
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        rows = measured(
            against,
            SMALL if small else Size(),
            rounds,
            [one for one in NAMES if one in (only or NAMES)],
        )
    except LineBroken as broken:
        _say(str(broken))
        sys.exit(2)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in rows], indent=2))
    else:
        for line in table(rows, against or ""):
            click.echo(line)
    if any(one.fails for one in rows):
        sys.exit(1)


def measured(against: str | None, size: Size, rounds: int, parts: Sequence[str]) -> list[Judged]:
    """Raises LineBroken if a hotline does not start or gives a wrong answer."""
    with ExitStack() as block:
        folder = Path(block.enter_context(TemporaryDirectory(prefix="hotline-bench-")))
        checkouts = [of_tree(folder)]
        if against:
            checkouts.append(of_commit(against, folder, _say))
        server = None
        if ALERTS in parts:
            # The path of a unix socket has 108 bytes at most, so this folder has a short path. The system account that
            # runs PostgreSQL must be able to open the folder.
            cluster = Path(mkdtemp(prefix="hotline-pg-"))
            block.callback(shutil.rmtree, cluster, ignore_errors=True)
            server = block.enter_context(postgres_of(cluster))
        sides = [Side(one, folder / f"side_{at}", server) for at, one in enumerate(checkouts)]
        for side in sides:
            side.prepare()
        ours, *theirs = play(sides, size, rounds, parts, _say)
        return judged(ours, *theirs)


def _say(line: str) -> None:
    click.echo(line, err=True)


for command in (chaos, drill, prove_shred):
    bench.add_command(command)
