"""From a caller's last answer to an alert that the gateway accepted."""

import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from hotline.adapters import embedded_redis
from hotline.cli.stack import Stack
from hotline.domain.places import districts, place_name, province_of
from hotline.emulator.client import EmulatorClient
from hotline.emulator.reader import choose

CALLERS = 6
PATIENCE = 60.0
"""Seconds to wait for a round's alerts."""
LANGUAGE = "rw"
PROBLEM, DANGER, NO_OFFICIAL = "Ikibazo", "Yego", "Oya"


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds from a caller's last answer to the gateway's acceptance of an alert about it."""

    tips: int
    alerts: int
    median: float
    p95: float
    worst: float


@click.command()
@click.option("--tips", default=200, show_default=True, help="How many tips are told.")
@click.option("--redis", type=click.Choice(["up", "killed"]), default="up", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def alerts(tips: int, redis: str, as_json: bool) -> None:
    """From the last answer to an alert that the gateway accepted, by the gateway's own clock.

    Every tip says danger. With `--redis killed` the doorbell dies before the first one and stays dead.
    """
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        _line(Path(folder), redis_killed=redis == "killed") as stack,
    ):
        figures = _measure(stack.emulator, tips)

    if as_json:
        click.echo(json.dumps({"redis": redis, **asdict(figures)}))
        return
    click.echo(
        f"{figures.tips} tips, {figures.alerts} alerts, Redis {redis}: last answer to gateway acceptance"
    )
    click.echo(
        f"median {figures.median:.2f} s   95th percentile {figures.p95:.2f} s   worst {figures.worst:.2f} s"
    )


@contextmanager
def _line(folder: Path, *, redis_killed: bool) -> Iterator[Stack]:
    if not redis_killed:
        with Stack(folder) as stack:
            yield stack
        return

    socket = folder / "redis" / "redis.sock"
    redis = subprocess.Popen(
        embedded_redis.command(socket, folder / "redis"), stdout=subprocess.DEVNULL
    )
    try:
        with Stack(folder, environ={"HOTLINE_REDIS_URL": f"unix://{socket}"}) as stack:
            redis.send_signal(signal.SIGKILL)
            redis.wait()
            yield stack
    finally:
        redis.kill()
        redis.wait()


def _measure(emulator: EmulatorClient, tips: int) -> Figures:
    """Tips in rounds of one a district, so that an alert that names a district tells which tip it is about."""
    seconds: list[float] = []
    codes = [district.code for district in districts()]
    progress = click.progressbar(length=tips, label="tips", file=sys.stderr)
    with progress as bar, ThreadPoolExecutor(CALLERS) as callers:
        for first in range(0, tips, len(codes)):
            chosen = codes[: tips - first]
            began = time.time()
            answered = dict(
                zip(chosen, callers.map(lambda code: tell(emulator, code), chosen), strict=True)
            )
            seconds += _waits(emulator, answered, began)
            bar.update(len(chosen))
    return Figures(
        tips=tips,
        alerts=len(seconds),
        median=statistics.median(seconds),
        p95=statistics.quantiles(seconds, n=20, method="inclusive")[-1],
        worst=max(seconds),
    )


def tell(emulator: EmulatorClient, district: str) -> float:
    """A tip of danger, hung up after the fourth answer. When that answer left the handset."""
    session = emulator.dial(msisdn=f"+25078800{district}0")
    for label in (PROBLEM, DANGER, NO_OFFICIAL):
        choose(session, label)
    choose(session, place_name(province_of(district), LANGUAGE))
    choose(session, place_name(district, LANGUAGE))
    session.hang_up()
    return float(session.hops[-1]["asked_at"])


def _waits(emulator: EmulatorClient, answered: dict[str, float], began: float) -> Sequence[float]:
    """How long each alert of this round took; every tip has one to each of three people."""
    expected = 3 * len(answered)
    end = time.monotonic() + PATIENCE
    while True:
        found = [
            sms["accepted_at"] - at
            for sms in emulator.outbox()
            if sms["accepted"] and sms["accepted_at"] >= began
            for code, at in answered.items()
            if place_name(code, LANGUAGE) in sms["text"]
        ]
        if len(found) >= expected or time.monotonic() > end:
            break
        time.sleep(0.1)
    if len(found) < expected:
        raise click.ClickException(
            f"only {len(found)} of {expected} alerts came within {PATIENCE:.0f} seconds"
        )
    return found
