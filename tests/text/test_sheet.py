"""Tests sheets of texts and workbooks: no cell begins a formula, and a file that is sent back is read or refused."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from hotline.text import export_sheets, review_sheets, spreadsheets
from hotline.text.errors import ImportRefused
from hotline.text.export_sheets import FORMULA

HEAD = "place,rw,agreed,digest\n"


@given(st.text())
def test_a_cell_comes_back_as_it_was_and_begins_no_formula(text: str) -> None:
    cell = export_sheets.harmless_text(text)
    assert export_sheets.original_text(cell) == text
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
    read = review_sheets.read_sheet(export_sheets.as_csv(review_sheets.sheet_table(rows)), "rw")
    assert [row.place for row in read] == [row["place"] for row in rows]


def test_a_spreadsheet_of_france_and_a_word_processor_are_understood() -> None:
    text = 'place;rw;agreed;digest\r\na.b;"N’abana\u00a0";Yego;d\r\n;;;\r\n'
    (row,) = review_sheets.read_sheet(text, "rw")
    assert (row.line, row.words, row.agreed) == (2, "N'abana", "yego")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ImportRefused, match="add the missing columns: digest, fr"):
        review_sheets.read_sheet("place,agreed\n", "fr")


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n=+-@'"),
    max_size=20,
)


def written(*rows: Sequence[str]) -> bytes:
    head = [f"column {number}" for number in range(len(rows[0]))]
    return spreadsheets.write_table(
        [head, *rows], widths={"column 0": 40}, writable=["column 0"], choices={"column 0": "yes"}
    )


@pytest.mark.parametrize(
    "begins", ["=1+1", "+250", "-1", "@SUM(A1)", "\t=1", "#REF!", "112", '=HYPERLINK("x")']
)
def test_whatever_a_cell_begins_with_it_is_text_and_stays_so(begins: str) -> None:
    (cell,) = next(load_workbook(io.BytesIO(written([begins]))).worksheets[0].iter_rows(min_row=2))
    assert (cell.data_type, cell.value, cell.number_format) == ("s", begins, "@")
    assert cell.quotePrefix


def test_head_and_places_stay_in_sight_and_columns_are_wide_enough() -> None:
    sheet = load_workbook(io.BytesIO(written(["a", "b"]))).worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet.column_dimensions["A"].width == 40
    assert sheet.auto_filter.ref == "A1:B2"
    assert [one.formula1 for one in sheet.data_validations.dataValidation] == ['"yes"']
