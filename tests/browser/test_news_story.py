"""Tests the page Today in Chromium, on a wide and on a narrow screen. An editor answers a comment on a returned
draft, and the draft is then published. Also tests that a search finds a flow, and that an editor who never saw the
console adds a lesson with few clicks."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from hotline.core.actors import AccountRole, Actor
from hotline.editing import service_publish
from tests.browser.office import Office
from tests.console.browsing import OFFICE
from tests.support.axe import axe_faults

__all__ = ["language", "size"]

pytestmark = pytest.mark.browser

WORDS = {"rw": "Ntukishyure mbere.", "fr": "Ne payez pas.", "en": "Never pay first."}


def stays_on_today(page: Page) -> None:
    assert page.url.split("?")[0].endswith(("/today", "/"))


@pytest.mark.row("A4")
def test_a_returned_draft_needs_only_the_page_today(office: Office, size: ViewportSize) -> None:
    editor = office.person("Editor 1", AccountRole.EDITOR)
    approver = office.person("Approver 1", AccountRole.APPROVER)
    context, found = office.desk.context, []
    change = office.written("Never pay", WORDS, by="Editor 1")
    service_publish.check_by_id(context, change)
    service_publish.submit(context, Actor("Editor 1", editor.account_id), change)
    with office.hands(size) as hands:
        page = hands.page
        hands.signs_in(approver)
        page.goto("/today")
        page.get_by_role("link", name="Review here").click()
        page.locator("#f-back-note").fill("Is that the law?")
        found += axe_faults(page, "review on today")
        hands.presses("Return draft to editor")
        hands.sees("You returned the draft to the editor.")

        hands.signs_in(editor)
        page.goto("/today")
        expect(page.locator("header .tag").first).to_contain_text("1")
        page.get_by_role("link", name="Answer: Never pay").click()
        page.keyboard.press("Tab")
        page.locator("#f-comment").fill("Since June.")
        found += axe_faults(page, "answer on today")
        hands.presses("Send answer")
        stays_on_today(page)
        hands.presses("Submit for approval")
        hands.sees("Submitted. An approver publishes the draft or returns it.")

        hands.signs_in(approver)
        page.goto("/today")
        expect(page.get_by_text("Since June.")).to_be_visible()
        page.get_by_role("link", name="Review here").click()
        for name in ("Kinyarwanda", "Français", "English"):
            hands.ticks("I have read the {language} text", language=name)
        hands.presses("Publish draft")
        hands.sees("Published. Callers see the change the next time they dial.")
        stays_on_today(page)
        found += axe_faults(page, "today")
    office.waits_until_callers_read(WORDS["rw"], "1", "9")
    assert found == []


@pytest.mark.row("A2")
def test_a_flow_is_found_by_what_it_says_and_played_in_its_picture(
    office: Office, size: ViewportSize
) -> None:
    found: list[str] = []
    with office.hands(size) as hands:
        page = hands.page
        hands.signs_in(office.person("Editor 1", AccountRole.EDITOR))
        page.goto("/flows")
        found += axe_faults(page, "flows")
        page.locator("#f-q").fill("ntukabanze kwishyura")
        page.keyboard.press("Enter")
        page.locator(".lines a").first.click()
        expect(page.get_by_text("Ntukabanze kwishyura").first).to_be_visible()
        page.goto("/flows/abroad/picture")
        page.locator("#f-key").fill("9")
        page.keyboard.press("Enter")
        expect(page.locator(".picture a.taken").first).to_be_visible()
        found += axe_faults(page, "picture")
    assert found == []


CLICKS = 20
SECONDS = 8 * 60
CLICK, WORDS_A_MINUTE = 2, 25
PHONE: ViewportSize = {"width": 360, "height": 740}
TEXTS = (
    ("Umushahara", "Le salaire", "Your pay"),
    ("Menya umushahara wawe.", "Sachez votre salaire.", "Ask what you will earn."),
    ("Saba amasezerano yanditse.", "Demandez un contrat.", "Ask for a written contract."),
    ("Bika kopi yayo.", "Gardez une copie.", "Keep a copy of it."),
    ("Akazi kishyuzwa?", "Payer pour un emploi?", "Must you pay for a job?"),
    ("Ni ngombwa kwishyura?", "Faut-il payer?", "Do you pay anyone?"),
    ("Ntukishyure na rimwe.", "Ne payez jamais.", "Never pay."),
)


@pytest.fixture
def language() -> str:
    return "en"


@pytest.fixture(params=[OFFICE, PHONE], ids=["office", "phone"])
def size(request: pytest.FixtureRequest) -> ViewportSize:
    size: ViewportSize = request.param
    return size


def types_by_tab(page: Page) -> int:
    """Types all texts of the form, and reaches the next field with the Tab key. Returns the number of words."""
    words = 0
    for row in TEXTS:
        for text in row:
            page.keyboard.insert_text(text)
            words += len(text.split())
            page.keyboard.press("Tab")
            if text == "Must you pay for a job?":
                page.keyboard.press("ArrowDown")
                page.keyboard.press("Tab")
    return words


@pytest.mark.row("A2")
def test_a_lesson_with_a_question_is_live_after_twenty_clicks(
    office: Office, size: ViewportSize
) -> None:
    editor = office.person("Editor 1", AccountRole.EDITOR)
    approver = office.person("Approver 1", AccountRole.APPROVER)
    with office.hands(size) as first:
        first.signs_in(editor)
        hands = first.counted()
        page = hands.page
        hands.follows("Flows")
        hands.follows("Build a lesson")
        found = axe_faults(page, "builder")
        hands.click(page.locator("#f-title-rw"))
        words = types_by_tab(page)
        hands.chooses(page.locator("#f-menu"), "quiz.quiz")
        hands.presses("Save in draft")
        expect(page.locator("h1")).to_have_text("Your pay")
        service_publish.check_by_id(office.desk.context, int(page.url.rpartition("/")[2]))
        hands.sees("No problems found.")
        hands.presses("Submit for approval")
        clicks = hands.clicks

        first.signs_in(approver)
        hands = first.counted()
        hands.follows("Drafts")
        hands.opens("Your pay")
        hands.follows("Review draft")
        for name in ("Kinyarwanda", "Français", "English"):
            hands.ticks("I have read the {language} text", language=name)
        hands.presses("Publish draft")
        clicks += hands.clicks
        expect(page.locator("tbody tr").first).to_contain_text("Your pay")
        found += axe_faults(page, "history")
    office.waits_until_callers_read("Akazi kishyuzwa?", "4", "4", "4")
    assert found == []
    assert clicks <= CLICKS, clicks
    assert clicks * CLICK + words * 60 / WORDS_A_MINUTE < SECONDS
