"""Tests the pages for the phone numbers and short codes of a draft. Some edits need two people, and a short code that
was printed never changes.
"""

import re
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from hotline.core.actors import AccountRole, Actor
from hotline.editing import service_drafts, service_plans, service_publish
from hotline.editing.pages_numbers import is_printable, poster_problems, poster_text
from hotline.editing.rules_drafts import ENTRIES, NUMBERS
from hotline.editing.service_drafts import Refusal
from hotline.editing.service_plans import Times
from hotline.flows.flow import FlowSet
from hotline.flows.node_fields import Titles
from hotline.flows.service_authoring import live_document
from tests.console.conftest import PAGES, Desk, Tab
from tests.editing.changing import refusal

AT_NUMBERS, AT_ENTRIES = "/changes/1/numbers", "/changes/1/entries"


@pytest.fixture
def tab(desk: Desk) -> Tab:
    return desk.tab(AccountRole.EDITOR, name="Editor 7")


def send(tab: Tab, path: str, to: str, **fields: str) -> TestResponse:
    """Sends a form of the page at `path` with the page's hidden values."""
    page = tab.read(path)
    stamps = {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in STAMPS}
    return tab.post(to, stamps | fields)


STAMPS = ("version", "once")
pytestmark = pytest.mark.row("A7")
CALL = {"do": "confirm:3512", "answered": "Duty officer, GBV desk", "called": "2026-11-23"}


def part(desk: Desk, name: str) -> dict[str, dict[str, str]]:
    return dict(service_drafts.part_draft(desk.context, 1, name).document or {})


def test_number_shows_confirmer_and_day(desk: Desk, tab: Tab) -> None:
    answer = send(tab, AT_NUMBERS, AT_NUMBERS, **CALL)
    assert (answer.status_code, answer.location) == (303, AT_NUMBERS)
    row = part(desk, NUMBERS)["3512"]
    assert (row["confirmed_by"], row["confirmed_on"]) == ("Editor 7", "2026-11-23")
    page = tab.read(AT_NUMBERS)
    assert (
        "confirmed by a call of Editor 7 on 23 November 2026, shown to callers until 23 November 2027"
        in page
    )
    assert "Person who answered the call: Duty officer, GBV desk" in page
    assert "changed in this draft" in page
    assert 'class="scroll stacked"' in page, "on a narrow screen the form has the whole width"
    assert '<td data-head="Evidence">' in page
    assert re.search(r'<a href="/flows/\w+#n-\w+">', page), "the screens that name a number"


def test_confirmation_needs_person_and_day(desk: Desk, tab: Tab) -> None:
    for field, typed in (
        *(("answered", typed) for typed in ("", "Officer at 0788 123 456")),
        *(("called", typed) for typed in ("", "2026-11-25", "2026-10-24", "yesterday")),
    ):
        answer = send(tab, AT_NUMBERS, AT_NUMBERS, **CALL | {field: typed})
        assert answer.status_code == 422, typed
        assert re.search(f'id="f-{field}-3512"[^>]+aria-invalid="true"', answer.text)
        assert "<details open><summary>Confirm 3512" in answer.text
    assert "confirmed_on" not in part(desk, NUMBERS)["3512"]


def test_approver_sees_service_number_call_and_screens(desk: Desk, tab: Tab) -> None:
    send(tab, AT_NUMBERS, AT_NUMBERS, **CALL | {"do": "confirm:112"})
    red = desk.tab(AccountRole.APPROVER, name="Approver 7").read("/changes/1/read")
    line = re.findall(r"<li><strong>112</strong>, (.*?)</li>", red)[0]
    assert line.startswith("Rwanda National Police emergency: ")
    for said in ("called by: Editor 7", "called on: 2026-11-23", "answered by: Duty officer"):
        assert said in line
    assert re.search(r"Screens with this phone number: [^.n]", line)


def test_confirmer_cannot_publish_own_number(desk: Desk, tab: Tab) -> None:
    send(tab, AT_NUMBERS, AT_NUMBERS, **CALL)
    editor = desk.person("Editor 7")
    by = Actor("Editor 7", editor.account_id)
    service_publish.submit(desk.context, by, 1)
    digest = service_publish.merge_draft(desk.context, 1).digest
    refused = refusal(service_plans.approve, desk.context, by, 1, digest, Times())
    assert refused.refusal is Refusal.OWN_HAND
    live = {row["number"]: row for row in live_document(desk.context.database)["numbers"]}
    assert "confirmed_on" not in live["3512"]


