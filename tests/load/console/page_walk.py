"""An editor's way through the pages of the console, timed, in turns with an endpoint of the same server."""

import random
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import click

from tests.load.console.bench_browser import BenchBrowser, TimedPage, form_fields
from tests.load.console.documents import flow_name, screen_name
from tests.load.console.large_line import LargeLine
from tests.load.hops.addresses import NULL, SPENT
from tests.load.load import percentile

SECTORS = ("report", "sector")
"""The shipped screen that is dearest to look at: each district has a list of its own."""
SEED = 1
"""Of the screens that are drawn, and of what callers key."""
LOOKED_AT = 6
"""Screens of the made flows that are opened, and typed into, in a turn."""


@dataclass(frozen=True, slots=True)
class PagesFigures:
    """Milliseconds. A ratio is to the null endpoint. `spent` is the processor's time of the console alone."""

    null: float
    """The middle one."""
    null_spent: float
    page: float
    """The middle page."""
    page_ratio: float
    page_p95: float
    page_spent: float
    page_spent_p95: float
    part: float
    """The middle look at what is typed: the moving parts alone."""
    part_ratio: float
    part_spent: float
    part_slowest: float
    """The middle look at the dearest screen."""
    part_slowest_spent: float
    save: float
    """The middle save, without the page that follows it."""
    slowest: str
    """The address of the page whose middle is the slowest."""
    slowest_ms: float
    heaviest: str
    """The address of the page with the most bytes of HTML."""
    heaviest_bytes: int
    pages: Mapping[str, tuple[float, float]]
    """The middle of each, and of the processor's time of each."""


@dataclass(slots=True)
class _Times:
    waits: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    def middle(self) -> tuple[float, float]:
        return 1000 * statistics.median(self.waits), 1000 * statistics.median(self.spent)


def _together(times: Iterable[_Times]) -> _Times:
    found = _Times()
    for one in times:
        found.waits += one.waits
        found.spent += one.spent
    return found


@dataclass(slots=True)
class PageWalk:
    """One editor. `proposed` is a change that is read; the one that is edited is opened here."""

    line: LargeLine
    browser: BenchBrowser
    proposed: int
    _nulls: _Times = field(default_factory=_Times)
    _pages: dict[str, _Times] = field(default_factory=dict)
    _bytes: dict[str, int] = field(default_factory=dict)
    _parts: dict[str, _Times] = field(default_factory=dict)
    _saves: list[float] = field(default_factory=list)

    def run(self, turns: int) -> PagesFigures:
        change = opened(self.browser, "Words that are typed")
        dice = random.Random(SEED)
        with click.progressbar(length=turns, label="pages", file=sys.stderr) as bar:
            for turn in range(turns):
                screens = [*self._drawn(dice), SECTORS]
                for path in (*self._reading(dice), *self._opening(change, screens)):
                    self._timed(self._nulls, lambda: self.browser.get(NULL))
                    self._see(path)
                for flow, node in screens:
                    self._type(change, flow, node, f"Ask before you go, {turn}.")
                bar.update(1)
        return self._figures()

    def _drawn(self, dice: random.Random) -> list[tuple[str, str]]:
        size = self.line.size
        return [
            (flow_name(dice.randrange(size.flows)), screen_name(dice.randrange(size.screens - 1)))
            for _ in range(LOOKED_AT)
        ]

    def _reading(self, dice: random.Random) -> Iterator[str]:
        flow = flow_name(dice.randrange(self.line.size.flows))
        yield from ("/", "/flows", f"/flows/{flow}", f"/flows/{flow}/picture", "/find?q=passport")
        yield from ("/words", "/words/rw", "/changes", "/live", "/account")
        here = f"/changes/{self.proposed}"
        yield from (here, f"{here}/read", f"{here}/print")

    def _opening(self, change: int, screens: Sequence[tuple[str, str]]) -> Iterator[str]:
        here = f"/changes/{change}"
        yield from (here, f"{here}/new-flow", f"{here}/numbers", f"{here}/entries")
        flow, node = screens[0]
        yield from (f"{here}/flows/{flow}", f"{here}/flows/{flow}/new-node?after={node}")
        yield from (f"{here}/flows/{flow}/{node}/{act}" for act in ("rename", "delete"))
        yield from (f"{here}/flows/{flow}/{node}" for flow, node in screens)

    def _see(self, path: str) -> None:
        times = self._pages.setdefault(_kind(path), _Times())
        seen = self._timed(times, lambda: self.browser.get(path))
        self._bytes[path] = max(seen.bytes, self._bytes.get(path, 0))

    def _timed(self, times: _Times, ask: Callable[[], TimedPage]) -> TimedPage:
        before = self._spent()
        seen = ask()
        times.spent.append(self._spent() - before)
        times.waits.append(seen.seconds)
        return seen

    def _spent(self) -> float:
        """Seconds of the processor that the console has taken."""
        return float(self.browser.get(SPENT).body)

    def _type(self, change: int, flow: str, node: str, words: str) -> None:
        """Somebody types, looks once, and saves; her look is what the script asks for."""
        at = f"/changes/{change}/flows/{flow}/{node}"
        fields = dict(form_fields(self.browser.get(at).body, at)) | {"text.en": words}
        times = self._parts.setdefault(f"{flow}/{node}", _Times())
        self._timed(times, lambda: self.browser.post(f"{at}/part", [*fields.items()], wanted=200))
        self._saves.append(self.browser.post(at, [*fields.items(), ("do", "save")]).seconds)

    def _figures(self) -> PagesFigures:
        pages, parts = _together(self._pages.values()), _together(self._parts.values())
        each = {path: times.middle() for path, times in self._pages.items()}
        slowest = max(each, key=lambda path: each[path])
        heaviest = max(self._bytes, key=lambda path: self._bytes[path])
        null, null_spent = self._nulls.middle()
        page, page_spent = pages.middle()
        part, part_spent = parts.middle()
        sectors, sectors_spent = self._parts["/".join(SECTORS)].middle()
        return PagesFigures(
            null=null,
            null_spent=null_spent,
            page=page,
            page_ratio=page / null,
            page_p95=1000 * percentile(pages.waits, 95),
            page_spent=page_spent,
            page_spent_p95=1000 * percentile(pages.spent, 95),
            part=part,
            part_ratio=part / null,
            part_spent=part_spent,
            part_slowest=sectors,
            part_slowest_spent=sectors_spent,
            save=1000 * statistics.median(self._saves),
            slowest=slowest,
            slowest_ms=each[slowest][0],
            heaviest=heaviest,
            heaviest_bytes=self._bytes[heaviest],
            pages=each,
        )


def opened(browser: BenchBrowser, title: str) -> int:
    """A new change, opened by its page."""
    done = browser.post("/changes/new", [("title", title), ("why", "a bench of pages")])
    return int(done.address.rstrip("/").rpartition("/")[2])


def _kind(path: str) -> str:
    """The address without the names that differ from turn to turn."""
    steps = path.partition("?")[0].split("/")
    plain = [
        "<flow>"
        if step.startswith("topic_")
        else "<node>"
        if step.startswith("screen_")
        else "<id>"
        if step.isdecimal()
        else step
        for step in steps
    ]
    return "/".join(plain)
