"""Tests the poster and radio text of a short code: their words are safe, and no poster opens a report."""

from dataclasses import replace

import pytest

from hotline.core.actors import AccountRole
from hotline.editing.pages_posters import is_printable, poster_problems, poster_text
from hotline.flows.flow import FlowSet
from hotline.flows.node_fields import Titles
from tests.console.conftest import PAGES, Desk, Tab


@pytest.fixture
def tab(desk: Desk) -> Tab:
    return desk.tab(AccountRole.EDITOR, name="Editor 7")


@pytest.fixture
def flow_set(desk: Desk) -> FlowSet:
    return desk.context.flow_sets.get(desk.context.flow_sets.live())


@pytest.mark.row("C21")
def test_a_short_code_prints_its_poster_and_radio_text(tab: Tab, flow_set: FlowSet) -> None:
    page = tab.get("/short-codes/11").text
    assert '<p class="dial"><strong>*384*777*11#</strong></p>' in page
    for said in ("Akazi ko mu mahanga", "Travailler à l&#39;étranger", "Work abroad"):
        assert said in page
    assert "dial star 384 star 777 star 11 hash" in page
    assert "étoile 384 étoile 777 étoile 11 dièse" in page
    assert 'href="/short-codes/11"' in tab.get("/changes/1/entries").text
    shown = [digits for digits in flow_set.entries if is_printable(flow_set, digits)]
    pages = {digits: tab.get(f"/short-codes/{digits}").text for digits in shown}
    refused = {digits for digits, page in pages.items() if "dial star" not in page}
    assert refused == {"46"}, "only the flow of officers names the police"
    assert "This short code has no poster" in pages["46"]
    assert "Instead of &#34;police&#34;, write &#34;an official&#34;." in pages["46"]


def test_no_poster_opens_a_report_or_a_page_of_responders(tab: Tab, flow_set: FlowSet) -> None:
    assert "90" in flow_set.entries
    for digits in ("90", "20", "..", "1" * 40):
        assert tab.get(f"/short-codes/{digits}").status_code == 404
    assert 'href="/short-codes/90"' not in tab.get("/changes/1/entries").text
    for flow in ("report", "complaint", "receipt", "responders", "front", "questions", "keeping"):
        assert not is_printable(replace(flow_set, entries={"20": flow}), "20")
    straight = {**flow_set.flows, "onward": replace(flow_set.flows["onward"], start="report")}
    assert is_printable(replace(flow_set, entries={"20": "onward"}), "20")
    assert not is_printable(replace(flow_set, flows=straight, entries={"20": "onward"}), "20")


def test_a_risky_word_stops_the_poster() -> None:
    assert "anonym" in [*poster_problems("Numéro anonyme", "fr")]
    assert "protected" in [*poster_problems("You are protected.", "en")]
    for title, found in (("Work abroad", []), ("Report a job", ["report"])):
        titles = Titles({"abroad": {"title": {"en": title}}}, "en")
        text = poster_text(PAGES.say, "en", titles, "abroad", "*384*777*11#")
        assert [*poster_problems(text.whole, "en")] == found
