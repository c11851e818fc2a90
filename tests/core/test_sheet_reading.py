"""Tests how a workbook is read: in a child process with limits, so that no file can harm the hotline."""

import io
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from hotline.core import long_work, spreadsheet_reading
from hotline.core.spreadsheet_reading import MAX_COLUMNS, rows_of
from hotline.text import spreadsheets
from hotline.text.errors import ImportRefused

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n=+-@'"),
    max_size=20,
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def written(*rows: Sequence[str]) -> bytes:
    head = [f"column {number}" for number in range(len(rows[0]))]
    return spreadsheets.write_table([head, *rows], widths={}, writable=(), choices={})


def packed(sheet: str) -> bytes:
    """Returns a workbook whose only sheet has this XML."""
    raw = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(written(["a"]))) as whole,
        zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in whole.namelist():
            made.writestr(name, sheet if name.endswith("sheet1.xml") else whole.read(name))
    return raw.getvalue()


def typed(*rows: Sequence[object]) -> bytes:
    """Returns a workbook as a spreadsheet program makes it."""
    book, raw = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(raw)
    return raw.getvalue()


def declared() -> bytes:
    """Returns a file of 60 MB that states its true size."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", bytes(60 * 2**20))
    return raw.getvalue()


def undeclared() -> bytes:
    """Returns a file of 60 MB that states a size of a hundred bytes."""
    raw = bytearray(declared())
    size = (60 * 2**20).to_bytes(4, "little")
    return bytes(raw.replace(size, (100).to_bytes(4, "little")))


def deep() -> bytes:
    return packed(SHEET + "<a>" * 1_000_000)


def wide() -> bytes:
    """Returns a workbook with one row of 700,000 empty cells."""
    return packed(SHEET + "<row>" + "<c/>" * 700_000 + "</row></sheetData></worksheet>")


def shared() -> bytes:
    """Returns a workbook with one text of 30,000 letters in each of 5,000 cells."""
    return typed(*[["x" * 30_000]] * 5_000)


def entities() -> bytes:
    bomb = '<!DOCTYPE z [<!ENTITY a "' + "x" * 50_000 + '">]>'
    cell = f"<row><c><v>{'&a;' * 50_000}</v></c></row></sheetData></worksheet>"
    return packed(f"{bomb}{SHEET}{cell}")


@pytest.mark.adversary("a person who uploads a harmful spreadsheet")
@pytest.mark.parametrize(
    ("workbook", "says"),
    [
        (declared, "sheet is too large"),
        (undeclared, "not a spreadsheet|too large"),
        (deep, "not a spreadsheet|too long|too large"),
        (shared, "sheet is too large"),
        (entities, "not a spreadsheet|too long|too large"),
        (lambda: b"PK\x03\x04 nothing", "not a spreadsheet"),
        (lambda: b"PK" + bytes(2 * 2**20), "not a spreadsheet"),
    ],
    ids=[
        "says its size",
        "lies about its size",
        "deep",
        "one text in many cells",
        "entities",
        "no zip",
        "a large file",
    ],
)
def test_a_bomb_gets_a_clear_answer(workbook: Callable[[], bytes], says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        spreadsheet_reading.read_workbook(workbook())


@pytest.mark.adversary("a person who uploads a harmful spreadsheet")
def test_a_long_reading_ends_and_the_next_one_works(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as short:
        short.setitem(long_work.WORK, "sheet", long_work.WORK["sheet"]._replace(seconds=0))
        with pytest.raises(ImportRefused, match="takes too long to read"):
            spreadsheet_reading.read_workbook(wide())
    assert spreadsheet_reading.read_workbook(written(["a", "b"]))[1:] == [["a", "b"]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_a_row_that_was_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    assert rows_of(written(*rows), 4)[1:] == [list(row) for row in rows]


def test_a_number_that_a_spreadsheet_made_is_read_as_it_was_typed() -> None:
    raw = typed([112, 1.0, 1.5, None, "yes"])
    assert spreadsheet_reading.read_workbook(raw) == [["112", "1", "1.5", "", "yes"]]


def test_a_formula_is_named_and_nothing_is_read() -> None:
    with pytest.raises(ImportRefused, match="line 1: B1 is a formula: enter its value"):
        spreadsheet_reading.read_workbook(typed(["a", "=1+1"]))


def test_a_sheet_of_too_many_rows_is_refused() -> None:
    raw = written(*[["a", "b"]] * 4)
    assert len(rows_of(raw, 4)) == 5
    with pytest.raises(ImportRefused, match="more than 3 rows"):
        rows_of(raw, 3)


def test_a_row_that_goes_on_for_ever_is_cut() -> None:
    (_, row) = rows_of(written(["a"] * 100), 4)
    assert len(row) == MAX_COLUMNS


def test_two_sheets_at_once_are_read_one_after_the_other() -> None:
    raw = written(["a", "b"])
    with ThreadPoolExecutor(2) as both:
        told = list(both.map(spreadsheet_reading.read_workbook, [raw, raw]))
    assert [rows[1:] for rows in told] == [[["a", "b"]]] * 2
