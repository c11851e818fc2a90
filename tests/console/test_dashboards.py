"""The pages of figures: what is published stands there, and no other number does."""

import csv
import io
import re
from dataclasses import replace
from html import unescape

import pytest

from hotline.domain.accounts.account import AccountRole
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.dictionary import DICTIONARY
from hotline.domain.evidence.edition import Edition, FigureCell, PublishedFigures
from hotline.domain.evidence.screens.rates import rate
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling import dictionary_table
from hotline.domain.evidence.telling.numbers import PERCENT, UNITS, said
from hotline.domain.evidence.telling.teller import Teller
from hotline.domain.evidence.telling.words.flows import FLOWS
from hotline.domain.evidence.telling.words.method import DRAFT
from hotline.domain.evidence.telling.words.values import TOPICS
from hotline.store.evidence import figure_editions, origin
from hotline.text.charts.bars import ChartBar
from hotline.text.charts.drawing import DARK, LIGHT, SIGN, ChartAmount
from hotline.text.languages import CODES
from hotline.web.console.evidence.dashboard_teller import DashboardTeller, largest
from hotline.web.console.evidence.dashboards import DASHBOARDS
from hotline.web.console.evidence.figure_tables import NONE
from tests.console.conftest import Desk, Tab
from tests.console.test_headers import HEAVIEST, assert_light
from tests.published_year import published

PATHS = {name: f"/evidence{'' if name == 'month' else f'/{name}'}" for name in DASHBOARDS}
DRAWING = re.compile(r"<svg.*?</svg>", re.S)
CELL = re.compile(r"<td>([^<]*)</td>")
INVENTED = ("IMPIMBANO", "INVENTED", "INVENTÉ")


def writes(desk: Desk, *several: PublishedFigures) -> None:
    with desk.kit.database.writing() as session:
        for one in several:
            assert figure_editions.write(session, one)


@pytest.fixture
def tab(desk: Desk) -> Tab:
    """Of a desk of a line with two months and their quarter."""
    writes(
        desk,
        published("2026-09"),
        published("2026-10"),
        published("2026-Q3", version=MonthVersion.REVISED),
        published("2026-10", Edition.OUTSIDE),
    )
    return desk.tab(AccountRole.DESK, name="Desk 1")


def _told(*several: PublishedFigures) -> set[str]:
    """Every way in which a number of theirs may be said."""
    cells = [cell for one in several for cell in one.cells]
    shown = [(one, cell) for one in several for cell in one.cells if cell.figure == "screen_shown"]
    rates = {said(rate(one, cell.row, cell.column), PERCENT) for one, cell in shown}
    return {NONE} | rates | {said(cell, unit) for cell in cells for unit in ("", *UNITS)}


@pytest.mark.row("E2")
@pytest.mark.parametrize("language", CODES)
def test_e2_every_page_shows_what_is_published_and_no_other_number(tab: Tab, language: str) -> None:
    now, before = published("2026-10"), published("2026-09")
    told = _told(now, before)
    tab.post("/account/language", {"language": language, "to": "/"})
    for name, path in PATHS.items():
        page = tab.get(path).text
        assert f'<html lang="{language}">' in page
        shown = CELL.findall(page)
        assert shown, name
        assert set(shown) <= told, name
        assert page.count("<svg") == page.count('role="img"') > 0, name
        assert len(page.encode()) < HEAVIEST, name
        assert DRAFT[language] in unescape(page), "nobody has signed these words yet"


def test_a_number_in_seconds_says_so_among_all_figures(tab: Tab) -> None:
    cell = published("2026-10").cell("seconds_to_filed")
    assert f">{said(cell, 'seconds')}<" in tab.get("/evidence").text


def test_a_page_on_which_everything_is_hidden_draws_nothing_by_length_and_stays_light(
    desk: Desk,
) -> None:
    """Hatching is the heaviest drawing. In French, whose words are the longest."""
    several = [published("2026-09"), published("2026-10")]
    writes(
        desk,
        *(
            replace(one, cells=[replace(cell, number=None, bound="") for cell in one.cells])
            for one in several
        ),
    )
    tab = desk.tab(AccountRole.ADMIN)
    tab.post("/account/language", {"language": "fr", "to": "/"})
    for path in PATHS.values():
        page = tab.get(path).text
        assert set(CELL.findall(page)) <= {SIGN, NONE}
        drawn = re.sub(r'<rect [^>]*stroke="[^>]*>', "", "".join(DRAWING.findall(page)))
        assert not re.findall(f'fill="({DARK}|{LIGHT})"', drawn)
        assert_light(tab, path)

    whole = [replace(one, number=None) for one in several[0].cells if one.column == ALL]
    writes(desk, replace(several[0], period="2026-08", cells=whole))
    few = tab.get("/evidence/screens?period=2026-08").text
    assert "Trop peu d" in few, "there are figures, and all are hidden"
    assert "Cette période n" not in few


