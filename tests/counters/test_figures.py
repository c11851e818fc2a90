"""Tests statistics of use: each session counts once, on Kigali's day, and no cell of a spreadsheet is a formula."""

import csv
import io
from collections import Counter

from hotline.counters.rules import Measure
from hotline.counters.tables import Tally
from hotline.text.export_sheets import as_csv
from tests.support.callers import Line


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


def test_the_day_is_kigalis(line: Line) -> None:
    line.clock.turn(hours=14, minutes=30)
    line.caller().dial()
    assert {str(row.day) for row in line.all(Tally)} == {"2026-11-25"}


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    sheet = as_csv(["entry", "tip"], [*((begun + "1", 7) for begun in "=+-@\t\r"), ("total", 8)])
    read = list(csv.reader(io.StringIO(sheet.decode(), newline="")))
    assert [row[0][:2] for row in read[1:-1]] == ["'=", "'+", "'-", "'@", "'\t", "' "]
    assert read[-1] == ["total", "8"]