def test_number_can_be_removed_but_not_112(desk: Desk, tab: Tab) -> None:
    send(tab, AT_NUMBERS, AT_NUMBERS, **CALL)
    assert send(tab, AT_NUMBERS, AT_NUMBERS, do="away:3512").status_code == 303
    assert "confirmed_on" not in part(desk, NUMBERS)["3512"]
    answer = send(tab, AT_NUMBERS, AT_NUMBERS, do="away:112")
    assert answer.status_code == 422
    assert "You cannot remove the emergency number 112." in answer.text
    assert part(desk, NUMBERS)["112"]["confirmed_on"]


def test_expiring_number_is_amber_then_red(desk: Desk, tab: Tab) -> None:
    assert "confirm again" not in tab.read(AT_NUMBERS)
    desk.clock.turn(days=310)
    tab = desk.tab(AccountRole.EDITOR, name="Editor 8")
    assert '<span class="tag warn">confirm again</span>' in tab.read(AT_NUMBERS)
    desk.clock.turn(days=60)
    tab = desk.tab(AccountRole.EDITOR, name="Editor 9")
    page = tab.read(AT_NUMBERS)
    assert '<span class="tag bad">expired</span>' in page
    assert "Screens show this emergency number even after its confirmation has expired." in page


def test_new_number_waits_for_confirmation(desk: Desk, tab: Tab) -> None:
    to, row = f"{AT_NUMBERS}/new", {"service": "Help", "evidence": "a letter", "status": "verified"}
    assert send(tab, AT_NUMBERS, to, number="40 40", **row).status_code == 303
    assert part(desk, NUMBERS)["4040"]["service"] == "Help"
    assert "confirmed_on" not in part(desk, NUMBERS)["4040"]
    for wrong in ({"number": "40x"}, {"service": ""}, {"evidence": ""}, {"status": "sure"}):
        answer = send(tab, AT_NUMBERS, to, **({"number": "4041"} | row | wrong))
        assert answer.status_code == 422
    assert "4041" not in part(desk, NUMBERS)


def test_number_needs_verified_evidence(desk: Desk, tab: Tab) -> None:
    row = {"number": "4040", "service": "Help", "evidence": "a page", "status": "probable"}
    send(tab, AT_NUMBERS, f"{AT_NUMBERS}/new", **row)
    assert "confirm:4040" not in tab.read(AT_NUMBERS)
    assert send(tab, AT_NUMBERS, AT_NUMBERS, **CALL | {"do": "confirm:4040"}).status_code == 422
    assert send(tab, AT_NUMBERS, AT_NUMBERS, **CALL | {"do": "confirm:999"}).status_code == 422


def test_concurrent_edit_of_number_is_asked_about(desk: Desk, tab: Tab) -> None:
    version = service_drafts.part_draft(desk.context, 1, NUMBERS).version
    stamps = {"version": str(version), "once": "a"}
    other = desk.tab(AccountRole.EDITOR, name="Editor 8")
    send(other, AT_NUMBERS, AT_NUMBERS, **CALL)
    answer = tab.refused(AT_NUMBERS, stamps | CALL)
    assert "Editor 8 edited this text at the same time." in answer


def test_new_short_code_gets_lowest_free_digits(desk: Desk, tab: Tab) -> None:
    to = f"{AT_ENTRIES}/new"
    answer = send(tab, AT_ENTRIES, to, flow="signs", name="poster  Nyabugogo")
    assert (answer.status_code, answer.location) == (303, AT_ENTRIES)
    assert part(desk, ENTRIES)["16"] == {"flow": "signs", "name": "poster Nyabugogo"}
    page = tab.read(AT_ENTRIES)
    assert "<code>*384*777*16#</code>" in page
    assert "The new short code gets 17" in page
    send(tab, AT_ENTRIES, AT_ENTRIES, do="save", **{"name.11": "poster Huye"})
    assert part(desk, ENTRIES)["11"] == {"flow": "abroad", "name": "poster Huye"}
    assert "poster Huye" in tab.read(AT_ENTRIES)