@pytest.mark.row("E2")
def test_e2_each_figure_of_an_edition_stands_in_a_table() -> None:
    """A figure that somebody adds is not forgotten here; days are for a program."""
    now = published("2026-10")
    told = DashboardTeller(Teller(now, "en", published("2026-09")), _english)
    found = {
        cell.figure
        for board in DASHBOARDS.values()
        for block in board.blocks(told)
        for row in block.table.rows
        for cell in row.cells
        if cell is not None
    }
    assert found == set(now.figures())


def _english(phrase: str, **values: object) -> str:
    return phrase.format_map(values) if values else phrase


def test_a_sheet_has_the_numbers_of_its_table_with_the_same_ones_hidden(tab: Tab) -> None:
    now = published("2026-10")
    answer = tab.get("/evidence/answer/sheet/districts?period=2026-10")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="2026-10-answer-districts.csv"'
    )
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert head == ["District", "Tips filed", "Identified"]
    by_name = {row[0]: row[1:] for row in rows}
    assert by_name["Gasabo"] == [
        now.said(figure, "district:12") for figure in ("tip", "identified")
    ]
    assert ".." in {cell for row in rows for cell in row}
    within = tab.get("/evidence/answer/sheet/delivered?period=2026-10").text
    assert '">=96"' in within
    assert tab.get("/evidence/answer/sheet/nothing").status_code == 404
    assert tab.get("/evidence/nothing/sheet/week").status_code == 404


@pytest.mark.row("E1")
@pytest.mark.parametrize("language", CODES)
def test_e1_the_dictionary_stands_on_a_page_that_each_figure_leads_to(
    tab: Tab, language: str
) -> None:
    tab.post("/account/language", {"language": language, "to": "/"})
    page = unescape(tab.get("/evidence/dictionary").text)
    for entry in DICTIONARY:
        told = dictionary_table.told(entry, language)
        assert f'id="{entry.name}"' in page
        for part in (told.says, told.unit, told.numerator, told.denominator, told.leaves_out):
            assert part in page, entry.name
    assert len(page.encode()) < HEAVIEST
    linked = re.findall(r'href="/evidence/dictionary#(\w+)"', tab.get("/evidence/help").text)
    assert "arrived" in linked
    assert {*linked} <= {entry.name for entry in DICTIONARY}


@pytest.mark.row("E1", "E2")
def test_e2_a_screen_is_read_by_language_by_revision_and_by_week(tab: Tab) -> None:
    """The editor's question: do fewer people stop there than before, and in which language?"""
    now, before = published("2026-10"), published("2026-09")
    page = tab.get("/evidence/screens").text
    for name, columns in (
        ("language", ["language:rw", "language:fr", "language:en"]),
        ("revision", ["revision:11", "revision:12"]),
        ("week", [f"week:2026-10-{one}" for one in ("01", "08/11", "08/12", "15", "22")]),
    ):
        (district,) = (one for one in _rows(tab, f"screens/sheet/{name}") if "District" in one)
        told = [rate(now, "screen:report/district", one) for one in columns]
        assert district[-len(columns) :] == [_plain(one) for one in told], name
    assert _rows(tab, "screens/sheet/revision")[0] == [
        *("Question", "September 2026", "Revision 11", "Revision 12")
    ]
    assert "8 (Revision 11)" in page
    assert _plain(rate(before, "screen:report/district")) in page
    assert re.search(r"\d+ of 100 went on \((Kinyarwanda|French|English)\), and \d+", page)
    assert re.search(r"\d+ of 100 went on \(Revision 1[12]\), and \d+", page)
    assert re.findall(r'<option value="(\w+)" selected', page) == ["report"]
    assert 'value="report" selected' in tab.get("/evidence/screens?flow=nothing").text


def _rows(tab: Tab, sheet: str) -> list[list[str]]:
    return [*csv.reader(io.StringIO(tab.get(f"/evidence/{sheet}?flow=report").text))]


def _plain(cell: FigureCell | None) -> str:
    return SIGN if cell is None or cell.number is None else str(cell.number)


