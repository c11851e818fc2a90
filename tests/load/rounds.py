"""Plays rounds: each side's line in turns, from a copy of a home that was prepared once."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from tests.chaos.stand.postgres import postgres_in
from tests.compare.line import Checkout, Line, copied
from tests.load.null_endpoint import Null, null_endpoint
from tests.load.parts import PARTS, Figures, Size, Stage, alerts

ALERTS, MEMORY = "alerts", "memory"
NAMES = (*PARTS, ALERTS)
REAL = {"HOTLINE_CLOCK": ""}
"""Nobody turns this clock."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Side:
    """One checkout, and a home on each database."""

    checkout: Checkout
    folder: Path
    postgres: dict[str, str]
    """How a line finds its database there; empty on a machine without PostgreSQL."""

    def prepare(self) -> None:
        """Makes both homes. Raises LineBroken."""
        self.folder.mkdir(exist_ok=True)
        for name, also in {"sqlite": {}, "postgres": self.postgres}.items():
            if also or name == "sqlite":
                line = self._line(name, also)
                try:
                    line.command("init", "--demo")
                finally:
                    line.stop()

    @contextmanager
    def on_sqlite(self) -> Iterator[Line]:
        """Runs a copy: each round begins on an empty line."""
        home = copied(self.folder / "sqlite", self.folder / "running")
        try:
            with _running(self._line(home.name, {})) as line:
                yield line
        finally:
            shutil.rmtree(home, ignore_errors=True)

    @contextmanager
    def on_postgres(self) -> Iterator[Line]:
        with _running(self._line("postgres", self.postgres)) as line:
            yield line

    def _line(self, name: str, also: Mapping[str, str]) -> Line:
        return Line(self.checkout, self.folder / name, datetime.now(UTC), {**REAL, **also})


@contextmanager
def _running(line: Line) -> Iterator[Line]:
    try:
        line.start()
        yield line
    finally:
        line.stop()


def play(
    sides: Sequence[Side], size: Size, rounds: int, parts: Sequence[str], say: Say
) -> list[list[Figures]]:
    """Returns the figures of each side, one a round. Sides take turns, and so does who begins."""
    found: list[list[Figures]] = [[] for _ in sides]
    with (
        null_endpoint() as null,
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as clients,
    ):
        for number in range(rounds):
            for at in sorted(range(len(sides)), reverse=number % 2 == 1):
                began = time.monotonic()
                # What is held does not differ from round to round, and takes a minute to see.
                asked = [one for one in parts if number == 0 or one != MEMORY]
                found[at].append(_round(sides[at], null, clients, size, asked))
                name, took = sides[at].checkout.name, time.monotonic() - began
                say(f"round {number + 1} of {rounds}, {name}: {took:.0f} s")
    return found


def _round(side: Side, null: Null, clients: Executor, size: Size, parts: Sequence[str]) -> Figures:
    figures: dict[str, float] = {}
    with side.on_sqlite() as line:
        stage = Stage(line, null, clients, size, time.monotonic())
        for name, part in PARTS.items():
            if name in parts:
                figures |= part(stage)
        if ALERTS in parts:
            figures |= _alerts(stage, side)
    return figures


def _alerts(stage: Stage, side: Side) -> Figures:
    """Measures both databases at once: nearly all of it is waiting for the gateway."""
    figures: dict[str, float] = {}
    with ExitStack() as block:
        stages = {"SQLite": stage}
        if side.postgres:
            stages["PostgreSQL"] = replace(stage, line=block.enter_context(side.on_postgres()))
        both = block.enter_context(ThreadPoolExecutor(len(stages)))
        for found in both.map(alerts, stages.values(), stages):
            figures |= found
    return figures


@contextmanager
def databases(folder: Path, count: int) -> Iterator[list[dict[str, str]]]:
    """Yields where each of so many lines finds a PostgreSQL database; nothing on a machine that has no server."""
    if not count or not any(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        yield []
        return
    with postgres_in(folder) as server:
        yield [{"HOTLINE_DATABASE_URL": server.make(f"line_{at}")} for at in range(count)]
