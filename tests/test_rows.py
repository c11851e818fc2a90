"""Tests that every promise, fault and adversary has a test, and that a row without one is named."""

import ast

from tests.rows import FAULTS, ROWS, adversaries, in_file, marked, table, unproved

MODULE = """
import pytest
pytestmark = pytest.mark.fault(7)

@pytest.mark.adversary("a person who floods the hotline")
@pytest.mark.row("C8", "C9")
def test_a(): pass

class TestB:
    @pytest.mark.fault(3)
    def test_c(self): pass

@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.row("R2"))])
def test_d(n): pass
"""


def test_every_row_fault_and_adversary_has_a_test() -> None:
    assert unproved(marked()) == []


def test_rows_and_faults_are_listed_once_and_in_order() -> None:
    names = [row.name for row in ROWS]
    assert len({*names}) == len(names) == 64
    assert [fault.number for fault in FAULTS] == list(range(1, 40))


def test_adversaries_are_the_first_column_of_each_table_of_the_threat_model() -> None:
    found = adversaries()
    assert len(found) >= 28
    assert "a thief of the `web` process, on PostgreSQL" in found
    assert found["a person who writes where backups are kept"].startswith("Each backup is signed")
    assert not {"adversary", "asset", "---"} & {*found}


def test_marks_are_read_from_files_classes_tests_and_parameters() -> None:
    found = {place: marks for place, marks in in_file(ast.parse(MODULE)) if marks}
    assert found == {
        "": [7],
        "::test_a": ["a person who floods the hotline", "C8", "C9"],
        "::TestB::test_c": [3],
        "::test_d": ["R2"],
    }


def test_a_missing_test_and_a_wrong_mark_are_named() -> None:
    tests = {mark: list(names) for mark, names in marked().items()}
    del tests["C8"], tests[17], tests["a person who floods the hotline"]
    tests["a stranger"] = tests["C99"] = tests["C22"] = ["tests/test_x.py::test_y"]
    assert unproved(tests) == [
        "C8: no test proves it",
        "17: no test proves it",
        "a person who floods the hotline: no test proves it",
        "a stranger: no such row, named by tests/test_x.py::test_y",
        "C99: no such row, named by tests/test_x.py::test_y",
        "C22: built, so no longer later",
    ]


def test_the_table_shows_each_promise_with_its_tests() -> None:
    lines = [*table({"C8": ["tests/test_x.py::test_y"]})]
    assert lines[lines.index(next(one for one in lines if one.startswith("C8 "))) + 1] == (
        "       tests/test_x.py::test_y"
    )
    assert "       (later)" in lines
