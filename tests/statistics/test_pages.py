"""Tests the pages of statistics: who sees what, in three languages, and that two people publish a release."""

import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, text, tuples

from hotline.core import tables as core_tables
from hotline.core.actors import AccountRole
from hotline.counters.rules import ScreenCounter, ScreenMeasure, week_of
from hotline.counters.service import day_of
from hotline.counters.tables import add
from hotline.statistics import service_report
from hotline.statistics.rules_counts import CaseEvent, CountedTip
from hotline.statistics.rules_labels import Bar, bar_chart
from hotline.statistics.rules_release import Release
from hotline.text.languages import CODES
from hotline.text.places import NATIONAL
from hotline.tips.rules_events import LoggedEvent, TakeProof
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import admitted, man
from tests.statistics.published_year import stored, year_of
from tests.statistics.random_line import YEAR, RandomLine
from tests.statistics.stored_line import store

QUARTER = f"{YEAR}-Q3"


def writes(desk: Desk, *, published: bool, is_sample: bool = False) -> list[Release]:
    """Stores the releases of a year. With `published`, both roles have approved each release."""
    year = year_of(1200, 5)[1]
    return stored(desk.context.database, year, published=published, is_sample=is_sample)


def tab(desk: Desk, *roles: AccountRole, language: str = "en") -> Tab:
    found = desk.tab(*roles, name=f"{roles[0]} 1".title())
    found.post("/account/language", {"language": language, "to": "/"})
    return found


@pytest.mark.row("E2")
@pytest.mark.parametrize("language", CODES)
def test_e2_the_overview_answers_four_questions_in_each_language(desk: Desk, language: str) -> None:
    writes(desk, published=True)
    page = unescape(tab(desk, AccountRole.AUDITOR, language=language).get("/statistics").text)
    assert page.count('class="answer"') == 4
    assert page.count("<svg") >= 2
    for one in year_of(1200, 5)[1]:
        assert f"/statistics/releases/{one.period}" in page


@pytest.mark.row("E3")
def test_e3_a_release_that_waits_is_seen_by_the_two_roles_that_approve_it(desk: Desk) -> None:
    writes(desk, published=False)
    path = f"/statistics/releases/{QUARTER}"
    assert tab(desk, AccountRole.EDITOR).get(path).status_code == 404
    assert tab(desk, AccountRole.ADMIN).get("/statistics").text.count(path) == 0
    lead, national = tab(desk, AccountRole.PROGRAMME_LEAD), tab(desk, AccountRole.NATIONAL)
    assert path in lead.get("/statistics").text
    for one in (lead, national):
        assert "is not public" in one.get(path).text
        assert one.post(f"{path}/approve").status_code == 303
        one.post("/account/language", {"language": "fr", "to": path})
        again = one.post(f"{path}/approve")
        assert again.status_code == 422
    assert "Une autre personne doit aussi les approuver." in unescape(again.text)
    assert tab(desk, AccountRole.EDITOR).get(path).status_code == 200


@pytest.mark.row("E3")
def test_e3_a_release_prints_its_numbers_and_no_other(desk: Desk) -> None:
    found = {one.period: one for one in writes(desk, published=True)}[QUARTER]
    page = tab(desk, AccountRole.ADMIN).get(f"/statistics/releases/{QUARTER}").text
    cells = re.findall(r'<td class="number">([^<]*)</td>', page)
    told = {str(cell.number) for cell in found.cells if cell.number is not None}
    told |= {f"{number} %" for number in told} | {f"{number} min" for number in told} | {"few"}
    assert cells
    assert {unescape(one).replace(",", "") for one in cells} <= told


@pytest.mark.row("E4")
def test_e4_the_files_hold_each_table_and_its_definitions(desk: Desk) -> None:
    found = {one.period: one for one in writes(desk, published=True)}[str(YEAR)]
    answer = tab(desk, AccountRole.ADMIN).get(f"/statistics/releases/{YEAR}/files")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = set(archive.namelist())
        metadata = json.loads(archive.read("metadata.json"))
        rows = archive.read("T7.csv").decode().splitlines()
    assert {"statistics.xlsx", "metadata.json", "T3.csv", "T8.csv"} <= names
    assert metadata["digest"] == found.digest
    assert len(metadata["tables"]) == 15
    assert len(metadata["questions"]) == 30
    assert any(one["standard"] == "HTCDS 2.0" for one in metadata["codes"])
    women = found.number("persons_by_who", "who", "woman")
    assert f"{YEAR},persons_by_who,Persons identified,who,woman,Women,{women},persons" in rows


def test_sample_data_says_so_on_page_and_file(desk: Desk) -> None:
    writes(desk, published=True, is_sample=True)
    with desk.context.database.writing() as session:
        core_tables.mark_sample(session, desk.clock())
    lead = tab(desk, AccountRole.PROGRAMME_LEAD)
    for path in ("/statistics", f"/statistics/releases/{YEAR}"):
        assert "Sample data." in lead.get(path).text
    files = lead.get(f"/statistics/releases/{YEAR}/files")
    assert "SAMPLE-statistics" in files.headers["Content-Disposition"]


