"""Lists the rows of the measurement, and compares the best numbers of one commit with the best of another."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.load.parts import PAGE, Figures

MIDDLE_PAGE = "console page"
WORSE = 1.10
"""A row fails if it is more than a tenth worse than the other commit's row."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    unit: str
    aim: str
    higher: bool = False
    """True if a higher number is better."""
    loss: bool = False
    """True if the row counts lost tips and wrong answers. The table shows the worst round of such a row, and the best
    round of every other row."""


ROWS = (
    Row("front menu", "of the null endpoint's rate", "0.70", higher=True),
    Row("first hop", "of the null endpoint's rate", "1.4 times as many", higher=True),
    Row("danger report, hops", "null requests of processor", "0.65 times as many"),
    Row("danger report, whole line", "null requests of processor", ""),
    Row("p99 of a mix", "times the null endpoint's", ""),
    Row("first alert, SQLite", "s, gateway of 8 s", "12"),
    Row("all alerts, SQLite", "s, gateway of 8 s", "30"),
    Row("first alert, PostgreSQL", "s, gateway of 8 s", "12"),
    Row("all alerts, PostgreSQL", "s, gateway of 8 s", "30"),
    Row(MIDDLE_PAGE, "null requests of waiting", ""),
    Row("memory, idle", "MB", "300, at most 350"),
    Row("lost, web process killed", "dangers and hops", "0", loss=True),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One row of the table with the results. `ratio` is our number divided by the other commit's number."""

    row: str
    unit: str
    aim: str
    ours: float
    theirs: float | None
    ratio: float | None
    fails: bool


def judged(ours: Sequence[Figures], theirs: Sequence[Figures] = ()) -> list[Judged]:
    """Returns the measured rows, each with the number of the best round of each side."""
    pages = _pages(ours) & _pages(theirs) if theirs else _pages(ours)
    found = []
    for row in ROWS:
        mine, other = _best(row, ours, pages), _best(row, theirs, pages)
        if mine is not None:
            ratio = mine / other if other else None
            worse = ratio is not None and (1 / ratio if row.higher else ratio) > WORSE
            fails = mine > 0 if row.loss else worse
            found.append(Judged(row.name, row.unit, row.aim, mine, other, ratio, fails))
    return found


def _pages(rounds: Sequence[Figures]) -> set[str]:
    return {name for some in rounds for name in some if name.startswith(PAGE)}


def _best(row: Row, rounds: Sequence[Figures], pages: set[str]) -> float | None:
    """Returns the number of the best round, or None if no round measured it. The median of the pages' times uses only
    pages that both sides have."""
    values = []
    for some in rounds:
        if row.name in some:
            values.append(some[row.name])
        elif row.name == MIDDLE_PAGE and (known := pages & some.keys()):
            values.append(statistics.median(some[name] for name in known))
    if not values:
        return None
    return max(values) if row.higher or row.loss else min(values)


def table(rows: Sequence[Judged], theirs: str) -> Iterator[str]:
    """Yields the lines of the table that `bin/bench` prints."""
    yield f"{'':26}{theirs:>10}{'here':>10}{'ratio':>8}  aim"
    for one in rows:
        other = "" if one.theirs is None else f"{one.theirs:.2f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        mark = "  <- worse" if one.fails else ""
        yield f"{one.row:26}{other:>10}{one.ours:10.2f}{ratio:>8}  {one.aim:20}{one.unit}{mark}"
