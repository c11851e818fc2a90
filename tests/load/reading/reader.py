"""What responders who read behind a PIN cost everybody else who dials: a caller's hop with them, and without."""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import click
import requests

from hotline.cli.line.procfile import read_procfile
from hotline.environment import CHECKOUT
from hotline.sealing.members import PinVault
from tests.load.alerts import tell
from tests.load.driver import drive
from tests.load.hops.walk import WALK, dialogues, screens
from tests.load.line import Web
from tests.load.load import Load, LoadResult, form, percentile
from tests.load.reading.people import DISTRICT, PIN, ReadingPerson, enrol
from tests.stack import Stack

EACH_SECONDS = 5.0
"""Between two keys of one responder."""
KEYS = (PIN, "1", "1", "1", "0", "1")
"""PIN, cases, her case, its page, back, the page again; then she hangs up and dials anew."""
MOST_LONGER = 100.0
"""Milliseconds by which the 99th percentile of a caller's hop may grow."""
ENTRY = "90"
MANY_PINS = 1_000_000
WAITS = "One moment."


@dataclass(frozen=True, slots=True)
class ReaderFigures:
    callers: int
    readers: int
    hops: int
    """Of callers, in each half."""
    p99_without: float
    """Milliseconds of a caller's hop while nobody reads."""
    p99_with: float
    keyed: int
    """Keys of those who read."""
    told_to_wait: int
    read_p50: float
    """Milliseconds of a responder's key."""
    read_p99: float
    failed: int
    """Hops that hung, or were answered wrongly."""
    try_seconds: float
    """What one try of a PIN costs whoever took the database and every key."""


@dataclass(slots=True)
class Readers:
    """Responders on their handsets, each a thread, until they are told to stop."""

    web: Web
    people: Sequence[ReadingPerson]
    stop: threading.Event = field(default_factory=threading.Event)
    waits: list[float] = field(default_factory=list)
    told_to_wait: int = 0
    failed: int = 0

    def run(self) -> list[threading.Thread]:
        threads = [
            threading.Thread(target=self._reads, args=(number, person))
            for number, person in enumerate(self.people)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _reads(self, number: int, person: ReadingPerson) -> None:
        """Each begins at another moment of the five seconds."""
        due = time.monotonic() + EACH_SECONDS * number / len(self.people)
        turn = 0
        with requests.Session() as wire:
            while not self.stop.wait(max(0.0, due - time.monotonic())):
                dialled, at = divmod(turn, len(KEYS) + 1)
                text = "*".join((ENTRY, *KEYS[:at]))
                self._key(wire, f"reads {number} {dialled}", text, person)
                due, turn = due + EACH_SECONDS, turn + 1

    def _key(self, wire: requests.Session, session: str, text: str, person: ReadingPerson) -> None:
        began = time.perf_counter()
        try:
            said = wire.post(
                f"http://127.0.0.1:{self.web.port}{self.web.hook}",
                data=form(session.replace(" ", "-"), text, person.msisdn),
                timeout=10,
            ).text
        except requests.RequestException:
            said = ""
        self.waits.append(time.perf_counter() - began)
        self.told_to_wait += WAITS in said
        self.failed += not said.startswith("CON ")


@click.command("reader")
@click.option("--callers", default=100, show_default=True, help="Callers in the middle.")
@click.option("--readers", default=50, show_default=True, help="Responders behind their PINs.")
@click.option("--seconds", default=40.0, show_default=True, help="Of each half.")
@click.option("--rate", default=100.0, show_default=True, help="Callers' hops a second.")
@click.option("--pins", is_flag=True, help="Only what trying PINs costs on this machine.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def reader_bench(
    callers: int, readers: int, seconds: float, rate: float, *, pins: bool, as_json: bool
) -> None:
    """A caller's hop while responders read at a key each five seconds, and while nobody does.

    Fails where the 99th percentile grows by more than 100 ms, or a hop hangs.
    """
    if pins:
        click.echo(cost_of_pins(_try_seconds()))
        return
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as name,
        Stack(Path(name), procfile=_procfile(Path(name))) as stack,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        tell(stack.emulator, DISTRICT)
        people = enrol(stack.home, readers)
        addresses = json.loads(stack.command("keys", "hooks", "--json"))
        web = Web(stack.port, urlsplit(addresses["ussd"]).path)
        shown, count = screens(web), int(seconds * rate / (len(WALK) + 1))
        halves = [
            Load(web.port, dialogues(web.hook, shown, first=first, count=count), callers, rate)
            for first in (1, count + 1)
        ]
        click.echo(f"{callers} callers dial", err=True)
        without = pool.submit(drive, halves[0]).result()
        click.echo(f"{callers} callers dial, {readers} responders read", err=True)
        reading = Readers(web, people)
        threads = reading.run()
        beside = pool.submit(drive, halves[1]).result()
        reading.stop.set()
        for thread in threads:
            thread.join()
        figures = _figures(callers, without, beside, reading)
    _say(figures, as_json=as_json)


def _procfile(folder: Path) -> Path:
    """The web process and the reader alone: nothing else is measured."""
    entries = read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))
    lines = [f"{one.name}: {one.command}" for one in entries if one.name in ("web", "reader")]
    path = folder / "Procfile"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _figures(
    callers: int, without: LoadResult, beside: LoadResult, reading: Readers
) -> ReaderFigures:
    return ReaderFigures(
        callers=callers,
        readers=len(reading.people),
        hops=len(without.waits),
        p99_without=1000 * percentile(without.waits, 99),
        p99_with=1000 * percentile(beside.waits, 99),
        keyed=len(reading.waits),
        told_to_wait=reading.told_to_wait,
        read_p50=1000 * percentile(reading.waits, 50),
        read_p99=1000 * percentile(reading.waits, 99),
        failed=reading.failed + sum(one.hung + len(one.wrong) for one in (without, beside)),
        try_seconds=_try_seconds(),
    )


def _try_seconds() -> float:
    """The quickest of three: a thief has a machine of his own, and nothing else to do."""
    vault, tries = PinVault(lambda: (bytes(32),)), []
    for _ in range(3):
        began = time.perf_counter()
        vault.open_nothing(PIN)
        tries.append(time.perf_counter() - began)
    return min(tries)


def cost_of_pins(try_seconds: float) -> str:
    """Says how long all PINs of one person take somebody who has the database and every key."""
    hours = try_seconds * MANY_PINS / 3600
    return (
        f"with the database and the reader's keys: {try_seconds:.2f} s for one PIN,"
        f" {hours:.0f} hours of a core for all {MANY_PINS} of one person's"
    )


def _say(figures: ReaderFigures, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(figures)))
    else:
        click.echo(
            f"{figures.callers} callers, {figures.hops} hops: 99th percentile"
            f" {figures.p99_without:.0f} ms alone, {figures.p99_with:.0f} ms beside"
            f" {figures.readers} responders"
        )
        click.echo(
            f"{figures.keyed} keys of theirs: median {figures.read_p50:.0f} ms, 99th percentile"
            f" {figures.read_p99:.0f} ms, {figures.told_to_wait} told to wait"
        )
        click.echo(f"{figures.failed} hops failed")
        click.echo(cost_of_pins(figures.try_seconds))
    if figures.failed or figures.p99_with - figures.p99_without > MOST_LONGER:
        sys.exit(1)
