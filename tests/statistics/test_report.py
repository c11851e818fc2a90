"""Tests the yearly report for the minister: two pages in three languages, made only from published releases."""

import io
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from hotline.core.actors import AccountRole
from hotline.statistics import pdf, service_report
from hotline.statistics.rules_definitions import CellName
from hotline.statistics.rules_release import Release, ReleaseNumber, starting_spans
from hotline.text.languages import CODES
from tests.console.conftest import Desk
from tests.statistics.published_year import MADE_AT, PERIODS, stored, year_of
from tests.statistics.random_line import YEAR

QUARTER = PERIODS[3]
MONTHS = {f"{YEAR}-{n:02}": 1000 + 10 * n for n in range(1, 13)}


def published(desk: Desk, *, is_sample: bool = False) -> list[Release]:
    """Publishes a year: twelve months of calls, four quarters and the year."""
    calls = [
        Release(month, MADE_AT, [ReleaseNumber(CellName("calls"), number)], starting_spans())
        for month, number in MONTHS.items()
    ]
    year = (*calls, *year_of(1200, 5)[1])
    return stored(desk.context.database, year, is_sample=is_sample)


def test_a_month_has_its_name_in_the_language_of_the_page_after_another_language_was_loaded() -> (
    None
):
    """The check runs in a new process, because the fault depended on the language that a process loaded first."""
    code = (
        "from hotline.statistics.rules_labels import Labels;"
        "print([Labels(one, str).period('2025-12') for one in ('rw', 'fr', 'en')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "['Ukuboza 2025', 'd\u00e9cembre 2025', 'December 2025']"


def words(text: str) -> str:
    """Returns the text without spaces and soft hyphens, because line breaks depend on the paper."""
    return "".join(text.replace("\N{SOFT HYPHEN}", "").split())


@pytest.mark.row("E5")
@pytest.mark.parametrize("language", CODES)
def test_e5_the_report_is_two_pages_and_holds_what_was_published(desk: Desk, language: str) -> None:
    found = {one.period: one for one in published(desk)}
    made = service_report.minister_pdf(desk.context, str(YEAR), language)
    assert made == service_report.minister_pdf(desk.context, str(YEAR), language), "one file"
    read = PdfReader(io.BytesIO(made))
    pages = [page.extract_text() for page in read.pages]
    assert len(pages) == 2
    whole = words("".join(pages))
    year, quarter = found[str(YEAR)], found[QUARTER]
    assert year.digest in whole
    calls = {"rw": "1.120", "en": "1,120", "fr": "1120"}[language]
    assert calls in whole.replace("\N{NARROW NO-BREAK SPACE}", "")
    assert f"{quarter.number('share_in_time', 'urgency', '1')}%" in whole
    assert str(read.root_object["/Lang"]) == language
    assert b"/MarkInfo" in made, "tagged for who hears it read"


@pytest.mark.row("E5")
def test_e5_a_button_gives_it_and_a_month_has_none(desk: Desk) -> None:
    published(desk, is_sample=True)
    tab = desk.tab(AccountRole.AUDITOR)
    page = tab.get(f"/statistics/releases/{QUARTER}").text
    assert f"/statistics/releases/{QUARTER}/report/rw" in page
    answer = tab.get(f"/statistics/releases/{QUARTER}/report/fr")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f'filename="SAMPLE-statistics-{QUARTER}-fr.pdf"' in answer.headers["Content-Disposition"]
    told = words(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text())
    assert words("Données d'exemple") in told.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert tab.get(f"/statistics/releases/{YEAR}-05/report/fr").status_code == 404
    assert tab.get(f"/statistics/releases/{QUARTER}/report/xx").status_code == 404


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30))
def test_whatever_a_name_holds_is_text(name: str) -> None:
    template = b'#set document(title: "x")\n#text(size: 6pt, json(bytes(sys.inputs.report)).name)'
    data = {"report": f'{{"name": {json.dumps(name)}}}'}
    given = json.dumps([template.decode(), data, int(MADE_AT.timestamp())]).encode()
    page = PdfReader(io.BytesIO(pdf.pdf_here(given))).pages[0]
    assert words(page.extract_text()) == name
