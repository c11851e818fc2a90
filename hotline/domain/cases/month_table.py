"""A month's persons as a table that gives nobody away: the staircase to help, and who climbed it. Pure.

What is small is hidden (`domain/reach/figures.py`), zero included. What is kept up besides, so that nothing hidden is
reckoned back from what is shown:

- A breakdown has one dimension, never two. Its values with few identified persons stand together as one row, and a
  value more joins them until that row is not small: so no row has to be hidden, and no total gives one back. Where a
  single row would be left, the breakdown is not shown.
- A step is broken down only where every row of it is 0 persons or `SMALL` and more below each step that is shown
  before it: "identified 9, arrived 8" tells of one person. From the first step that does not, no later one is.
- Ages and sexes are of the same persons, and a girl is a child: ages are not broken down where both together would
  tell a few children apart.
- A month that is still counted anew each day is told of everybody alone: two days' breakdowns would differ by one.

Of everybody, two steps may differ by few: that says of nobody where, or of which form, sex or age. Beside the first
count of a month the revised one may differ by few: whoever passes on both passes on that.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from hotline.domain.cases.counting import ALL, IDENTIFIED, NATIONALLY, CountCell
from hotline.domain.cases.people_codes import (
    AS_SEEN,
    BOY,
    FORMS,
    GIRL,
    NOT_SAID,
    SEX,
    UNSURE,
    ServiceAnswer,
    ThirtyDays,
)
from hotline.domain.cases.screening import ScreeningResult
from hotline.domain.places.places import districts
from hotline.domain.reach.figures import SMALL, Cell, Column, Hidden, protect

STEPS = (IDENTIFIED, "consent", "offered", "accepted", "arrived", "thirty_known")
"""How far a person came; each is counted once, and among those of the step before."""
OTHERS = "others"
"""The row of all values that stand together."""
CHILD, ADULT = "child", "adult"
FORM, AGE, DISTRICT = "form", "age", "district"
DIMENSIONS: Mapping[str, Collection[str]] = {
    FORM: (*sorted(FORMS), NOT_SAID),
    SEX: sorted(AS_SEEN[SEX]),
    AGE: (ADULT, CHILD, UNSURE),
    DISTRICT: (*(one.code for one in districts()), NATIONALLY),
}
NO_REFUSAL = (ServiceAnswer.ACCEPTED, ServiceAnswer.NONE)
WHOLES: Mapping[str, Sequence[str]] = {
    "screened": [f"screened_{one}" for one in ScreeningResult],
    "determined": ["determined_actual", "determined_not"],
    "refused": [f"refused_{one}" for one in ServiceAnswer if one not in NO_REFUSAL],
    "thirty": [f"thirty_{one}" for one in ThirtyDays if one is not ThirtyDays.UNKNOWN],
}
"""Figures that add up to one number: each is protected with its total."""
ALONE = (
    "tips_screened",
    "tips_with_identified",
    "situations_with_identified",
    "met",
    "offers",
    "thirty_unknown",
)
DAYS = "days_to_accepted"
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MonthBreakdown:
    """The steps by one dimension: of each row one cell a step. No rows: too few to show."""

    by: str
    rows: Mapping[str, Sequence[Cell]]
    together: Sequence[str]
    """The values of the row `OTHERS`."""


@dataclass(frozen=True, slots=True)
class MonthTable:
    steps: Mapping[str, Cell]
    """Of everybody."""
    breakdowns: Sequence[MonthBreakdown]
    """None of a month that is still counted anew."""
    wholes: Mapping[str, Column]
    """None of such a month either."""
    alone: Mapping[str, Cell]
    days_to_accepted: Cell
    """The median, of offers."""


def table(cells: Sequence[CountCell], *, is_made: bool) -> MonthTable:
    """Of raw numbers (`counting.count`). `is_made`: they are written down, and will not be counted again."""
    every = {one.figure: one.number for one in cells if one.row == ALL and one.column == ALL}
    steps = {step: _shown(every.get(step, 0)) for step in STEPS}
    days = every.get(DAYS, 0) if every.get("accepted", 0) >= SMALL else Hidden.FEWER
    found = _breakdowns(cells) if is_made else ()
    wholes = {name: _whole(every, figures) for name, figures in WHOLES.items() if is_made}
    return MonthTable(steps, found, wholes, {one: _shown(every.get(one, 0)) for one in ALONE}, days)


def _shown(number: int) -> Cell:
    return number if number >= SMALL else Hidden.FEWER


def _whole(every: Counts, figures: Sequence[str]) -> Column:
    """All of it is hidden where a part of it could be reckoned back."""
    column = protect({one: every.get(one, 0) for one in figures})
    if column.total is Hidden.SPARED or Hidden.SPARED in column.cells.values():
        return Column(dict.fromkeys(figures, Hidden.SPARED), column.total)
    return column


def _breakdowns(cells: Sequence[CountCell]) -> Sequence[MonthBreakdown]:
    found = {by: _columns(*_counts(cells, by)) for by in DIMENSIONS}
    found[AGE] = found[AGE][: _alike(found[AGE], found[SEX])]
    return [_breakdown(by, columns) for by, columns in found.items()]


def _counts(cells: Sequence[CountCell], by: str) -> tuple[Mapping[tuple[str, str], int], list[str]]:
    """By step and value; and every value that there is."""
    numbers = {}
    for one in cells:
        row, column = (one.column, one.row) if by in (SEX, AGE) else (one.row, one.column)
        name, _, value = row.partition(":")
        if name == by and column == ALL:
            numbers[one.figure, value] = one.number
    return numbers, sorted({*DIMENSIONS[by], *(value for _, value in numbers)})


Columns = list[dict[tuple[str, ...], int]]
"""Of each step that may be shown, the number of each row: a row is the values that stand in it."""


def _columns(numbers: Mapping[tuple[str, str], int], values: Sequence[str]) -> Columns:
    rows = _rows({value: numbers.get((IDENTIFIED, value), 0) for value in values})
    found: Columns = []
    for step in STEPS if len(rows) > 1 else ():
        column = {row: sum(numbers.get((step, one), 0) for one in row) for row in rows}
        if not _tells_of_nobody(column, found):
            break
        found.append(column)
    return found


def _rows(counts: Counts) -> Sequence[tuple[str, ...]]:
    """The values that stand alone, the most first; and last those that stand together."""
    together = sorted(one for one, count in counts.items() if count < SMALL)
    alone = sorted(set(counts) - {*together}, key=lambda one: (-counts[one], one))
    while alone and together and sum(counts[one] for one in together) < SMALL:
        together.append(alone.pop())
    return [*((one,) for one in alone), *((tuple(together),) if together else ())]


def _tells_of_nobody(column: Mapping[tuple[str, ...], int], before: Columns) -> bool:
    """Whether no row is small, nor differs by few from a step that is shown."""
    apart = (abs(one[row] - number) for one in before for row, number in column.items())
    return min(column.values()) >= SMALL and not any(0 < few < SMALL for few in apart)


def _alike(ages: Columns, sexes: Columns) -> int:
    """How many steps may be shown by age beside those by sex."""
    pairs = zip(ages, sexes, strict=False)
    told = (n for n, (age, sex) in enumerate(pairs) if _tells_a_few_apart(age, sex))
    return next(told, len(ages))


def _tells_a_few_apart(
    ages: Mapping[tuple[str, ...], int], sexes: Mapping[tuple[str, ...], int]
) -> bool:
    """Whether persons who may be children, less girls and boys, are few."""
    wholes = [
        sum(ages[row] for row in rows) for rows in _some(ages) if any(CHILD in row for row in rows)
    ]
    young = [row for row in sexes if {*row} <= {GIRL, BOY}]
    parts = [sum(sexes[row] for row in rows) for rows in _some(young)]
    return any(0 < whole - part < SMALL for whole in wholes for part in parts)


def _some(rows: Collection[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Every choice of rows but none."""
    for count in range(1, len(rows) + 1):
        yield from combinations(rows, count)


def _breakdown(by: str, columns: Columns) -> MonthBreakdown:
    rows = [*columns[0]] if columns else []
    missing: list[Cell] = [Hidden.SPARED] * (len(STEPS) - len(columns))
    named = {row[0] if len(row) == 1 else OTHERS: row for row in rows}
    cells = {name: [*(one[row] for one in columns), *missing] for name, row in named.items()}
    return MonthBreakdown(by, cells, next((row for row in rows if len(row) > 1), ()))
