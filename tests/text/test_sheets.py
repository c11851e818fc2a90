"""Tests sheets of texts, workbooks and PO files: no cell begins a formula, and each file is read or refused."""

import io
import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hotline.text import export_sheets, review_sheets, spreadsheets
from hotline.text.errors import ImportRefused
from hotline.text.export_sheets import FORMULA
from hotline.text.review_sheets import TRANSLATED, is_po, plain_text, read_file, write_file

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


AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WORDS = st.text(max_size=200)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(("en", "fr", "rw", "doubts", "question"), WORDS),
            "place": st.from_regex(r"[a-z]{1,8}\.[a-z]{1,8}\.text", fullmatch=True),
            "letters left": st.just("12"),
            "state": st.sampled_from(["reviewed", "draft", "stale"]),
            "digest": st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
        }
    ),
    max_size=4,
    unique_by=lambda row: row["place"],
)
LINES = st.sampled_from(
    [
        *('msgid "a"', 'msgid ""', 'msgstr "b"', 'msgstr ""', 'msgstr[0] "c"', "msgstr[x] y"),
        *(
            'msgid_plural "d"',
            'msgctxt "e.f.text"',
            '"more\\n"',
            '"',
            "#~ msgid",
            "#, fuzzy",
            "#| x",
        ),
        *("#. digest: 00", "msgstr", "msgid", 'msgctxt "', 'msgstr[-9] "g"', '"Language: xx\\n"'),
    ]
)
ROW = {
    "place": "fee.say.text",
    "en": "Pay 50 % {when}?",
    "fr": "Payer ?",
    "rw": 'Ishyura "ubu"',
    "letters left": "12",
    "doubts": "",
    "question": "",
    "state": "reviewed",
    "digest": "0a" * 8,
}


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, language=st.sampled_from(["rw", "fr"]))
def test_what_goes_out_comes_back(rows: list[dict[str, str]], language: str) -> None:
    written = write_file(rows, language, AT).decode()
    found = {row.place: row for row in read_file(written, language)}
    assert is_po(written)
    assert found.keys() == {row["place"] for row in rows}
    for row in rows:
        read, words = found[row["place"]], plain_text(row[language])
        assert (read.words, read.digest) == (words, row["digest"])
        assert bool(read.agreed) == (words != "" and row["state"] == "reviewed")


@settings(max_examples=80, deadline=None)
@given(st.lists(LINES, max_size=8).map("\n".join) | WORDS | st.binary(max_size=200))
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    said = text if isinstance(text, str) else text.decode("latin-1")
    try:
        rows = read_file(said, "rw")
    except ImportRefused:
        return
    assert all(row.words == plain_text(row.words) for row in rows)


def test_the_second_of_two_equal_entries_is_kept_too() -> None:
    entry = '\nmsgctxt "a.b.text"\nmsgid "x"\nmsgstr "y{}"\n'
    rows = read_file("".join(map(entry.format, range(2))), "rw")
    assert [(row.place, row.words, row.agreed) for row in rows] == [
        ("a.b.text", f"y{number}", TRANSLATED) for number in range(2)
    ]


def test_an_empty_or_fuzzy_entry_is_not_translated() -> None:
    for state, words, agreed in (("draft", "x", ""), ("reviewed", "", ""), ("reviewed", "x", "y")):
        written = write_file([ROW | {"state": state, "rw": words}], "rw", AT).decode()
        (row,) = read_file(written, "rw")
        assert bool(row.agreed) == bool(agreed)


def test_a_file_of_another_language_is_refused() -> None:
    written = write_file([ROW], "fr", AT).decode()
    assert read_file(written, "fr")
    assert read_file(written.replace("Language: fr", "Language: rw_RW"), "rw")
    with pytest.raises(ImportRefused, match="are in Français, but you chose Kinyarwanda"):
        read_file(written, "rw")


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="gettext is not installed")
def test_gettext_accepts_the_file(tmp_path: Path) -> None:
    written = write_file([ROW, ROW | {"place": "b.text", "en": "", "fr": "%d {"}], "fr", AT)
    path = tmp_path / "words.po"
    path.write_bytes(written)
    told = subprocess.run(
        ["msgfmt", "--check", "-o", "/dev/null", path], check=False, capture_output=True, text=True
    )
    assert (told.returncode, told.stderr) == (0, "")
    catalogue = read_po(io.BytesIO(written), abort_invalid=True)
    message = catalogue.get("Pay 50 % {when}?", context="fee.say.text")
    assert message is not None
    assert message.string == "Payer ?"
    assert re.search(r"^#\. digest: (0a){8}$", written.decode(), re.MULTILINE)
