"""Tests that a translator can review twenty texts within twenty minutes on a screen of 360 pixels, and can export a
workbook, fill it in and import it while a colleague changes one of its rows."""

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Download, expect

from hotline.core.actors import AccountRole
from hotline.editing import service_reviews, service_translation
from hotline.editing.service_review_document import language_review
from hotline.editing.service_translation import TypedText
from tests.browser.office import Office
from tests.console.browsing import NARROW
from tests.console.hands import Hands
from tests.console.test_in_browser import WIDER
from tests.console.test_words_pages import FEE

pytestmark = pytest.mark.browser

TEXTS, MENDED_EACH = 20, 5
"""`TEXTS` is the number of texts to review. The translator corrects every text whose number is a multiple of
`MENDED_EACH`: the test types the first word of this text again.
"""
MINUTES = 20


@pytest.mark.row("A5")
def test_twenty_texts_take_less_than_twenty_minutes_on_a_narrow_screen(office: Office) -> None:
    translator = office.person("Translator 1", AccountRole.TRANSLATOR)
    with office.hands(NARROW) as hands:
        hands.signs_in(translator)
        hands.follows("Texts")
        hands.follows("Review {language}", language="Kinyarwanda")
        places = [judges_the_first(hands, number) for number in range(TEXTS)]
        assert hands.page.evaluate(WIDER) <= 0
        assert hands.seconds < MINUTES * 60

    assert len(set(places)) == TEXTS
    agreed = [
        one
        for one in service_reviews.all_signatures(office.desk.context)
        if one.by == translator.name
    ]
    assert sorted(one.place for one in agreed) == sorted(places)


def judges_the_first(hands: Hands, number: int) -> str:
    """Reads the first text that waits for a review, and approves or corrects this text. Returns the place of the text
    in the flows.
    """
    text = hands.page.locator("#t-1")
    place = text.locator("[name='place.1']").input_value()
    hands.reads(text)
    field = text.locator("textarea")
    words = field.input_value() if field.count() else ""
    mended = words[:1].swapcase() + words[1:]
    if number % MENDED_EACH == MENDED_EACH - 1 and mended != words:
        field.fill(mended)
        hands.clicks, hands.keys = hands.clicks + 1, hands.keys + len(words.split()[0])
        hands.presses("Save as reviewed", within="#t-1")
    else:
        hands.presses("Mark as reviewed", within="#t-1")
    expect(hands.page.locator("#t-1 [name='place.1']")).not_to_have_value(place)
    return place


CONTRACT = "abroad.contract.say.text"
NEW = {
    CONTRACT: "Mbere yo kugenda: soma amasezerano. Bika kopi yayo.",
    FEE: "Ntukishyure ngo ubone akazi.",
}
OVERTAKEN = "Ntukabanze kwishyura. Bika pasiporo yawe."
STALE = "This text, or the English text, changed after the export. Export the sheet again."
COUNTS = (
    "Rows to import: {taken}. Rows with new text: {changed}. Refused rows: {refused}. "
    "Rows that no translator has agreed to yet: {waiting}."
)


@pytest.mark.row("A5")
def test_one_stale_row_of_a_sheet_is_refused(office: Office, tmp_path: Path) -> None:
    desk = office.desk
    translator = office.person("Translator 1", AccountRole.TRANSLATOR)
    with office.hands() as hands:
        hands.signs_in(translator)
        sheet = hands.counted()
        out = takes_it_out(sheet, tmp_path / "sheet.xlsx")
        rows = filled(out, NEW)
        overtakes(office, FEE, OVERTAKEN)

        brings_it_in(sheet, out)
        sheet.sees(COUNTS, taken=1, changed=1, refused=1, waiting=rows - len(NEW))
        sheet.sees(STALE)
        sheet.keeps("sheet-judged")
        with hands.page.expect_download() as refused:
            sheet.presses("Export refused rows with reasons for refusal")
        why = why_refused(refused.value, tmp_path / "refused.xlsx")
        sheet.presses("Import {count} rows", count=1)
        sheet.sees("Imported: {count}.", count=1)
        assert sheet.seconds < 300

    assert why == {FEE: sheet.says(STALE)}
    texts = language_review(desk.context, "rw").texts
    assert texts[CONTRACT].words["rw"] == NEW[CONTRACT]
    assert texts[FEE].words["rw"] == OVERTAKEN
    assert [one.by for one in service_reviews.all_signatures(desk.context)] == [
        "Translator 2",
        "Translator 1",
    ]


def overtakes(office: Office, place: str, words: str) -> None:
    """Saves another text for this place in the name of a colleague, after the workbook was exported."""
    context, other = office.desk.context, office.person("Translator 2", AccountRole.TRANSLATOR)
    text = language_review(context, "rw").texts[place]
    typed = TypedText(place, words, text.digest("rw"), text.digest("en"))
    by = other.here(other.enters().token)
    assert not service_translation.save_typed(
        context, by, "rw", [typed], agreed=place, once="a form"
    )


def takes_it_out(hands: Hands, to: Path) -> Path:
    page = hands.page
    hands.follows("Texts")
    hands.follows("Review {language}", language="Kinyarwanda")
    hands.follows("Export or import a sheet")
    hands.keeps("sheet-out")
    with page.expect_download() as out:
        hands.follows("Download the texts for your review as a workbook")
    out.value.save_as(to)
    return to


def brings_it_in(hands: Hands, sheet: Path) -> None:
    hands.page.locator("#f-sheet").set_input_files(sheet)
    hands.clicks += 3
    hands.presses("Check sheet")
    expect(hands.page.locator("table")).to_be_visible()


def filled(file: Path, words: dict[str, str]) -> int:
    """Fills in the workbook: for each place in `words`, a new text, and "yes" in the column that says if the text was
    reviewed. Returns the number of rows in the workbook.
    """
    book = load_workbook(file)
    table, columns = book.worksheets[0], columns_of(book)
    for row in table.iter_rows(min_row=2):
        said = words.get(str(row[columns["place"]].value))
        if said:
            row[columns["rw"]].value, row[columns["agreed"]].value = said, "yes"
    book.save(file)
    return int(table.max_row) - 1


def why_refused(download: Download, to: Path) -> dict[str, str]:
    download.save_as(to)
    book = load_workbook(to)
    columns = columns_of(book)
    return {
        str(row[columns["place"]].value): str(row[columns["why"]].value)
        for row in book.worksheets[0].iter_rows(min_row=2)
    }


def columns_of(book: Workbook) -> dict[str, int]:
    return {str(cell.value): number for number, cell in enumerate(book.worksheets[0][1])}
