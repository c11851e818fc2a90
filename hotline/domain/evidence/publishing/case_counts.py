"""What the persons of a month's cases add up to, as tables to be published: the staircase, and what stands alone. Pure.

The steps are rows within rows, each beside those who did not come so far. They are told by form, by who (sex and age
are one dimension), and of everybody; identified persons by district and by where they are from as well. Form by who is
not told: it would join the two to a ring, whose ranges nothing here reckons exactly.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from hotline.domain.cases.counting import ALL, IDENTIFIED, NATIONALLY, STEPS, CountCell
from hotline.domain.cases.people_codes import (
    AS_SEEN,
    FORMS,
    NOT_SAID,
    OTHER,
    SEX,
    ServiceAnswer,
    ThirtyDays,
)
from hotline.domain.cases.screening import ScreeningResult
from hotline.domain.evidence.raw import (
    Measured,
    Raw,
    RawTable,
    by_row,
    in_parts,
    nation,
    staircase,
)
from hotline.domain.evidence.tables import CountTable
from hotline.domain.places.places import PROVINCES, districts, province_of

WHO = (*sorted(AS_SEEN[SEX] - {NOT_SAID}), NOT_SAID)
FROM = ("rwanda", "BI", "CD", "KE", "TZ", "UG", OTHER, NOT_SAID)
"""Where persons are from: neighbours each by itself, all others together, so that no list of states tells of one."""
HOME = "RW"
NO_REFUSAL = (ServiceAnswer.ACCEPTED, ServiceAnswer.NONE)
REFUSED = tuple(f"refused_{one}" for one in ServiceAnswer if one not in NO_REFUSAL)
SCREENED = tuple(f"screened_{one}" for one in ScreeningResult)
DETERMINED = ("determined_actual", "determined_not")
THIRTY = tuple(f"thirty_{one}" for one in ThirtyDays if one is not ThirtyDays.UNKNOWN)
ALONE = ("tips_screened", "thirty_unknown")
TIPS, SITUATIONS = "tips_with_identified", "situations_with_identified"
DAYS = "days_to_accepted"
Numbers = Mapping[tuple[str, str, str], int]


def case_tables(cells: Sequence[CountCell]) -> list[Raw]:
    """Of raw numbers, as `counting.count` makes them."""
    numbers = {(one.figure, one.row, one.column): one.number for one in cells}
    every = {figure: n for (figure, row, column), n in numbers.items() if row == column == ALL}
    return [
        *(nation(figure, every.get(figure, 0)) for figure in ALONE),
        _tips(every),
        _parts("screened", SCREENED, every, None),
        _parts("met", DETERMINED, every, every.get("met", 0)),
        _parts("offers", REFUSED, every, every.get("offers", 0)),
        persons(numbers),
        Measured(DAYS, ALL, every.get(DAYS, 0), every.get("accepted", 0), "accepted"),
    ]


def _tips(every: Mapping[str, int]) -> RawTable:
    """Tips tell of situations: those besides the first of each are told again."""
    tips, situations = every.get(TIPS, 0), every.get(SITUATIONS, 0)
    return in_parts(TIPS, {SITUATIONS: situations}, tips - situations)


def _parts(
    figure: str, parts: Sequence[str], every: Mapping[str, int], whole: int | None
) -> RawTable:
    """Shown whole or not at all: they say something of who was identified, or of who came to help."""
    found = {one: every.get(one, 0) for one in parts}
    told = in_parts(figure, found, None if whole is None else whole - sum(found.values()))
    return replace(told, is_whole=True)


def persons(numbers: Numbers) -> RawTable:
    """The staircase, with all that it is told by."""
    told = _with_states(_steps(numbers, ALL), numbers)
    forms = [f"form:{one}" for one in (*sorted(FORMS), NOT_SAID)]
    tables = [
        told,
        _by_place(numbers),
        _by_origin(numbers),
        *(_by(numbers, columns) for columns in (forms, [f"who:{one}" for one in WHO])),
    ]
    whole = sum(told.counts.values())
    agreeing = [table for table in tables if sum(table.counts.values()) == whole]
    return RawTable(IDENTIFIED, agreeing, frozenset((*STEPS[1:], *THIRTY)))


def _steps(numbers: Numbers, column: str) -> CountTable:
    """A month that an earlier release counted may have more of a step than of the one before: these are of both."""
    found: list[tuple[str, int]] = []
    for step in reversed(STEPS):
        after = found[-1][1] if found else 0
        found.append((step, max(after, numbers.get((step, ALL, column), 0))))
    (_, whole), *parts = reversed(found)
    return staircase(whole, parts)


def _with_states(table: CountTable, numbers: Numbers) -> CountTable:
    """How those are who are known of after thirty days lies within them."""
    every = {row: number for (row, _), number in table.counts.items()}
    states = {one: numbers.get((one, ALL, ALL), 0) for one in THIRTY}
    if every.pop(STEPS[-1]) != sum(states.values()):
        return table
    return by_row({**every, **states}, {**table.within, **dict.fromkeys(states, STEPS[-1])})


def _by(numbers: Numbers, columns: Sequence[str]) -> CountTable:
    found: dict[tuple[str, str], int] = {}
    rows: Collection[str] = ()
    within: Mapping[str, str] = {}
    for column in columns:
        of_column = _steps(numbers, column)
        found |= {(row, column): number for (row, _), number in of_column.counts.items()}
        rows, within = of_column.rows, of_column.within
    return CountTable(found, [*rows], columns, within)


def _by_place(numbers: Numbers) -> CountTable:
    codes = [*(one.code for one in districts()), NATIONALLY]
    counts = {
        f"district:{code}": numbers.get((IDENTIFIED, f"district:{code}", ALL), 0) for code in codes
    }
    return by_row(counts, in_provinces(counts))


def in_provinces(rows: Collection[str]) -> Mapping[str, str]:
    """The province of each `district:` that has one."""
    codes = {row: row.partition(":")[2] for row in rows}
    return {
        row: f"province:{province_of(code)}" for row, code in codes.items() if code[:1] in PROVINCES
    }


def _by_origin(numbers: Numbers) -> CountTable:
    found = dict.fromkeys((f"from:{one}" for one in FROM), 0)
    for row, number in _origins(numbers):
        found[row if row in found else f"from:{OTHER}"] += number
    return by_row(found)


def _origins(numbers: Numbers) -> Iterator[tuple[str, int]]:
    for (figure, row, _), number in numbers.items():
        if figure == IDENTIFIED and row.startswith("from:"):
            yield row.replace(f":{HOME}", ":rwanda"), number
