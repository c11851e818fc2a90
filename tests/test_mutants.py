"""Tests that a test notices each broken line of the critical code."""

from collections import Counter

import pytest

from tests.mutants import ROOT, SUBJECTS, faults, mutants


def test_each_row_names_a_line_that_stands_once_in_its_file() -> None:
    wrong = []
    for row in mutants():
        text = (ROOT / row.file).read_text(encoding="utf-8")
        if text.count(row.before) != 1 or row.before == row.after:
            wrong.append((row.file, row.before))
    assert wrong == []


def test_each_row_names_a_test_that_is_there() -> None:
    wrong = []
    for row in mutants():
        file, _, name = row.test.partition("::")
        function = name.rpartition("::")[2].partition("[")[0]
        if f"def {function}(" not in (ROOT / file).read_text(encoding="utf-8"):
            wrong.append(row.test)
    assert wrong == []


def test_every_subject_has_ten_rows_and_all_have_a_hundred() -> None:
    counted = Counter(row.subject for row in mutants())
    assert set(counted) == set(SUBJECTS)
    assert min(counted.values()) >= 10
    assert counted.total() >= 100


@pytest.mark.timeout(3600)
def test_every_broken_line_is_noticed() -> None:
    assert [fault for fault in faults(mutants()) if fault] == []
