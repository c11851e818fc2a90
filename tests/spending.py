"""What a test costs: processor seconds, of itself and of the processes it starts, and the true time it waits.

`--spent FILE` writes a line for each test. `bin/test` hands the files of its two runs to `tests/budgets.py`.
"""

import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

NAME = "spent"
TICK = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Spent:
    """One test, in seconds."""

    test: str
    processor: float
    wall: float
    queued: float
    """For how long a busy machine gave it no core: that is no waiting."""
    slow: bool
    browser: bool
    times: float
    """How many times as long as in a sample it takes where all is long; 0 where no sample runs it."""

    @property
    def waited(self) -> float:
        return self.wall - self.processor - self.queued


@dataclass(frozen=True, slots=True)
class Moment:
    wall: float
    own: float
    children: float
    queued: float
    shared: float
    """Waited so far for what many tests share: a server that starts is nobody's test."""

    @classmethod
    def now(cls, children: float | None = None) -> "Moment":
        """`children`: their seconds, where they were asked for a moment ago. Asking thirty costs a millisecond."""
        if children is None:
            children = ended() + sum(map(burnt, below(os.getpid())))
        return cls(
            wall=time.monotonic(),
            own=time.process_time(),
            children=children,
            queued=queued(),
            shared=SHARED.seconds,
        )


@dataclass
class Shared:
    seconds: float = 0.0

    @contextmanager
    def made(self) -> Iterator[None]:
        """While a fixture of a file or of the whole run is made."""
        began = Moment.now()
        try:
            yield
        finally:
            now = Moment.now()
            worked = now.own - began.own + now.children - began.children
            idle = now.wall - began.wall - worked - (now.queued - began.queued)
            self.seconds += max(0.0, idle)


SHARED = Shared()


def ended() -> float:
    """Seconds of all children that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def queued() -> float:
    """For how long the main thread wanted a core so far; nothing where the kernel does not say."""
    try:
        return int(Path("/proc/self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


def below(pid: int) -> Iterator[int]:
    """Every living descendant. Empty where the kernel does not list children."""
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for word in words:
        yield int(word)
        yield from below(int(word))


def burnt(pid: int) -> float:
    """Seconds of a process and of its children that have ended; none of one that is gone."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    return sum(map(int, line.rpartition(")")[2].split()[11:15])) / TICK


def crowd() -> float:
    """How many processes want each core, one at least: a child's own queue ends with it, untold."""
    return max(1.0, os.getloadavg()[0] / CORES)


BEGAN = pytest.StashKey[Moment]()
CHILDREN = pytest.StashKey[float]()
"""The seconds of all children at the end of the test before."""


def begin(item: pytest.Item) -> None:
    item.stash[BEGAN] = Moment.now(item.session.stash.get(CHILDREN, None))


def end(item: pytest.Item, report: pytest.TestReport, times: float) -> None:
    """Writes it into the last report of a test: an xdist worker has no other way to its controller."""
    began = item.stash.get(BEGAN, None)
    if began is None or report.when != "teardown":
        return
    now = Moment.now()
    item.session.stash[CHILDREN] = now.children
    children = max(0.0, now.children - began.children)
    spent = Spent(
        test=item.nodeid,
        processor=now.own - began.own + children,
        wall=now.wall - began.wall - (now.shared - began.shared),
        queued=now.queued - began.queued + children * (crowd() - 1),
        slow=item.get_closest_marker("slow") is not None,
        browser=item.get_closest_marker("browser") is not None,
        times=times,
    )
    report.user_properties.append((NAME, asdict(spent)))


class SpentFile:
    """Gathers the lines of all workers, in the process that has a terminal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_text("", encoding="utf-8")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        lines = [json.dumps(value) + "\n" for name, value in report.user_properties if name == NAME]
        with self._path.open("a", encoding="utf-8") as file:
            file.writelines(lines)


def write_where_asked(config: pytest.Config) -> None:
    path: Path | None = config.getoption("spent")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SpentFile(path))


def read(path: Path) -> list[Spent]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Spent(**json.loads(line)) for line in lines]
