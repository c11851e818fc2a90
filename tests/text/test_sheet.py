"""Tests the spreadsheet of texts: no exported cell begins a formula, and imported files are read or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import ImportRefused
from hotline.text import review_sheets
from hotline.text.export_sheets import FORMULA

HEAD = "place,rw,agreed,digest\n"


@given(st.text())
def test_a_cell_comes_back_as_it_was_and_begins_no_formula(text: str) -> None:
    cell = review_sheets.harmless_text(text)
    assert review_sheets.original_text(cell) == text
    assert not cell.startswith(FORMULA)


@given(st.text() | st.text(alphabet="place,rw;agreed\"digest\n\r'=x").map(lambda text: HEAD + text))
def test_any_file_is_read_or_refused(text: str) -> None:
    try:
        rows = review_sheets.read_sheet(text, "rw")
    except ImportRefused:
        return
    assert all(row.line > 1 and row.words == row.words.strip() for row in rows)


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\0"))))
def test_a_row_that_was_written_is_read_back(words: list[str]) -> None:
    rows = [
        {**dict.fromkeys(review_sheets.COLUMNS, ""), "place": f"a.{n}", "rw": text, "digest": "d"}
        for n, text in enumerate(words)
    ]
    read = review_sheets.read_sheet(review_sheets.write_sheet(rows), "rw")
    assert [row.place for row in read] == [row["place"] for row in rows]


def test_a_spreadsheet_of_france_and_a_word_processor_are_understood() -> None:
    text = 'place;rw;agreed;digest\r\na.b;"N’abana\u00a0";Yego;d\r\n;;;\r\n'
    (row,) = review_sheets.read_sheet(text, "rw")
    assert (row.line, row.words, row.agreed) == (2, "N'abana", "yego")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ImportRefused, match="add the missing columns: digest, fr"):
        review_sheets.read_sheet("place,agreed\n", "fr")
