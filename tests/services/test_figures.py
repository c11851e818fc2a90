"""Reach: each thing counted once, under what it was, and shown so that it points at nobody."""

import csv
import io
from collections import Counter

import pytest

from hotline.domain.evidence.month_figures import KEPT_BACK
from hotline.domain.reach.counters import By, Measure
from hotline.errors import NotFound
from hotline.services.reach.figures import edition
from hotline.store.reach.outreach import Tally
from hotline.text.csv_sheet import as_sheet
from tests.callers import DANGER_HERE, Line
from tests.counted_month import counted_month


def counts(line: Line, measure: Measure) -> dict[tuple[str, str, str, str], int]:
    found: Counter[tuple[str, str, str, str]] = Counter()
    for row in line.all(Tally):
        if row.measure == measure:
            found[row.language, row.entry, row.district, row.topic] += row.count
    return {cell: count for cell, count in found.items() if count}


def test_a_session_counts_once_in_the_language_it_was_last_read_in(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    assert counts(line, Measure.SESSION) == {("rw", "", "", ""): 1}
    caller.key("7")
    line.flush()
    caller.again()
    assert counts(line, Measure.SESSION) == {("en", "", "", ""): 1}


def test_a_tip_counts_once_in_its_district(line: Line) -> None:
    caller = line.caller()
    caller.dial()
    caller.key(*DANGER_HERE, "1", "1")
    assert counts(line, Measure.TIP) == {("rw", "", line.tip.place, ""): 1}


def test_the_day_is_kigalis(line: Line) -> None:
    line.clock.turn(hours=14, minutes=30)
    line.caller().dial()
    assert {str(row.day) for row in line.all(Tally)} == {"2026-11-25"}


@pytest.mark.row("E3")
def test_small_cells_are_hidden_by_everything(line: Line) -> None:
    for _ in range(4):
        caller = line.caller()
        caller.dial("11")
        caller.key("9", "9", "00", *DANGER_HERE)
    told = counted_month(line.kit)
    assert {cell.number for column in told.cells.values() for cell in column.values()} == {None}


def test_five_are_shown_once_the_month_is_over(line: Line) -> None:
    for _ in range(5):
        line.caller().dial()
    with pytest.raises(NotFound):
        edition(line.kit)
    told = counted_month(line.kit)
    assert told.number(Measure.SESSION) == 5
    assert told.column(Measure.SESSION, By.WEEK)["2026-11-22"] == KEPT_BACK


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    rows = [{"entry": begun + "1", "tip": 7} for begun in "=+-@\t\r"]
    read = list(
        csv.reader(io.StringIO(as_sheet([*rows, {"entry": "total", "tip": None}]), newline=""))
    )
    assert [row[0][0] for row in read[1:-1]] == ["'"] * 6
    assert read[-1] == ["total", ""]
