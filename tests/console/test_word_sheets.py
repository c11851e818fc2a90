"""Tests how a translator downloads a spreadsheet of texts, uploads it and checks it. The hotline saves no text before
a page has shown it, and no uploaded file can harm the hotline.
"""

import csv
import html
import io
import re
import zipfile
from typing import Any

import polib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from hotline.console import uploads
from hotline.core.actors import AccountRole
from hotline.editing import service_drafts, service_reviews
from hotline.editing.service_review_document import language_review
from hotline.flows.service_authoring import live_document
from hotline.text import review_sheets
from hotline.text.errors import ImportRefused
from hotline.text.export_sheets import as_csv
from tests.console.conftest import Desk, Tab
from tests.console.test_words_pages import FEE, press

PAGE = "/words/rw/sheet"
pytestmark = pytest.mark.row("A5")
OUT = f"{PAGE}/csv?state=all&flow=abroad"
NEW_WORDS = "Ntukishyure mbere."


@pytest.fixture
def tab(desk: Desk) -> Tab:
    return desk.tab(AccountRole.TRANSLATOR, name="Translator 1")


def rows(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def out(tab: Tab, path: str = OUT) -> dict[str, dict[str, str]]:
    return {row["place"]: row for row in rows(tab.get(path).data)}


def upload(tab: Tab, raw: bytes, name: str = "sheet.csv") -> TestResponse:
    return tab.post(PAGE, {"sheet": (io.BytesIO(raw), name)})


def csv_of(found: Any) -> bytes:
    return as_csv(review_sheets.sheet_table(found)).encode()


def hidden(page: str, form: str) -> dict[str, str]:
    """Returns the hidden fields of the form that is sent to the address `form`."""
    (inside,) = re.findall(rf'action="{PAGE}/{form}".*?</form>', page, re.S)
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', inside)
    return {name: html.unescape(value) for name, value in found if name != "form_key"}


def agreed(found: dict[str, dict[str, str]], *places: str, **words: str) -> dict[str, Any]:
    for place in places:
        found[place] |= {"agreed": "yes"} | words
    return found


def test_exported_sheet_has_filtered_rows_and_all_columns(tab: Tab) -> None:
    answer = tab.get(OUT)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="words-rw-abroad.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    found = rows(answer.data)
    assert {row["place"].partition(".")[0] for row in found} == {"abroad"}
    assert {*found[0]} == {*review_sheets.COLUMNS}
    assert int(found[0]["letters left"]) > 0
    book = load_workbook(io.BytesIO(tab.get(OUT.replace("csv", "xlsx")).data))
    assert book.worksheets[0].max_row == len(found) + 1
    assert tab.get(f"{PAGE}/pdf").status_code == 404


def test_sheet_with_stale_row_imports_the_others(desk: Desk, tab: Tab) -> None:
    """A translator downloads a spreadsheet, and then another translator changes one of these texts in the console.
    After that, the first translator checks and saves the edited spreadsheet, and downloads the remaining texts again.
    """
    found = agreed(out(tab), FEE, "abroad.contract.say.text", rw=NEW_WORDS)
    other = desk.tab(AccountRole.TRANSLATOR, name="Translator 2")
    press(other, "both", words="Ntukabanze kwishyura.")
    page = upload(tab, csv_of(found.values())).text
    assert "Rows to import: 1. Rows with new text: 1. Refused rows: 1." in page
    assert (
        "This text, or the English text, changed after the export. Export the sheet again." in page
    )
    assert "Do not pay to get a job" in page
    assert [one.by for one in service_reviews.all_signatures(desk.context)] == ["Translator 2"]

    refused = rows(tab.post(f"{PAGE}/refused", hidden(page, "refused") | {"kind": "csv"}).data)
    assert [(row["place"], row["rw"]) for row in refused] == [(FEE, NEW_WORDS)]
    assert (
        "This text, or the English text, changed after the export. Export the sheet again"
        in refused[0]["why"]
    )

    done = tab.sends(f"{PAGE}/take", hidden(page, "take"))
    assert done.location == f"{PAGE}?taken=1"
    assert "Imported: 1." in tab.read(done.location)
    review = language_review(desk.context, "rw")
    assert review.texts["abroad.contract.say.text"].words["rw"] == NEW_WORDS
    assert review.texts[FEE].words["rw"] == "Ntukabanze kwishyura."
    assert len(service_reviews.all_signatures(desk.context)) == 2

    mended = {row["place"]: row | {"agreed": "yes"} for row in refused}
    assert "Rows to import: 1" in upload(tab, csv_of(mended.values())).text


def test_exported_workbook_is_imported_unchanged(desk: Desk, tab: Tab) -> None:
    book = load_workbook(io.BytesIO(tab.get(OUT.replace("csv", "xlsx")).data))
    table = book.worksheets[0]
    head = [cell.value for cell in table[1]]
    for row in table.iter_rows(min_row=2):
        if row[0].value == FEE:
            row[head.index("agreed")].value = "yes"
    raw = io.BytesIO()
    book.save(raw)
    page = upload(tab, raw.getvalue(), "sheet.xlsx").text
    assert "Rows to import: 1. Rows with new text: 0. Refused rows: 0." in page
    tab.post(f"{PAGE}/take", hidden(page, "take"))
    assert [one.place for one in service_reviews.all_signatures(desk.context)] == [FEE]
    assert language_review(desk.context, "rw").draft_id is None


def test_invalid_texts_are_refused_row_by_row(tab: Tab) -> None:
    found = out(tab)
    for words, says in (
        ({"rw": "Ntukishyure ĥano"}, "a basic phone cannot show ĥ: use h"),
        ({"agreed": "maybe"}, "or leave the cell empty"),
    ):
        sheet = agreed({FEE: {**found[FEE]}}, FEE, **words)
        assert says in upload(tab, csv_of(sheet.values())).text


@pytest.mark.parametrize("begins", ["=1+1", "+ab", "-1", "@SUM(A1)"])
def test_formula_stays_text_both_ways(desk: Desk, tab: Tab, begins: str) -> None:
    words = f"{begins} kwishyura"
    found = agreed(out(tab), FEE, rw=words)
    page = upload(tab, csv_of(found.values())).text
    tab.post(f"{PAGE}/take", hidden(page, "take"))
    assert language_review(desk.context, "rw").texts[FEE].words["rw"] == words
    raw = tab.get(OUT).data.decode("utf-8-sig")
    assert f"'{words}" in raw
    cell = load_workbook(io.BytesIO(tab.get(OUT.replace("csv", "xlsx")).data))
    values = {c.value: c.data_type for row in cell.worksheets[0].iter_rows() for c in row}
    assert values[words] == "s"


def bomb() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", bytes(21 * 2**20))
    return raw.getvalue()


def test_too_large_file_is_refused_before_reading() -> None:
    with pytest.raises(ImportRefused, match="the file is larger than 2 MB"):
        uploads.read_rows(b"x" * (2 * 2**20 + 1), "rw")
    long = "place,rw,agreed,digest\r\n" + f"a,{'b' * 100_000},,d\r\n" * 8
    with pytest.raises(ImportRefused, match="too many letters"):
        uploads.read_rows(long.encode(), "rw")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "line 1: add the missing columns:"),
        (b"PK\x03\x04 nothing", "not a spreadsheet"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"place,agreed\r\n", "add the missing columns: digest, rw"),
        (b"place,rw,agreed,digest\r\n" + b"a,b,,d\r\n" * 5001, "more than 5000 rows"),
        (b"place,rw,agreed,digest\r\n" + b"a," + b"b" * 100_000 + b",,d\r\n", "Refused rows: 1"),
    ],
)
def test_other_sheet_is_refused(desk: Desk, tab: Tab, raw: bytes, says: str) -> None:
    assert says in upload(tab, raw).text
    assert language_review(desk.context, "rw").draft_id is None


