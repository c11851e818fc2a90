"""Tests that every promise and every fault has a test, and that a row without one is named."""

import ast

from tests.rows import FAULTS, ROWS, in_file, marked, table, unproved

MODULE = """
import pytest
pytestmark = pytest.mark.fault(7)

@pytest.mark.row("C8", "C9")
def test_a(): pass

class TestB:
    @pytest.mark.fault(3)
    def test_c(self): pass

@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.row("R2"))])
def test_d(n): pass
"""


def test_every_row_and_every_fault_has_a_test() -> None:
    assert unproved(marked()) == []


def test_rows_and_faults_are_listed_once_and_in_order() -> None:
    names = [row.name for row in ROWS]
    assert len({*names}) == len(names) == 64
    assert [fault.number for fault in FAULTS] == list(range(1, 40))


def test_marks_are_read_from_files_classes_tests_and_parameters() -> None:
    found = {place: marks for place, marks in in_file(ast.parse(MODULE)) if marks}
    assert found == {
        "": [7],
        "::test_a": ["C8", "C9"],
        "::TestB::test_c": [3],
        "::test_d": ["R2"],
    }


def test_a_missing_test_and_a_wrong_mark_are_named() -> None:
    tests = {mark: list(names) for mark, names in marked().items()}
    del tests["C8"], tests[17]
    tests["C99"] = tests["C22"] = ["tests/test_x.py::test_y"]
    assert unproved(tests) == [
        "C8: no test proves it",
        "17: no test proves it",
        "C99: no such row, named by tests/test_x.py::test_y",
        "C22: built, so no longer later",
    ]


def test_the_table_shows_each_promise_with_its_tests() -> None:
    lines = [*table({"C8": ["tests/test_x.py::test_y"]})]
    assert lines[lines.index(next(one for one in lines if one.startswith("C8 "))) + 1] == (
        "       tests/test_x.py::test_y"
    )
    assert "       (later)" in lines