def test_a_period_is_chosen_and_a_quarter_has_no_weeks(tab: Tab) -> None:
    page = tab.get("/evidence/reach").text
    assert re.findall(r'<option value="(20[^"]+)"', page) == ["2026-10", "2026-09", "2026-Q3"]
    assert "Calls by week" in page
    quarter = tab.get("/evidence/reach?period=2026-Q3").text
    assert "Reach, quarter 3 of 2026" in quarter
    assert "Calls by week" not in quarter
    assert tab.get("/evidence?period=2026-13").status_code == 404
    assert 'href="/evidence">All figures</a>' in tab.get("/").text


def test_the_month_before_stands_beside_in_the_drawing_and_in_the_table(tab: Tab) -> None:
    """A week by the day on which it begins."""
    now, before = published("2026-10"), published("2026-09")
    page = tab.get("/evidence/reach").text
    for label, row, then in (
        ("Kinyarwanda", "language:rw", "language:rw"),
        ("8", "week:2026-10-08", "week:2026-09-08"),
    ):
        cells = [said(one.cell("session", at)) for one, at in ((now, row), (before, then))]
        assert f"{label}: {cells[0]} (September 2026: {cells[1]})" in page
        assert f'<th scope="row">{label}</th><td>{cells[0]}</td><td>{cells[1]}</td>' in page


def test_the_newest_month_is_told_in_five_sentences_and_five_numbers(tab: Tab) -> None:
    page = tab.get("/evidence").text
    now, before = published("2026-10"), published("2026-09")
    for figure in ("session", "tip", "acted_of_100", "identified", "arrived"):
        large = f"<dd>{said(now.cell(figure))}<span"
        assert large in page, figure
        assert f"the month before:\N{NO-BREAK SPACE}{said(before.cell(figure))}" in page, figure
    assert "How it was counted, and what it cannot say" in page
    assert not any(word in page for word in INVENTED)


def test_invented_figures_say_so_in_three_languages_on_every_page_and_sheet(desk: Desk) -> None:
    writes(desk, published("2026-10", is_invented=True))
    tab = desk.tab(AccountRole.AUDITOR)
    for path in PATHS.values():
        page = tab.get(path).text
        assert all(word in page for word in INVENTED), path
    sheet = tab.get("/evidence/reach/sheet/week")
    assert 'filename="invented-2026-10-reach-week.csv"' in sheet.headers["Content-Disposition"]
    head, *rows = csv.reader(io.StringIO(sheet.text))
    assert {head[-1], *(row[-1] for row in rows)} == {"origin", "INVENTED"}


def test_of_a_line_that_is_invented_every_page_says_so_once(desk: Desk) -> None:
    tab = desk.tab(AccountRole.NATIONAL)
    assert not any(word in tab.get("/").text for word in INVENTED)
    with desk.kit.database.writing() as session:
        origin.mark_invented(session, desk.clock())
    writes(desk, published("2026-10", is_invented=True))
    signed = ("/", "/tips", "/evidence", "/evidence/exports", "/no-such-page")
    for who, path in (*((tab, one) for one in signed), (desk.outside(), "/enter")):
        page = who.get(path).text
        assert [page.count(f"<strong>{word}</strong>") for word in INVENTED] == [1, 1, 1], path
    refused = desk.outside().post("/enter", {"a": "b"}, key="", Origin="http://elsewhere.example")
    assert refused.status_code == 403
    assert all(word in refused.text for word in INVENTED)


def test_before_the_first_month_is_made_a_page_says_when_it_comes(desk: Desk) -> None:
    tab = desk.tab(AccountRole.EDITOR)
    for path in PATHS.values():
        assert "Nothing is made yet: the first month&#39;s figures come on" in tab.get(path).text
    writes(desk, published("2026-09"))
    page = tab.get("/evidence/help?period=2026-10").text
    assert "Nothing is made of October 2026: its figures come on 6 November 2026" in page


def test_every_flow_that_callers_come_into_has_a_name(tab: Tab) -> None:
    book = tab.desk.kit.books.book(tab.desk.kit.books.live())
    callers = {name for name, flow in book.flows.items() if not flow.private}
    assert callers <= FLOWS.keys() | TOPICS.keys()
    page = tab.get("/evidence/reach").text
    assert "11 A job abroad" in page


def test_of_a_long_list_the_drawing_shows_the_largest_and_a_few_that_are_hidden() -> None:
    hidden = [ChartBar(f"h{at}", ChartAmount(None)) for at in range(9)]
    shown = [ChartBar(f"s{at}", ChartAmount(90 - at)) for at in range(14)]
    assert largest(hidden[:4]) == hidden[:4]
    assert largest([*shown[:2], *hidden]) == [*shown[:2], *hidden[:3]]
    assert largest(shown) == shown[:12]