def test_large_workbook_and_missing_file_are_refused(tab: Tab) -> None:
    for raw, name, says in ((bomb(), "sheet.xlsx", "too large"), (b"", "", "Choose a file.")):
        answer = upload(tab, raw, name)
        assert (answer.status_code, says in answer.text) == (422, True)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_bytes_get_a_clear_answer(desk: Desk, tab: Tab, data: st.DataObject) -> None:
    """The file has random bytes or is a damaged spreadsheet. The test also sends the hidden fields, which a page would
    normally contain."""
    good = b"place,rw,agreed,digest\r\nabroad.fee.say.text,Ntukishyure.,yes,00\r\n"
    if data.draw(st.booleans()):
        raw = data.draw(st.binary(max_size=100))
    else:
        spoilt = bytearray(good)
        for _ in range(data.draw(st.integers(1, 4))):
            spoilt[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
        raw = bytes(spoilt)
    answer = upload(tab, raw)
    assert answer.status_code in (200, 422)
    assert "<h1>" in answer.text
    said = data.draw(st.text(max_size=30) | st.just('[[1,"a","b","yes","c","d"]]'))
    for form in ("take", "refused"):
        assert tab.post(f"{PAGE}/{form}", {"rows": said}).status_code in (200, 422)
    assert not service_reviews.all_signatures(desk.context)
    assert language_review(desk.context, "rw").draft_id is None


def po_of(tab: Tab, **words: str) -> str:
    """Returns the PO file of a flow, with some texts translated as Poedit does it: without the mark `fuzzy`."""
    text = tab.read(OUT.replace("csv", "po"))
    for place, said in words.items():
        entry = re.compile(
            rf'(?:#, fuzzy\n)(msgctxt "{re.escape(place)}"\nmsgid (?:.*\n)+?)msgstr (?:".*"\n)+'
        )
        text, count = entry.subn(rf'\1msgstr "{said}"\n', text)
        assert count == 1
    return text


def test_imported_po_file_becomes_unreviewed_draft(desk: Desk, tab: Tab) -> None:
    contract = "abroad.contract.say.text"
    raw = po_of(tab, **{FEE: "Ntukishyure ĥano", contract: NEW_WORDS})
    page = upload(tab, raw.encode(), "words.po").text
    assert "Rows to import: 1. Rows with new text: 1. Refused rows: 1." in page
    assert "a basic phone cannot show ĥ: use h" in page
    refused = rows(tab.post(f"{PAGE}/refused", hidden(page, "refused") | {"kind": "csv"}).data)
    assert [(row["place"], row["rw"]) for row in refused] == [(FEE, "Ntukishyure ĥano")]
    done = tab.post(f"{PAGE}/take", hidden(page, "take"))
    assert done.location == f"{PAGE}?taken=1"
    review = language_review(desk.context, "rw")
    assert review.draft_id is not None
    assert review.texts[contract].words["rw"] == NEW_WORDS
    assert service_reviews.all_signatures(desk.context) == []
    late = upload(tab, raw.replace(NEW_WORDS, f"{NEW_WORDS} Hoya.").encode(), "words.po").text
    assert (
        "This text, or the English text, changed after the export. Export the sheet again." in late
    )


def test_po_file_edited_elsewhere_becomes_draft(desk: Desk, tab: Tab) -> None:
    """Reads the PO file with polib, which Weblate and many scripts use."""
    written = tab.read(OUT.replace("csv", "po"))
    catalogue = polib.pofile(written)
    found = out(tab)
    assert [one.msgctxt for one in catalogue] == [*found]
    assert {one.msgctxt: one.msgstr for one in catalogue} == {
        place: row["rw"] for place, row in found.items()
    }
    assert catalogue.metadata["Language"] == "rw"
    (entry,) = [one for one in catalogue if one.msgctxt == FEE]
    entry.msgstr = NEW_WORDS
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    before = live_document(desk.context.database)
    page = upload(tab, str(catalogue).encode(), "words.po").text
    assert "Rows to import: 1. Rows with new text: 1. Refused rows: 0." in page
    tab.sends(f"{PAGE}/take", hidden(page, "take"))
    (draft,) = [row.id for row, parts in service_drafts.list_drafts(desk.context) if parts]
    flow = service_drafts.part_draft(desk.context, draft, "abroad").document or {}
    assert flow["nodes"]["fee"]["say"]["text"]["rw"] == NEW_WORDS
    assert live_document(desk.context.database) == before
