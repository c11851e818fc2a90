"""A workbook: what leaves is text and nothing else, what comes back is read or refused."""

import io
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from hotline.adapters import spreadsheet
from hotline.adapters.spreadsheet import SheetLimits
from hotline.errors import ImportRefused

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n=+-@'"),
    max_size=20,
)


def written(*rows: Sequence[str]) -> bytes:
    head = [f"column {number}" for number in range(len(rows[0]))]
    return spreadsheet.write(
        [head, *rows], widths={"column 0": 40}, writable=["column 0"], choices={"column 0": "yes"}
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_a_row_that_was_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    assert spreadsheet.read(written(*rows))[1:] == [list(row) for row in rows]


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


def test_a_number_that_a_spreadsheet_made_is_read_as_it_was_typed() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([112, 1.0, 1.5, None, "yes"])
    raw = io.BytesIO()
    book.save(raw)
    assert spreadsheet.read(raw.getvalue()) == [["112", "1", "1.5", "", "yes"]]


def test_a_zip_that_would_fill_a_memory_is_not_opened() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(2):
            bomb.writestr(f"{number}.xml", bytes(60 * 2**20))
    with pytest.raises(ImportRefused, match="too large"):
        spreadsheet.read(raw.getvalue())


def test_who_asks_says_how_large_a_sheet_may_be() -> None:
    raw = written(*[["a", "b"]] * 4)
    assert len(spreadsheet.read(raw, SheetLimits(rows=4))) == 5
    with pytest.raises(ImportRefused, match="more than 3 rows"):
        spreadsheet.read(raw, SheetLimits(rows=3))
    with pytest.raises(ImportRefused, match="too large"):
        spreadsheet.read(raw, SheetLimits(size=len(raw) - 1))
    with pytest.raises(ImportRefused, match="too large"):
        spreadsheet.read(raw, SheetLimits(unpacked=len(raw)))


def test_a_row_that_goes_on_for_ever_is_cut() -> None:
    (_, row) = spreadsheet.read(written(["a"] * 100))
    assert len(row) == spreadsheet.MOST_COLUMNS


WHOLE = written(["report.danger.menu.text", "Hari uri mu kaga?"])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_file_is_read_or_refused(data: st.DataObject) -> None:
    """Random letters, and a good workbook with some of its letters changed, or its end cut off."""
    if data.draw(st.booleans()):
        raw = data.draw(st.binary(max_size=200))
    else:
        spoilt = bytearray(WHOLE[: data.draw(st.integers(1, len(WHOLE)))])
        for _ in range(data.draw(st.integers(0, 5))):
            spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
        raw = bytes(spoilt)
    try:
        rows = spreadsheet.read(raw)
    except ImportRefused:
        return
    assert all(isinstance(text, str) for row in rows for text in row)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_workbook_whose_parts_are_strange_is_read_or_refused(data: st.DataObject) -> None:
    """Zipped well, with letters changed inside: what a broken program, or a hostile one, would write."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as good, zipfile.ZipFile(raw, "w") as strange:
        chosen = data.draw(st.sampled_from(good.namelist()))
        for name in good.namelist():
            part = bytearray(good.read(name))
            for _ in range(data.draw(st.integers(1, 4)) if name == chosen else 0):
                part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
            strange.writestr(name, bytes(part))
    try:
        rows = spreadsheet.read(raw.getvalue())
    except ImportRefused:
        return
    assert all(isinstance(text, str) for row in rows for text in row)
