"""Tests how people and sessions are counted. Also tests how the hotline notices that there is little traffic, or that a
budget is used up."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline.cases import service_retention
from hotline.core.database import Database
from hotline.counters import service as reach_service
from hotline.counters import tables
from hotline.counters.rules import Arrivals, Measure, budget_level, is_quiet, is_worse
from hotline.counters.service import fold_tallies
from hotline.counters.tables import CounterKey, DailyCount, People, PeopleRegister, Tally
from hotline.keys.key_folder import KeyFolder
from hotline.keys.pseudonyms import Pseudonyms, periods_of
from hotline.text.export_sheets import as_csv
from tests.alerts.test_concurrency import together
from tests.support.builders import NOON, make_keyfolder
from tests.support.callers import Line
from tests.support.counts import counts, number


def dialled(line: Line, *msisdns: str) -> None:
    for msisdn in msisdns:
        line.caller(msisdn).dial()


def many(first: int, count: int = 6) -> list[str]:
    return [f"+2507880010{number:02}" for number in range(first, first + count)]


def persons(line: Line) -> dict[str, int]:
    """Returns for each month and each week the exact number of people that were counted."""
    with line.database.reading() as session:
        return tables.totals(session)


def keys_in(tmp_path: Path) -> set[str]:
    names = KeyFolder(tmp_path / "keys" / "hooks").names()
    return {name for name in names if name.startswith("people")}


def test_whoever_dials_again_is_one_person(line: Line) -> None:
    dialled(line, *many(0), *many(0), *many(3))
    assert persons(line) == {"2026-11": 9, "2026-W48": 9}
    assert number(line.database, Measure.SESSION) == 18


@pytest.mark.row("E1")
def test_last_month_s_count_stays_without_its_key(line: Line, tmp_path: Path) -> None:
    dialled(line, *many(0))
    line.clock.turn(days=9)
    dialled(line, *many(3, 9))
    assert not {"people-2026-11.key", "people-2026-W48.key"} & keys_in(tmp_path)
    service_retention.erase_batch(line.context)

    assert {row.period: row.count for row in line.all(People)} == {"2026-11": 6, "2026-W48": 6}
    assert {row.period for row in line.all(PeopleRegister)} == {"2026-12", "2026-W49"}
    assert persons(line).items() >= {"2026-11": 6, "2026-12": 9}.items()


def test_no_row_stands_for_anybody(line: Line) -> None:
    """For each period, the same person is counted in a different register. A register stores only one small number."""
    dialled(line, *many(0, 1))
    month, week = sorted(line.all(PeopleRegister), key=lambda row: row.period)
    assert (month.period, week.period) == ("2026-11", "2026-W48")
    assert (month.register, month.rank) != (week.register, week.rank)


def test_without_a_key_she_is_answered_and_not_counted(line: Line, tmp_path: Path) -> None:
    for name in keys_in(tmp_path):
        (tmp_path / "keys" / "hooks" / name).unlink()
    caller = line.caller()
    assert caller.dial().startswith("CON ")
    assert line.all(PeopleRegister) == []


def test_last_week_s_contact_keys_end_with_any_dial(line: Line, tmp_path: Path) -> None:
    line.clock.turn(weeks=2)
    dialled(line, *many(0, 1))
    names = KeyFolder(tmp_path / "keys" / "hooks").names()
    assert "contact-2026-W48.key" not in names


@pytest.mark.parametrize(
    ("moment", "periods"),
    [
        (datetime(2026, 11, 30, 21, 59, tzinfo=UTC), ("2026-11", "2026-W49")),
        (datetime(2026, 11, 30, 22, 0, tzinfo=UTC), ("2026-12", "2026-W49")),
        (datetime(2027, 1, 3, 22, 0, tzinfo=UTC), ("2027-01", "2027-W01")),
        (datetime(2027, 1, 3, 21, 0, tzinfo=UTC), ("2027-01", "2026-W53")),
    ],
)
def test_a_period_is_kigali_s(moment: datetime, periods: tuple[str, str]) -> None:
    assert periods_of(moment) == periods


def test_machines_that_share_laid_keys_count_alike(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    later = NOON + timedelta(weeks=2)
    one, other = (Pseudonyms(KeyFolder(folder.path)).person("+250788000001", later) for _ in "ab")
    assert one == other


def test_tallies_are_folded_once_whoever_folds(line: Line) -> None:
    dialled(line, *many(0, 20))
    together(*[lambda: fold_tallies(line.context)] * 4)
    fold_tallies(line.context)
    assert line.all(Tally) == []
    assert [row.count for row in line.all(DailyCount)] == [20]
    assert number(line.database, Measure.SESSION) == 20


def test_folding_changes_no_figure(line: Line, fold_some: Callable[[int], None]) -> None:
    dialled(line, *many(0, 7))
    for _ in range(8):
        assert counts(line.database, "entry") == {("", Measure.SESSION): 7}
        fold_some(1)


@pytest.fixture
def fold_some(database: Database) -> Callable[[int], None]:
    def some(number: int) -> None:
        with database.writing() as session:
            tables.fold(session, number)

    return some


def test_who_counts_waits_for_nobody(database: Database) -> None:
    """Two hops are counted at the same time, and neither hop waits for a row that the other hop has locked."""
    if database.is_sqlite:
        return
    cell = CounterKey(NOON.date(), "session", "rw", "ussd", "")
    with database.writing() as slow:
        tables.count(slow, cell)
        tables.note_person(slow, {"2026-11": 1 << 60})
        slow.flush()
        with database.writing() as quick:
            tables.count(quick, cell)
            tables.note_person(quick, {"2026-11": 2 << 60})
    with database.reading() as session:
        assert tables.totals(session) == {"2026-11": 2}
    assert counts(database, "entry") == {("", "session"): 2}


def test_a_sketch_that_is_closed_twice_is_closed_once(line: Line) -> None:
    dialled(line, *many(0))
    line.clock.turn(days=40)
    for _ in range(2):
        with line.database.writing() as session:
            reach_service.close_periods(session, line.clock())
    assert {row.count for row in line.all(People)} == {6}


def by_cell(line: Line, measure: Measure) -> dict[tuple[str, str, str, str], int]:
    found: Counter[tuple[str, str, str, str]] = Counter()
    for row in line.all(Tally):
        if row.measure == measure:
            found[row.language, row.entry, row.district, row.topic] += row.count
    return {cell: count for cell, count in found.items() if count}


def test_a_session_counts_once_in_the_language_it_was_last_read_in(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    assert by_cell(line, Measure.SESSION) == {("rw", "", "", ""): 1}
    caller.key("7")
    line.flush()
    caller.again()
    assert by_cell(line, Measure.SESSION) == {("en", "", "", ""): 1}


def test_the_day_is_kigalis(line: Line) -> None:
    line.clock.turn(hours=14, minutes=30)
    line.caller().dial()
    assert {str(row.day) for row in line.all(Tally)} == {"2026-11-25"}


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    sheet = as_csv([*((begun + "1", 7) for begun in "=+-@\t\r"), ("total", 8)])
    read = list(csv.reader(io.StringIO(sheet, newline="")))
    assert [row[0][:2] for row in read[:-1]] == ["'=", "'+", "'-", "'@", "'\t", "'\r"]
    assert read[-1] == ["total", "8"]


@pytest.mark.parametrize(
    ("now", "before", "quiet"),
    [
        (0, [], False),
        (0, [9, 9, 9, 9], False),
        (0, [12, 15, 11, 10], True),
        (2, [12, 15, 11, 10], True),
        (3, [12, 15, 11, 10], False),
        (0, [0, 400, 0, 0], False),
        (100, [1000, 1000, 1000, 0], True),
    ],
)
def test_quiet_is_under_a_fifth_of_a_busy_hour(now: int, before: list[int], quiet: bool) -> None:
    assert is_quiet(now, before) is quiet


@pytest.mark.parametrize(
    ("now", "usual", "worse"),
    [
        (Arrivals(2, 7), Arrivals(900, 100), False),
        (Arrivals(6, 4), Arrivals(900, 100), True),
        (Arrivals(8, 2), Arrivals(900, 100), False),
        (Arrivals(5, 5), Arrivals(60, 40), False),
        (Arrivals(6, 4), None, True),
        (Arrivals(8, 2), None, False),
        (Arrivals(0, 10), Arrivals(1, 1), True),
    ],
)
def test_worse_is_a_fifth_below_usual(now: Arrivals, usual: Arrivals | None, worse: bool) -> None:
    assert is_worse(now, usual) is worse


@pytest.mark.parametrize(
    ("balance", "level"),
    [(1000, 0), (501, 0), (500, 1), (201, 1), (200, 2), (1, 2), (0, 3), (-5, 3)],
)
def test_a_budget_is_spent_by_halves_fifths_and_whole(balance: float, level: int) -> None:
    assert budget_level(balance, 1000) == level
