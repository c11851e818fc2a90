"""From a caller's last answer to an alert that the gateway accepted."""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from hotline.adapters.queue import embedded_redis
from hotline.domain.places.places import districts, place_name, province_of
from hotline.errors import HandsetRefused
from tests.chaos.reading import LabelMissing, choose
from tests.chaos.stand.ground import Pair, ground
from tests.handsets import EmulatorClient
from tests.labels import NO, PROBLEM, YES
from tests.stack import Stack

CALLERS = 6
PATIENCE = 300.0
"""Seconds to wait for a round's alerts."""
DIALS = 20
ALERTS = 3
"""Two people of the district, and the national desk."""
LANGUAGE = "rw"


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from a caller's last answer to the gateway's acceptance of an alert about it."""

    count: int
    median: float
    p99: float
    last: float


@dataclass(frozen=True, slots=True)
class AlertFigures:
    tips: int
    first: Waits
    """Of the first alert of each tip."""
    all: Waits
    load: float
    """Of the machine, in the last minute."""


@click.command()
@click.option("--tips", default=200, show_default=True, help="How many tips are told.")
@click.option("--redis", type=click.Choice(["up", "killed"]), default="up", show_default=True)
@click.option(
    "--pair",
    type=click.Choice([pair.value for pair in Pair]),
    default=Pair.SQLITE.value,
    show_default=True,
)
@click.option("--gateway-seconds", default=0.0, help="How long the gateway takes for an answer.")
@click.option("--every-other", is_flag=True, help="The gateway answers only every other send.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def alerts(
    tips: int, redis: str, pair: str, gateway_seconds: float, every_other: bool, as_json: bool
) -> None:
    """From the last answer to an alert that the gateway accepted, by the gateway's own clock.

    Every tip says danger. With `--redis killed` the doorbell dies before the first one and stays dead.
    """
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        _line(Path(folder), Pair(pair), redis_killed=redis == "killed") as stack,
    ):
        stack.emulator.set_faults(*_faults(gateway_seconds, every_other=every_other))
        figures = _measure(stack.emulator, tips)

    if as_json:
        click.echo(json.dumps({"redis": redis, "pair": pair, **asdict(figures)}))
        return
    click.echo(
        f"{tips} tips, {pair}, Redis {redis}, load {figures.load:.1f}: seconds to acceptance"
    )
    for name, waits in (("first of each tip", figures.first), ("all alerts", figures.all)):
        click.echo(
            f"{name:18} {waits.count:5}   median {waits.median:.2f}"
            f"   99th percentile {waits.p99:.2f}   last {waits.last:.2f}"
        )


def _faults(seconds: float, *, every_other: bool) -> Iterator[Mapping[str, object]]:
    if every_other:
        yield {"kind": "silent", "every": 2}
    if seconds:
        yield {"kind": "slow", "seconds": seconds}


@contextmanager
def _line(folder: Path, pair: Pair, *, redis_killed: bool) -> Iterator[Stack]:
    if pair is Pair.POSTGRES and redis_killed:
        raise click.UsageError("--redis killed: only with --pair sqlite")
    if not redis_killed:
        with ground(pair) as servers, Stack(folder, environ=servers.environ) as stack:
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


def _measure(emulator: EmulatorClient, tips: int) -> AlertFigures:
    """Tips in rounds of one a district, so that an alert that names a district tells which tip it is about."""
    first: list[float] = []
    every: list[float] = []
    codes = [district.code for district in districts()]
    progress = click.progressbar(length=tips, label="tips", file=sys.stderr)
    with progress as bar, ThreadPoolExecutor(CALLERS) as callers:
        for begun in range(0, tips, len(codes)):
            chosen = codes[: tips - begun]
            began = time.time()
            answered = dict(
                zip(chosen, callers.map(lambda code: tell(emulator, code), chosen), strict=True)
            )
            waits = _waits(emulator, answered, began)
            first += [min(some) for some in waits.values()]
            every += [wait for some in waits.values() for wait in some]
            bar.update(len(chosen))
    return AlertFigures(tips, _figured(first), _figured(every), os.getloadavg()[0])


def _figured(seconds: Sequence[float]) -> Waits:
    cut = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds
    return Waits(len(seconds), statistics.median(seconds), cut[-1], max(seconds))


def tell(emulator: EmulatorClient, district: str) -> float:
    """A tip of danger, hung up after the fourth answer. When that answer left the handset.

    A caller who hears the polite end dials again, as people do. Raises LabelMissing where she never gets through.
    """
    place, within = place_name(district, LANGUAGE), place_name(province_of(district), LANGUAGE)
    session = emulator.dial(msisdn=f"+25078800{district}0")
    for _ in range(DIALS):
        with suppress(LabelMissing, HandsetRefused):
            for label in (PROBLEM, YES, NO, within, place):
                choose(session, label)
            if session.open:
                session.hang_up()
                return float(session.hops[-1]["asked_at"])
        session = emulator.dial(msisdn=f"+25078800{district}0")
    raise LabelMissing(place)


def _waits(
    emulator: EmulatorClient, answered: Mapping[str, float], began: float
) -> Mapping[str, Sequence[float]]:
    """How long each alert of this round took, by district; every tip has one to each of three people."""
    end = time.monotonic() + PATIENCE
    while True:
        soonest: dict[str, dict[str, float]] = {code: {} for code in answered}
        for sms in emulator.outbox():
            if not sms["accepted"] or sms["accepted_at"] < began:
                continue
            for code, at in answered.items():
                if place_name(code, LANGUAGE) in sms["text"]:
                    soonest[code].setdefault(sms["text"], sms["accepted_at"] - at)
        least = min(len(texts) for texts in soonest.values())
        if least >= ALERTS:
            return {code: sorted(texts.values())[:ALERTS] for code, texts in soonest.items()}
        if time.monotonic() > end:
            raise click.ClickException(
                f"a tip had only {least} of {ALERTS} alerts within {PATIENCE:.0f} seconds"
            )
        time.sleep(0.1)
