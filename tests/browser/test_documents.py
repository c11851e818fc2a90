"""Tests the documents as a web site: `bin/docs` builds it, and a browser without a network shows each page."""

import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.architecture.tree import ROOT
from tests.support.serving import running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow(reason="waits for what builds the site to be installed"),
    pytest.mark.timeout(900),
]
SITE = ROOT / "var" / "site"
DRAWINGS = 3
OFFICE, TELEPHONE = 1366, 360


class Quiet(SimpleHTTPRequestHandler):
    """A request handler that writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    built = subprocess.run(["bin/docs"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE))
    with running(server) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def asked() -> list[str]:
    """Returns the list of requests that pages make to other hosts."""
    return []


@pytest.fixture
def page(chromium: Browser, address: str, asked: list[str]) -> Iterator[Page]:
    def only_the_site(route: Route) -> None:
        if route.request.url.startswith((f"{address}/", "data:", "blob:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    with chromium.new_context() as context:
        context.route("**/*", only_the_site)
        yield context.new_page()


def test_each_page_opens_without_a_network(page: Page, address: str, asked: list[str]) -> None:
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    pages = sorted(path for path in SITE.rglob("*.html") if path.name != "404.html")
    assert len(pages) > len(list((ROOT / "docs" / "decisions").glob("*.md")))
    for path in pages:
        answer = page.goto(f"{address}/{path.relative_to(SITE)}")
        assert answer is not None
        assert answer.ok
        expect(page.locator("h1")).to_have_count(1)
    assert (asked, wrong) == ([], [])


def test_search_finds_a_page_without_a_network(page: Page, address: str, asked: list[str]) -> None:
    page.goto(f"{address}/index.html")
    page.locator(".md-search__input").click()
    page.keyboard.type("escalation")
    found = page.locator(".md-search-result__item a").first
    expect(found).to_be_visible()
    found.click()
    expect(page.locator("article")).to_contain_text("scalat")
    assert asked == []


@pytest.mark.parametrize("width", [OFFICE, TELEPHONE])
def test_each_drawing_fits_the_screen_at_its_size(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/architecture.html")
    drawings = page.locator("picture img")
    expect(drawings).to_have_count(DRAWINGS)
    for one in drawings.all():
        one.scroll_into_view_if_needed()
        drawn, shown = one.evaluate("image => [image.naturalWidth, image.width]")
        assert drawn * 0.95 <= shown <= drawn
    assert page.evaluate("document.documentElement.scrollWidth") <= width
