"""E3: whoever keeps all that `hotline reach` prints, every day of a quarter, narrows no hidden number below five.

Two leaks are planted, and found: the days and weeks of one figure, and a total that runs from day to day.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from hotline.cli.reach import NAMES, month_rows
from hotline.domain.places.places import districts, place_name
from hotline.domain.reach.counters import EVENTS, By, Measure
from hotline.domain.reach.figures import SMALL
from hotline.domain.tip import ABROAD, NATIONAL, UNSURE
from hotline.errors import NotFound
from hotline.services.evidence import making
from hotline.store.database import Database
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell
from tests.conftest import Clock
from tests.kits import WholeKit, make_kit
from tests.narrowing import Reader

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
QUARTER = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
MONTHS = ("2026-10", "2026-11", "2026-12")
PLACES = [*(one.code for one in districts()), ABROAD, UNSURE, NATIONAL]
VALUES: Mapping[By, list[str]] = {
    By.LANGUAGE: ["rw", "en", "fr"],
    By.CHANNEL: ["ussd", "sms"],
    By.ENTRY: ["", "11", "12", "13"],
    By.TOPIC: ["wages", "abroad", "law", "signs"],
    By.DISTRICT: PLACES,
}
OTHERS: Mapping[By, list[str]] = {By.ENTRY: ["other"], By.TOPIC: ["other"]}
"""Rows that are always listed, and nothing came to."""
OF: dict[Measure, tuple[By, ...]] = {Measure.SESSION: (By.LANGUAGE, By.CHANNEL, By.ENTRY)}
OF[Measure.TOPIC] = (*OF[Measure.SESSION], By.TOPIC)
OF[Measure.TIP] = (*OF[Measure.SESSION], By.DISTRICT)
Printed = dict[Hashable, int]


@pytest.fixture
def kit(database: Database, clock: Clock) -> WholeKit:
    clock.at = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
    return make_kit(database=database, now=clock)


def a_day(random: Random, day: date) -> list[tuple[Cell, int]]:
    """Some busy, many quiet, and a place or a poster with one tip now and then."""
    busy = random.choice((1, 1, 2, 8))
    found = []
    for measure in EVENTS:
        for _ in range(random.randrange(3 * busy)):
            value = {
                by: random.choices(VALUES[by], [9, 3, 1, 1][: len(VALUES[by])])[0]
                for by in OF[Measure.SESSION]
            }
            topic = random.choice(VALUES[By.TOPIC]) if measure is Measure.TOPIC else ""
            place = random.choice(PLACES[:9]) if measure is Measure.TIP else ""
            cell = Cell(
                day, measure, value[By.LANGUAGE], value[By.CHANNEL], value[By.ENTRY], place, topic
            )
            found.append((cell, 1))
    return found


def quarter() -> Mapping[date, list[tuple[Cell, int]]]:
    random = Random(7)
    return {day: a_day(random, day) for day in QUARTER}


def name(measure: Measure, month: str, by: By, row: str) -> Hashable:
    """Whoever reads knows the names of districts, and the days."""
    return measure, month, by, row


def printed(kit: WholeKit, month: str | None) -> tuple[str, Printed]:
    """Every number of every table, by what it is. A name without a number is hidden."""
    found: Printed = {}
    for by in (*VALUES, By.DAY, By.WEEK):
        told, rows, total = month_rows(kit, by, month)
        assert told is not None
        assert total is not None
        for row in [*rows, total]:
            for measure in EVENTS:
                cell = row[NAMES[measure]]
                if isinstance(cell, int):
                    whole = row is total
                    found[
                        name(measure, told, By.MONTH if whole else by, "" if whole else row[by])
                    ] = cell
    return told or "", found


def reader_of(quarter: list[date]) -> Reader:
    """Knows how everything adds up, whether or not it is printed."""
    reader = Reader()
    for month in MONTHS:
        days = [one.isoformat() for one in quarter if f"{one:%Y-%m}" == month]
        weeks: dict[str, list[str]] = {}
        for day in days:
            begins = max(first for first in (1, 8, 15, 22) if first <= int(day[8:]))
            weeks.setdefault(f"{month}-{begins:02}", []).append(day)
        for measure in EVENTS:
            whole = name(measure, month, By.MONTH, "")
            for week, inside in weeks.items():
                parts = [name(measure, month, By.DAY, day) for day in inside]
                reader.sums.append((name(measure, month, By.WEEK, week), parts))
            reader.sums.append((whole, [name(measure, month, By.WEEK, week) for week in weeks]))
            for by in OF[measure]:
                rows = [_called(by, value) for value in (*VALUES[by], *OTHERS.get(by, ()))]
                reader.sums.append((whole, [name(measure, month, by, row) for row in rows]))
    return reader


def _called(by: By, value: str) -> str:
    if by is not By.DISTRICT:
        return value
    return "told nationally" if value == NATIONAL else place_name(value, "en")


def truth_of(cells: list[tuple[Cell, int]]) -> Counter[Hashable]:
    found: Counter[Hashable] = Counter()
    for cell, number in cells:
        measure, month = Measure(cell.measure), f"{cell.day:%Y-%m}"
        begins = max(first for first in (1, 8, 15, 22) if first <= cell.day.day)
        found[name(measure, month, By.MONTH, "")] += number
        found[name(measure, month, By.DAY, cell.day.isoformat())] += number
        found[name(measure, month, By.WEEK, cell.day.replace(day=begins).isoformat())] += number
        for by in OF[measure]:
            found[name(measure, month, by, _called(by, getattr(cell, by)))] += number
    return found


@pytest.mark.row("E3")
def test_e3_everything_that_is_printed_in_a_quarter_narrows_no_hidden_number(
    kit: WholeKit, clock: Clock
) -> None:
    """Each day of the newest month, and of each that is named; a correction comes late and changes nothing printed."""
    cells, seen = quarter(), dict[str, Printed]()
    for day in [*QUARTER, *(LAST + timedelta(days=n) for n in range(1, 7))]:
        with kit.database.writing() as session:
            for cell, number in cells.get(day, ()):
                outreach.count(session, cell, number)
            if day == date(2026, 11, 10):
                outreach.count(session, cells[FIRST][-1][0], by=-1)
        making.make_due(kit, clock(), {by: VALUES[by] for by in (By.ENTRY, By.TOPIC)})
        for month in (None, *(MONTHS if day.weekday() == 0 else ())):
            with suppress(NotFound):
                told, found = printed(kit, month)
                assert seen.setdefault(told, found) == found, "a month that was printed changed"
        clock.turn(days=1)

    truth, reader = truth_of([one for found in cells.values() for one in found]), reader_of(QUARTER)
    numbers = {one: number for found in seen.values() for one, number in found.items()}
    assert numbers == {one: truth[one] for one in numbers}
    hidden = {one for total, parts in reader.sums for one in (total, *parts)} - {*numbers}
    assert min(numbers.values()) >= SMALL
    assert min(len(hidden), len(numbers)) > 100
    reader.read(numbers)
    reader.think()
    assert [one for one in hidden if reader.width(one) < SMALL] == []


SESSIONS = Measure.SESSION


def sessions_by_day() -> Mapping[date, int]:
    cells = quarter().items()
    return {day: sum(cell.measure == SESSIONS for cell, _ in found) for day, found in cells}


def narrowed(reader: Reader, days: Mapping[date, int]) -> list[date]:
    """Days under five that somebody knows better than that."""
    reader.think()
    return [day for day, number in days.items() if number < SMALL and reader.width(day) < SMALL]


def test_days_and_weeks_of_one_figure_would_be_found() -> None:
    days, reader = sessions_by_day(), Reader()
    weeks: dict[Hashable, list[date]] = {}
    for day in QUARTER:
        weeks.setdefault(day.isocalendar()[:2], []).append(day)
    for week, inside in weeks.items():
        reader.sums.append((week, inside))
        if sum(days[day] for day in inside) >= SMALL:
            reader.read({week: sum(days[day] for day in inside)})
    assert narrowed(reader, days) == []
    reader.read({day: number for day, number in days.items() if number >= SMALL})
    assert narrowed(reader, days)


def test_a_total_that_runs_from_day_to_day_would_be_found() -> None:
    days, reader, so_far = sessions_by_day(), Reader(), 0
    for day, number in days.items():
        reader.sums.append((("so far", day), [("so far", day - timedelta(days=1)), day]))
        so_far += number
        if so_far >= SMALL:
            reader.read({("so far", day): so_far})
    assert narrowed(reader, days)
