"""Runs `bin/bench faults`: reports tips while it kills every process again and again, and then checks the database."""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from hotline.text.errors import HotlineError
from tests.faults.reading import RealLine
from tests.faults.report import RunReport, failure
from tests.faults.run import Order, run
from tests.faults.stand.ground import Pair
from tests.support.stack import settings_in


@click.command("faults")
@click.option("--tips", default=200, show_default=True, type=click.IntRange(1, 50_000))
@click.option(
    "--seed", default=1, show_default=True, help="Seed of the first run. Each next run adds one."
)
@click.option(
    "--seeds", default=1, show_default=True, type=click.IntRange(1), help="Number of runs."
)
@click.option(
    "--pair",
    type=click.Choice([pair.value for pair in Pair]),
    default=Pair.SQLITE.value,
    show_default=True,
)
@click.option(
    "--pause", default=3.0, show_default=True, help="Seconds between deaths, once all have died."
)
@click.option(
    "--minutes", type=float, help="Tell no more tips after so many, though fewer are told."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Each run's one line of JSON, and nothing else."
)
def chaos(
    tips: int, seed: int, seeds: int, pair: str, pause: float, minutes: float | None, as_json: bool
) -> None:
    """Report tips while every process is killed and the gateway gives false answers, then check the database.

    Each run makes its own hotline in a temporary folder on this machine, and uses no setting, so the run can harm no
    other hotline. Exit with 1 if an invariant did not hold or a run did not finish. docs/architecture.md lists the
    invariants.
    """
    _refuse_settings()
    whole = True
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        for number in range(seed, seed + seeds):
            whole &= _one(Order(tips, number, Pair(pair), pause, minutes), as_json=as_json)
    finally:
        signal.signal(signal.SIGTERM, before)
    if not whole:
        raise SystemExit(1)


def _one(order: Order, *, as_json: bool) -> bool:
    """Runs the fault test once. Returns True if no check failed. If a check failed, the function keeps the run's folder
    for inspection."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-chaos-"))
    report: RunReport | None = None
    _say(f"seed {order.seed}: {order.tips} tips on {order.pair}")
    try:
        report = run(folder, order, _say)
    except Exception as broken:
        # This code catches every error, so that a line of JSON reports the failed run.
        click.echo(failure(type(broken), tips=order.tips, seed=order.seed, pair=order.pair))
        if isinstance(broken, HotlineError):
            _say(str(broken))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if report is not None:
        click.echo(report.line() if as_json else _summary(report))
    if report is not None and report.clean:
        shutil.rmtree(folder, ignore_errors=True)
        return True
    _say(f"what it left is in {folder}")
    return False


def _summary(report: RunReport) -> str:
    head = (
        f"seed {report.seed}: {report.promised} promises of {report.tips} tips, {report.alerts} alerts,"
        f" {report.faults} faults, {report.seconds:.0f} s: "
    )
    if report.clean:
        return head + "everything held"
    return "\n".join([head + f"{report.unheard} callers unheard", *report.found])


def _refuse_settings() -> None:
    if given := settings_in(os.environ):
        raise RealLine(
            f"a fault run takes no settings and touches no hotline of yours: unset {' '.join(given)}"
        )


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Exits with the usual cleanup after a signal, so that every process of the test's hotline ends."""
    raise SystemExit(128 + number)


def _say(line: str) -> None:
    click.echo(f"chaos: {line}", err=True)
