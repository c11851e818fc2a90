"""Tests workbooks: the hotline writes only text, and reads or refuses a file that people send back."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import strategies as st
from openpyxl import load_workbook

from hotline.text import spreadsheets

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
