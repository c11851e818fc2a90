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
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def packed(sheet: str, **parts: str) -> bytes:
    """Returns a workbook with one sheet. The XML of this sheet is a fixed beginning, followed by the text `sheet`."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in (PARTS | {"xl/worksheets/sheet1.xml": SHEET + sheet} | parts).items():
            made.writestr(name, text)
    return raw.getvalue()


def written(*rows: Sequence[str]) -> bytes:
    head = [f"column {number}" for number in range(len(rows[0]))]
    return spreadsheets.write_table([head, *rows], widths={}, writable=(), choices={})


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
    return packed("<a>" * 1_000_000)


def wide() -> bytes:
    """Returns a workbook with one row of 700,000 empty cells."""
    return packed("<row>" + "<c/>" * 700_000 + "</row></sheetData></worksheet>")


def shared() -> bytes:
    """Returns a workbook with one text of 30,000 letters in each of 5,000 cells."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(5_000):
        sheet.append(["x" * 30_000])
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def entities() -> bytes:
    bomb = '<!DOCTYPE z [<!ENTITY a "' + "x" * 50_000 + '">]>'
    cell = f"<row><c><v>{'&a;' * 50_000}</v></c></row></sheetData></worksheet>"
    return packed("", **{"xl/worksheets/sheet1.xml": f"{bomb}{SHEET}{cell}"})


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
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([112, 1.0, 1.5, None, "yes"])
    raw = io.BytesIO()
    book.save(raw)
    assert spreadsheet_reading.read_workbook(raw.getvalue()) == [["112", "1", "1.5", "", "yes"]]


def test_a_formula_is_named_and_nothing_is_read() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "=1+1"])
    raw = io.BytesIO()
    book.save(raw)
    with pytest.raises(ImportRefused, match="line 1: B1 is a formula: enter its value"):
        spreadsheet_reading.read_workbook(raw.getvalue())


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


WHOLE = written(["report.danger.menu.text", "Hari uri mu kaga?"])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_file_is_read_or_refused(data: st.DataObject) -> None:
    """The file has random bytes, or is a valid workbook with changed bytes or a missing end."""
    if data.draw(st.booleans()):
        raw = data.draw(st.binary(max_size=200))
    else:
        spoilt = bytearray(WHOLE[: data.draw(st.integers(1, len(WHOLE)))])
        for _ in range(data.draw(st.integers(0, 5))):
            spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
        raw = bytes(spoilt)
    try:
        rows = rows_of(raw, 20_000)
    except Exception:
        return  # For any fault of its child, `read` says that the file is not a spreadsheet.
    assert all(isinstance(text, str) for row in rows for text in row)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_workbook_whose_parts_are_strange_is_read_or_refused(data: st.DataObject) -> None:
    """The zip file is valid, but bytes inside a part of it are changed. A faulty or hostile program could write such
    a file."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as good, zipfile.ZipFile(raw, "w") as strange:
        chosen = data.draw(st.sampled_from(good.namelist()))
        for name in good.namelist():
            part = bytearray(good.read(name))
            for _ in range(data.draw(st.integers(1, 4)) if name == chosen else 0):
                part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
            strange.writestr(name, bytes(part))
    try:
        rows = rows_of(raw.getvalue(), 20_000)
    except Exception:
        return  # For any fault of its child, `read` says that the file is not a spreadsheet.
    assert all(isinstance(text, str) for row in rows for text in row)
