"""Tests in Chromium, on a narrow screen and with axe, that translators can do all their work. Also tests that the
public page of statistics is readable.
"""

import pytest
from playwright.sync_api import Page, expect

from hotline.core.actors import AccountRole
from hotline.editing import service_reviews
from hotline.statistics import service_report
from tests.browser.test_editor import browsing
from tests.console.browsing import Site
from tests.support.axe import axe_faults

pytestmark = pytest.mark.browser

NARROW = 360
WORDS = "/words/rw?flow=abroad&state=all"
READ = ("/find?q=pasiporo", "/flows/help")
PAGES = (WORDS, *READ, *(f"/words/rw?flow={one}&state=all" for one in ("locales", "engine")))
"""The pages of translators whose address has a filter. The tests of all pages check the other ones."""


def test_a_translator_reads_mends_asks_and_agrees(site: Site) -> None:
    site.desk.person("Editor 2", AccountRole.EDITOR, AccountRole.TRANSLATOR)
    with browsing(site, width=NARROW) as page:
        page.goto(WORDS)
        first, meter = page.locator("#t-1"), page.locator("#m-1")
        before = meter.inner_text()
        first.get_by_role("textbox").first.fill("Soma amasezerano mbere yo kugenda.")
        expect(meter).not_to_have_text(before)
        first.get_by_role("button", name="Save as reviewed").click()
        expect(page.locator("#t-1")).to_contain_text("one person reviewed this text")
        expect(page.locator("#t-1")).to_contain_text("Reviewed by: Editor 2")

        page.locator("#t-1").get_by_role("link", name="Skip text").click()
        expect(page.locator("#t-2")).to_be_in_viewport()
        page.locator("#t-2").get_by_role("button", name="Mark as reviewed", exact=True).click()
        expect(page.locator("#t-2")).to_contain_text("Reviewed by: Editor 2")
        page.locator("#t-3 summary").get_by_text("Ask question", exact=True).click()
        page.locator("[id='f-note.3']").fill("Whose passport?")
        page.locator("#t-3").get_by_role("button", name="Ask question").click()
        expect(page.locator("#t-3")).to_contain_text("Editor 2 asks: Whose passport?")

        page.locator("[id='f-words.3']").fill("ĥ")
        page.keyboard.press("Control+s")
        expect(page.locator(".errors")).to_contain_text("basic phone cannot show ĥ")
        assert_usable(page)
    assert len(service_reviews.all_signatures(site.desk.context)) == 2


def test_axe_finds_nothing_and_no_page_scrolls_sideways(site: Site) -> None:
    site.desk.person("Editor 2", AccountRole.EDITOR, AccountRole.TRANSLATOR, AccountRole.AUDITOR)
    with browsing(site, width=NARROW) as page:
        for path in PAGES:
            page.goto(path)
            assert_usable(page)
        page.goto("about:blank")
        page.set_content(service_report.results_page(site.desk.context))
        assert_usable(page)


def assert_usable(page: Page) -> None:
    assert axe_faults(page, page.url) == []
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW, f"{page.url}: {wide}"