@pytest.mark.row("E5")
def test_e5_the_programme_lead_sets_targets_and_takes_one_back(desk: Desk) -> None:
    writes(desk, published=True)
    lead = tab(desk, AccountRole.PROGRAMME_LEAD)
    assert lead.post("/statistics/targets", {"danger_share": "77", "calls": "x"}).status_code == 422
    assert (
        lead.post("/statistics/targets", {"danger_share": "77", "calls": "999999"}).status_code
        == 303
    )
    overview = lead.get("/statistics").text
    assert ">77 %<" in overview
    assert ">999,999<" in overview
    assert f'/releases/{QUARTER[:-1]}4#T12"' in overview
    assert overview.count(">below target</span>") == 1
    lead.post("/statistics/targets", {})
    assert ">77 %<" not in lead.get("/statistics").text
    assert tab(desk, AccountRole.NATIONAL).get("/statistics/targets").status_code == 404


def test_e5_what_callers_are_told_is_one_page_and_one_sms(desk: Desk) -> None:
    writes(desk, published=True)
    lead = tab(desk, AccountRole.PROGRAMME_LEAD)
    told = lead.get("/statistics/results")
    assert 'filename="results.html"' in told.headers["Content-Disposition"]
    assert all(f'lang="{code}"' in told.text for code in CODES)
    release = unescape(lead.get(f"/statistics/releases/{YEAR}").text)
    assert service_report.results_sms(desk.context, "fr") in release
    assert tab(desk, AccountRole.TRANSLATOR).get("/statistics/results").status_code == 404


@pytest.mark.row("E2")
def test_e2_the_board_counts_what_the_viewer_may_open(desk: Desk) -> None:
    national, editor = tab(desk, AccountRole.NATIONAL), tab(desk, AccountRole.EDITOR)
    internal = "These numbers are for internal work only. Do not quote them."
    assert internal in national.get("/statistics/board").text
    assert editor.get("/statistics/board").status_code == 404
    assert "Calls by day" in editor.get("/statistics/use").text
    assert "No statistics are published yet." in editor.get("/statistics").text
    assert editor.get("/statistics/releases/2026-99").status_code == 404


@pytest.mark.row("E2")
def test_e2_the_board_shows_for_each_urgency_how_many_tips_were_taken_in_time(desk: Desk) -> None:
    at = desk.context.now() - timedelta(minutes=1)
    line = RandomLine(0, 1)
    for urgency, promised in ((1, 3), (2, 15), (3, 120)):
        for late in (0, 1):
            taken_at = at + timedelta(minutes=promised + late)
            took = CaseEvent(
                LoggedEvent.ACKNOWLEDGED, taken_at, 1, TakeProof.PROVED, "", waits=False
            )
            line.tips.append(CountedTip(0, urgency, "11", None, None, "no", at, (took,)))
        line.tips.append(CountedTip(0, urgency, "11", None, None, "no", at, ()))
        doubted = CaseEvent(LoggedEvent.ACKNOWLEDGED, at, 1, TakeProof.DOUBTED, "", waits=False)
        line.tips.append(CountedTip(0, urgency, "11", None, None, "no", at, (doubted,)))
    store(desk.context.database, line)
    man(desk)
    national = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    tables = national.get("/statistics/board").text.split("<tbody>")[1:4]
    assert [re.findall(r"(\d+) of (\d+)</td>", table)[-1] for table in tables] == [("1", "4")] * 3


def test_e2_a_long_label_keeps_the_part_that_tells_rows_apart() -> None:
    labels = ("Warning signs: job offers", "Warning signs: children", "Children")
    drawn = bar_chart("", [Bar(label, 1, "1") for label in labels])
    assert [f">{end}</text>" in drawn for end in ("job offers", "children", "Children")] == [
        True
    ] * 3


@given(lists(tuples(integers(1, 9999), text("ab ", max_size=60)), min_size=1, max_size=12))
def test_e2_a_long_text_leaves_room_for_the_bars(rows: Sequence[tuple[int, str]]) -> None:
    drawn = bar_chart("", [Bar("", *row) for row in rows])
    whole = float(re.findall(r'viewBox="0 0 ([\d.]+)', drawn)[0])
    longest = max(map(float, re.findall(r'<rect [^>]*width="([\d.]+)"', drawn)))
    assert longest >= min(80, whole / 5)
    assert longest + 8 * max(len(row[1]) for row in rows) < whole


@pytest.mark.row("E2")
def test_e2_the_national_desk_alone_sees_where_callers_leave_a_report(desk: Desk) -> None:
    day = week_of(day_of(desk.context.now()) - timedelta(days=9))
    shown, answered = ScreenMeasure.SHOWN, ScreenMeasure.ANSWERED
    with desk.context.database.writing() as session:
        for measure, count in ((shown, 9123), (answered, 1000)):
            add(session, {(day, ScreenCounter(measure, "report/danger")): count})
    man(desk)
    national = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    assert ">8123<" in national.get("/statistics/board").text
    district = admitted(desk, "Officer 1", AccountRole.DESK, "12")
    assert "8123" not in district.get("/statistics/board").text
    assert "8123" not in tab(desk, AccountRole.EDITOR).get("/statistics/use").text
