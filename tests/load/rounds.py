"""Runs the measurement several times. In each round, the hotlines of the compared commits run in turn, each from a copy
of a home that was prepared once."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from tests.compare.line import Checkout, Line, copied
from tests.faults.stand.postgres import Postgres, postgres_in
from tests.load.null_endpoint import Null, null_endpoint
from tests.load.parts import PARTS, Figures, Size, Stage, alerts

ALERTS, MEMORY = "alerts", "memory"
NAMES = (MEMORY, "hops", ALERTS, *(name for name in PARTS if name not in (MEMORY, "hops")))
"""The parts of the measurement, in the order in which they run. The part `alerts` comes early, and no responder answers
its alerts. After some minutes, the hotline would repeat these alerts while the part `nation` runs."""
REAL = {"HOTLINE_CLOCK": ""}
"""The measurement uses the real clock of the machine."""
Say = Callable[[str], None]
_made = count(1)


@dataclass(frozen=True, slots=True)
class Side:
    """The code of one commit, and the folder in which its hotlines have their data."""

    checkout: Checkout
    folder: Path
    postgres: Postgres | None
    """The PostgreSQL server of the machine, or None if the machine has no PostgreSQL, or if no part needs the
    server."""

    def prepare(self) -> None:
        """Makes the home of a hotline on SQLite, which every round copies. Raises LineBroken."""
        self.folder.mkdir(exist_ok=True)
        self._init("sqlite", {})

    @contextmanager
    def on_sqlite(self) -> Iterator[Line]:
        home = copied(self.folder / "sqlite", self.folder / "running")
        try:
            with _running(self._line(home.name, {})) as line:
                yield line
        finally:
            shutil.rmtree(home, ignore_errors=True)

    @contextmanager
    def on_postgres(self, server: Postgres) -> Iterator[Line]:
        """Runs a hotline with a new home and a new database. With the database of an earlier round, the hotline would
        repeat the unanswered alerts of that round."""
        name = f"{self.folder.name}_{next(_made)}"
        also = {"HOTLINE_DATABASE_URL": server.make(name)}
        self._init(name, also)
        with _running(self._line(name, also)) as line:
            yield line

    def _init(self, name: str, also: Mapping[str, str]) -> None:
        line = self._line(name, also)
        try:
            line.command("init", "--demo")
        finally:
            line.stop()

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
    """Returns a list for each side. The list contains the measured numbers of each round. The sides run one after the
    other. With two sides, they change places after each round."""
    found: list[list[Figures]] = [[] for _ in sides]
    with (
        null_endpoint() as null,
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as clients,
    ):
        for number in range(rounds):
            for at in sorted(range(len(sides)), reverse=number % 2 == 1):
                began = time.monotonic()
                # Memory is measured in the first round only: it does not differ between rounds, and measuring it takes
                # a minute.
                asked = [one for one in parts if number == 0 or one != MEMORY]
                found[at].append(_round(sides[at], null, clients, size, asked))
                name, took = sides[at].checkout.name, time.monotonic() - began
                say(f"round {number + 1} of {rounds}, {name}: {took:.0f} s")
    return found


def _round(side: Side, null: Null, clients: Executor, size: Size, parts: Sequence[str]) -> Figures:
    figures: dict[str, float] = {}
    with side.on_sqlite() as line:
        stage = Stage(line, null, clients, size, time.monotonic())
        for name in parts:
            figures |= _alerts(stage, side) if name == ALERTS else PARTS[name](stage)
    return figures


def _alerts(stage: Stage, side: Side) -> Figures:
    """Measures the alerts of a hotline on SQLite and of one on PostgreSQL at the same time, because both mostly wait
    for the gateway."""
    figures: dict[str, float] = {}
    with ExitStack() as block:
        stages = {"SQLite": stage}
        if side.postgres is not None:
            line = block.enter_context(side.on_postgres(side.postgres))
            stages["PostgreSQL"] = replace(stage, line=line)
        both = block.enter_context(ThreadPoolExecutor(len(stages)))
        for found in both.map(alerts, stages.values(), stages):
            figures |= found
    return figures


@contextmanager
def postgres_of(folder: Path) -> Iterator[Postgres | None]:
    """Runs a PostgreSQL server until the block ends. Yields None on a machine without PostgreSQL."""
    if not any(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        yield None
        return
    with postgres_in(folder, {}) as server:
        yield server
