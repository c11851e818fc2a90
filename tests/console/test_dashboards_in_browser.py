"""The pages of figures in Chromium, full: axe, a keyboard, a narrow screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hotline.domain.accounts.account import AccountRole
from tests.console.browsing import NARROW, OFFICE, Site, free_port, served
from tests.console.conftest import MakeDesk
from tests.console.test_dashboards import PATHS, writes
from tests.console.test_in_browser import judged
from tests.published_year import published

pytestmark = pytest.mark.browser
SHARES = 6
"""In so many parts the pages take turns: axe takes seconds for a page that is full."""
SIZES = {"office": OFFICE, "narrow": NARROW}


@pytest.fixture
def site(make_desk: MakeDesk, chromium: Browser) -> Iterator[Site]:
    port = free_port()
    desk = make_desk(console_url=f"http://127.0.0.1:{port}")
    writes(desk, published("2026-09", is_invented=True), published("2026-10", is_invented=True))
    with served(desk.app, port):
        yield Site(desk, chromium)


@pytest.mark.row("E2")
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("size", [*SIZES])
@pytest.mark.parametrize("language", ["rw", "fr", "en"])
def test_e2_full_dashboards_pass_axe_and_are_read_by_keyboard(
    site: Site, share: int, size: str, language: str
) -> None:
    person = site.desk.person("National 1", AccountRole.NATIONAL, language=language)
    with site.page(SIZES[size]) as page:
        site.sign_in(page, person)
        paths = [*PATHS.values(), "/evidence/dictionary"][share::SHARES]
        wrong = [fault for path in paths for fault in judged(page, path)]
        assert not wrong, "\n".join(wrong)
        reads_by_keyboard(page)


def reads_by_keyboard(page: Page) -> None:
    """To another page, into what its numbers are, and to another month."""
    page.goto("/evidence")
    page.locator(".boards a[href*='reach']").focus()
    page.keyboard.press("Enter")
    here = page.locator(".boards [aria-current]")
    expect(here).to_have_attribute("href", "/evidence/reach?period=2026-10")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".meanings").first).to_be_visible()
    page.locator("select[name=period]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("select[name=period]")).to_have_value("2026-09")
