"""Months, and then a quarter and a year over them: the reader of all of them narrows no hidden number below k."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.linked import linked
from hotline.domain.evidence.over_time import AtLeast, TotalTable, over_time
from hotline.domain.evidence.tables import ALL, CountTable, PublishedTable
from tests.domain.evidence.one_table import alone
from tests.domain.evidence.people_counted import Person, form_tables, month, of_whom
from tests.domain.evidence.reader import Solver
from tests.long import EXAMPLES

Met = Mapping[str, Counter[Person]]
Cell = tuple[str, ...]
NAMES = ("m1", "m2", "m3", "m4", "m5", "m6")
QUARTERS = (NAMES[:3], NAMES[3:])


def of_month(name: str, published: PublishedTable, key: Key) -> list[Cell]:
    """Whom a number of a month counts. None of these tables asks for the district."""
    return sorted({(name, *person[:3]) for person in of_whom(published, key)})


def learn(solver: Solver, name: str, published: PublishedTable, met: Counter[Person]) -> None:
    """What a version of a month says of `met`: of the first one's persons, who is told what changed since."""
    for key, number in published.numbers.items():
        people = of_whom(published, key)
        known = None if number is None else sum(met[one] for one in people)
        solver.learns(of_month(name, published, key), known)


def cells(months: Mapping[str, PublishedTable], total: TotalTable, key: Key) -> list[Cell]:
    return [cell for name in sorted(total.months) for cell in of_month(name, months[name], key)]


def learn_total(
    solver: Solver, months: Mapping[str, PublishedTable], total: TotalTable, met: Met
) -> None:
    for key, number in total.numbers.items():
        if isinstance(number, int):
            people = {name: of_whom(months[name], key) for name in total.months}
            known = sum(met[name][one] for name, some in people.items() for one in some)
            solver.learns(cells(months, total, key), known)


def widths(
    solver: Solver, months: Mapping[str, PublishedTable], totals: Sequence[TotalTable]
) -> list[int]:
    """Of each number that a month hides, and of each total that is hidden where all months have it."""
    hidden = [
        of_month(name, published, key)
        for name, published in months.items()
        for key in published.hidden
    ] + [
        cells(months, total, key)
        for total in totals
        for key, number in total.numbers.items()
        if isinstance(number, AtLeast)
        and all(key in months[name].numbers for name in total.months)
        and any(months[name].numbers[key] is None for name in total.months)
    ]
    return [solver.width(cells) for cells in hidden]


def some_months(seed: int, people: int) -> Met:
    return {name: month(seed, people) + month(seed + n, 6) for n, name in enumerate(NAMES)}


@settings(max_examples=EXAMPLES // 4)
@given(st.integers(0, 10**6), st.integers(20, 120), st.integers(0, 2), st.booleans())
def test_quarters_and_their_half_year_give_no_month_away(
    seed: int, people: int, place: int, revised: bool
) -> None:
    met = some_months(seed, people)
    first = {name: linked(form_tables(counted), 5) for name, counted in met.items()}
    versions = {name: [tables[place]] for name, tables in first.items()}
    if revised:
        later = linked(form_tables(met["m2"] + month(seed + 9, 3)), 5, before=first["m2"])
        versions["m2"].append(later[place])

    quarters = [over_time(versions, period, 5) for period in QUARTERS]
    totals = [*quarters, over_time(versions, NAMES, 5, earlier=quarters)]

    months = {name: tables[0] for name, tables in versions.items()}
    solver = Solver()
    for name, tables in versions.items():
        for published in tables:
            learn(solver, name, published, met[name])
    for total in totals:
        learn_total(solver, months, total, met)
    assert min(widths(solver, months, totals), default=5) >= 5


def line(**counts: int) -> CountTable:
    return CountTable({(row, ALL): count for row, count in counts.items()}, sorted(counts))


def test_a_total_of_what_one_month_hides_is_at_least_what_the_others_show() -> None:
    months = {
        "m1": [alone(line(a=2, b=9, c=30), 5)],
        "m2": [alone(line(a=8, b=9, c=30), 5)],
    }
    assert over_time(months, ["m1", "m2"], 5).numbers == {
        (ALL, ALL): 88,
        ("a", ALL): AtLeast(8),
        ("b", ALL): AtLeast(9),
        ("c", ALL): 60,
    }


def test_what_two_months_hide_alike_may_be_added_up() -> None:
    months = {
        "m1": [alone(line(a=4, b=12, c=30), 5)],
        "m2": [alone(line(a=4, b=13, c=31), 5)],
    }
    assert over_time(months, ["m1", "m2"], 5).numbers == {
        (ALL, ALL): 94,
        ("a", ALL): 8,
        ("b", ALL): 25,
        ("c", ALL): 61,
    }


def test_periods_that_overlap_are_refused() -> None:
    months = {name: [alone(line(a=20, b=30), 5)] for name in NAMES[:3]}
    earlier = over_time(months, NAMES[:2], 5)
    with pytest.raises(ValueError, match="overlap"):
        over_time(months, NAMES[1:3], 5, earlier=[earlier])


def of_lines(names: Iterable[str], key: Key) -> list[Cell]:
    return [(name, row) for name in sorted(names) for row in "abc" if key[0] in (row, ALL)]


def told_lines(months: Mapping[str, PublishedTable]) -> Solver:
    solver = Solver()
    for name, published in months.items():
        for key, number in published.numbers.items():
            solver.learns(of_lines([name], key), number)
    return solver


def test_a_hidden_total_keeps_its_range_beside_a_later_one() -> None:
    months = {
        "m1": alone(line(a=1, b=3, c=7), 5),
        "m2": alone(line(a=4, b=5, c=2), 5),
        "m3": alone(line(a=9, b=2, c=2), 5),
        "m4": alone(line(a=0, b=4, c=2), 5),
    }
    known = {name: [published] for name, published in months.items()}
    halves = [over_time(known, NAMES[:2], 5), over_time(known, NAMES[2:4], 5)]
    totals = [*halves, over_time(known, NAMES[:4], 5, earlier=halves)]
    solver = told_lines(months)
    for total in totals:
        for key, number in total.numbers.items():
            if isinstance(number, int):
                solver.learns(of_lines(total.months, key), number)
    hidden = [
        of_lines(total.months, key)
        for total in totals
        for key, number in total.numbers.items()
        if isinstance(number, AtLeast)
    ]
    assert hidden
    assert min(solver.width(cells) for cells in hidden) >= 5


def test_days_and_weeks_of_one_figure_give_days_away() -> None:
    """The leak that the audit is for: each table is protected, and the week is the sum of its days."""
    days = {"m1": alone(line(a=2, b=9, c=30), 5), "m2": alone(line(a=8, b=9, c=30), 5)}
    solver = told_lines(days)
    assert solver.width(of_lines(["m1"], ("a", ALL))) >= 5
    for key, number in alone(line(a=10, b=18, c=60), 5).numbers.items():
        solver.learns(of_lines(days, key), number)
    assert solver.width(of_lines(["m1"], ("a", ALL))) == 0