def test_collecting_flow_cannot_get_short_code(desk: Desk, tab: Tab) -> None:
    page = tab.read(AT_ENTRIES)
    for flow in ("report", "receipt", "complaint", "responders", "nothing", ""):
        assert not flow or f'<option value="{flow}"' not in page
        answer = send(tab, AT_ENTRIES, f"{AT_ENTRIES}/new", flow=flow)
        assert answer.status_code == 422
        assert "Choose the flow that the short code opens." in answer.text
    assert "16" not in part(desk, ENTRIES)


def test_printed_short_code_stays_and_new_one_can_go(desk: Desk, tab: Tab) -> None:
    send(tab, AT_ENTRIES, f"{AT_ENTRIES}/new", flow="signs")
    answer = send(tab, AT_ENTRIES, AT_ENTRIES, do="out:11")
    assert answer.status_code == 422
    assert "You cannot change a printed short code. Add a new short code" in answer.text
    assert send(tab, AT_ENTRIES, AT_ENTRIES, do="out:16").status_code == 303
    assert set(part(desk, ENTRIES)) == set(live_document(desk.context.database)["entries"])


def test_ended_draft_cannot_be_edited(desk: Desk, tab: Tab) -> None:
    service_drafts.drop_draft(desk.context, Actor("Editor 1"), 1)
    for path, to, fields in (
        (AT_NUMBERS, AT_NUMBERS, CALL),
        (AT_ENTRIES, f"{AT_ENTRIES}/new", {"flow": "signs"}),
    ):
        answer = send(tab, path, to, **fields)
        assert answer.status_code == 422
        assert "This draft was already published or discarded. Start a new draft" in answer.text
    assert tab.get("/changes/999/numbers").status_code == 404


# The tests below are about the poster and radio text of a short code.


@pytest.fixture
def flow_set(desk: Desk) -> FlowSet:
    return desk.context.flow_sets.get(desk.context.flow_sets.live())


@pytest.mark.row("C21")
def test_short_code_has_poster_and_radio_text(tab: Tab, flow_set: FlowSet) -> None:
    page = tab.read("/short-codes/11")
    assert '<p class="dial"><strong>*384*777*11#</strong></p>' in page
    for said in ("Akazi ko mu mahanga", "Travailler à l&#39;étranger", "Work abroad"):
        assert said in page
    assert "dial star 384 star 777 star 11 hash" in page
    assert "étoile 384 étoile 777 étoile 11 dièse" in page
    assert 'href="/short-codes/11"' in tab.read("/changes/1/entries")
    shown = [digits for digits in flow_set.entries if is_printable(flow_set, digits)]
    pages = {digits: tab.read(f"/short-codes/{digits}") for digits in shown}
    refused = {digits for digits, page in pages.items() if "dial star" not in page}
    assert refused == {"46"}, "only the flow of officers names the police"
    assert "This short code has no poster" in pages["46"]
    assert "Instead of &#34;police&#34;, write &#34;an official&#34;." in pages["46"]


def test_posters_open_no_report_and_no_responder_page(tab: Tab, flow_set: FlowSet) -> None:
    assert "90" in flow_set.entries
    for digits in ("90", "20", "..", "1" * 40):
        assert tab.get(f"/short-codes/{digits}").status_code == 404
    assert 'href="/short-codes/90"' not in tab.read("/changes/1/entries")
    for flow in ("report", "complaint", "receipt", "responders", "front", "questions", "keeping"):
        assert not is_printable(replace(flow_set, entries={"20": flow}), "20")
    straight = {**flow_set.flows, "onward": replace(flow_set.flows["onward"], start="report")}
    assert is_printable(replace(flow_set, entries={"20": "onward"}), "20")
    assert not is_printable(replace(flow_set, flows=straight, entries={"20": "onward"}), "20")


def test_risky_word_prevents_poster() -> None:
    assert "anonym" in [*poster_problems("Numéro anonyme", "fr")]
    assert "protected" in [*poster_problems("You are protected.", "en")]
    for title, found in (("Work abroad", []), ("Report a job", ["report"])):
        titles = Titles({"abroad": {"title": {"en": title}}}, "en")
        text = poster_text(PAGES.say, "en", titles, "abroad", "*384*777*11#")
        assert [*poster_problems(text.whole, "en")] == found
