"""Tests the editor in Chromium: typing with and without JavaScript, and the page's accessibility with axe."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Dialog, Page, ViewportSize, expect

from hotline.core.actors import AccountRole
from tests.console.browsing import Site
from tests.console.conftest import CHANGE
from tests.support.axe import axe_faults

pytestmark = pytest.mark.browser

ABROAD = f"/changes/{CHANGE}/flows/abroad"
NARROW = ("front/front", "abroad/fee/delete")
SCREENS = ("abroad/fee", "front/front", "report/province", "report/journey")
KNOWN = ("ERR_FAILED", "422 (")
"""The messages that Chromium logs for a request that the test interrupts, and for a form that the console refuses."""
ARRIVES = 10_000
"""The longest time to wait for a page on a busy machine, in milliseconds."""


@contextmanager
def browsing(site: Site, *, script: bool = True, width: int = 1366) -> Iterator[Page]:
    """Yields a page for a signed-in editor. The test fails if the browser's console shows an unknown message."""
    size: ViewportSize = {"width": width, "height": 768}
    with site.page(
        size, script=script, expects=lambda said: any(one in said for one in KNOWN)
    ) as page:
        page.context.set_default_timeout(ARRIVES)
        site.sign_in(page, site.desk.person("Editor 2", AccountRole.EDITOR))
        yield page


def test_typing_shows_itself_and_ctrl_s_saves(site: Site) -> None:
    with browsing(site) as page:
        page.goto(f"{ABROAD}/contract")
        words, screen = page.locator("#f-text-en"), page.locator("#p-handset pre")
        expect(screen).to_contain_text("Before you go")
        words.fill("Ask for the papers first, " * 8 + "“all of them”.")
        expect(screen).to_contain_text("Ask for the papers")
        expect(page.locator("#p-meter-en")).to_contain_text("screens: 2")
        expect(page.get_by_role("button", name="Replace all")).to_be_visible()
        assert page.evaluate("document.activeElement.id") == "f-text-en"

        page.locator("#f-text-en").fill("Ask for the papers.")
        expect(page.locator("#p-meter-en")).not_to_contain_text("screens: 2")
        page.get_by_role("button", name="9", exact=True).click()
        expect(screen).to_contain_text("Do not pay to get a job")
        expect(page.get_by_role("button", name="9", exact=True)).to_be_focused()
        expect(words).to_have_value("Ask for the papers.")

        findings, fine = page.locator("#p-findings"), page.get_by_text("No problems on this screen")
        expect(fine).to_be_visible()
        page.route("**/part", lambda route: route.abort())
        words.press_sequentially(" ")
        for part in (findings, page.locator("#p-meter-en"), page.locator("#p-handset")):
            expect(part.get_by_text("the new text is not checked yet")).to_be_visible()
        expect(page.locator("#network")).to_be_visible()
        expect(fine).to_be_hidden()
        expect(findings.get_by_text("the new text is not checked yet")).to_be_visible()
        page.unroute("**/part")
        words.press_sequentially(" ")
        expect(fine).to_be_visible()
        expect(page.locator("#network")).to_be_hidden()
        expect(findings.get_by_text("the new text is not checked yet")).to_have_count(0)
        words.press("Control+s")
        expect(page.locator(".notice.good").first).to_have_text("Saved.")
        expect(page.locator("#f-text-en")).to_have_value("Ask for the papers.")

        asked: list[str] = []

        def leaves(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", leaves)
        page.locator("#f-text-en").fill("Unsaved.")
        page.get_by_role("link", name="Tell someone you trust", exact=True).first.click()
        expect(page.locator("h1")).to_contain_text("Tell someone you trust")
        assert asked == ["beforeunload"]


def test_a_select_of_a_menu_is_filled_where_it_is_opened(site: Site) -> None:
    with browsing(site) as page:
        page.goto("/changes/1/flows/front/front")
        goes = [page.locator(f"#f-{name}") for name in ("goes", "choices\\.1\\.goes")]
        offered = (one.locator("option").all_inner_texts() for one in goes)
        first, second = ([one.strip() for one in each] for each in offered)
        assert first[1:] == second[1:]
        assert first[0] == "a different screen for each choice"
        assert second[0] == "next screen for all choices"
        expect(goes[1]).to_have_value("homes")
        goes[1].select_option("flow:law")


def test_without_script_the_buttons_do_the_same(site: Site) -> None:
    with browsing(site, script=False) as page:
        page.goto(f"{ABROAD}/contract")
        page.locator("#f-text-en").fill("Ask for the papers.")
        page.get_by_role("button", name="Check again").click()
        expect(page.locator("#p-handset pre")).to_contain_text("Ask for the papers.")
        page.get_by_role("button", name="9", exact=True).click()
        expect(page.locator("#p-handset pre")).to_contain_text("Do not pay to get a job")
        expect(page.locator("#f-text-en")).to_have_value("Ask for the papers.")
        page.locator("#h-limit").press("Enter")
        expect(page.locator(".notice.good").first).to_have_text("Saved.")
        expect(page.locator("#f-text-en")).to_have_value("Ask for the papers.")
        page.goto("/changes/1/flows/front/front")
        page.locator("#f-choices\\.1-en").fill("At home")
        page.get_by_role("button", name="Up choice 2").click()
        expect(page.locator("#f-choices\\.0-en")).to_have_value("At home")
        page.locator("#f-choices\\.0\\.goes").select_option("more:")
        page.get_by_role("button", name="Check again").click()
        page.locator("#f-choices\\.0\\.goes").select_option("flow:law")


def test_axe_finds_nothing_and_nothing_scrolls_sideways(site: Site) -> None:
    found = []
    for width, screens in ((1366, SCREENS), (360, NARROW)):
        with browsing(site, width=width) as page:
            for screen in screens:
                page.goto(f"/changes/{CHANGE}/flows/{screen}")
                found += axe_faults(page, f"{screen} at {width}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, screen
            page.goto(f"{ABROAD}/fee#form")
            outline = "one => getComputedStyle(one).outlineStyle"
            assert page.locator("#form").evaluate(outline) == "none"
            expect(page.get_by_role("button", name="Save", exact=True)).to_be_in_viewport()
            page.evaluate("document.activeElement.blur()")
            page.keyboard.press("?")
            expect(page.locator("#keys")).to_be_visible()
            page.keyboard.press("Escape")
            page.locator("#f-text-en").fill("x\u200by ê")
            page.get_by_role("button", name="Save", exact=True).click()
            expect(page.locator(".errors")).to_be_focused()
            found += axe_faults(page, f"faults at {width}")
    assert found == []
