"""Take the pictures of figures in `docs/` anew, from the console of an invented year. Seed 1, in English.

    HOTLINE_HOME=/tmp/year bin/demo --year
    python -m tools.picture_figures /tmp/year

It needs what the tests need. It enters as the demo's account of the national desk; every picture says that it is
invented, as the page does whose part it is.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import FloatRect, Page, ViewportSize

from hotline.adapters.console_words import load_console_words
from hotline.adapters.demo_accounts import demo_accounts_in
from hotline.bootstrap import build_pages
from hotline.cli.line.demo import environ_of
from hotline.cli.line.demo_home import HOME
from hotline.config import Settings
from hotline.domain.accounts.second_factor import code_at
from hotline.services.evidence import origin
from hotline.web.console.app import create_console, templates_in
from tests.console.browsing import free_port, served
from tests.keypad import chromium_browser

DOCS = Path(__file__).parents[1] / "docs"
WHO = "National 1"
PARTS: Mapping[str, str] = {
    "admin-guide/figures-map.png": "/evidence/answer#districts",
    "evidence/screens.png": "/evidence/reach#screens",
    "evidence/acknowledged.png": "/evidence/answer#acknowledged",
    "evidence/districts.png": "/evidence/answer#districts",
    "evidence/way.png": "/evidence/help#way",
    "evidence/quiz.png": "/evidence/learning#quiz",
}
"""A part of a page each."""
WHOLE = "admin-guide/figures-month.png"
SIZE: ViewportSize = {"width": 1100, "height": 768}
TALLEST = 720.0
TOP: FloatRect = {"x": 0, "y": 0, "width": SIZE["width"], "height": TALLEST}
SHAPE = f"""part => {{
    const box = part.getBoundingClientRect();
    return {{x: box.x, y: box.y + scrollY, width: box.width, height: Math.min(box.height, {TALLEST})}};
}}"""
MARKS = "part => part.prepend(document.querySelector('.invented').cloneNode(true))"


def enter(page: Page, home: Path) -> None:
    (who,) = (one for one in demo_accounts_in(home) if one.name == WHO)
    page.goto("/enter")
    page.get_by_label("Name").fill(who.name)
    page.get_by_label("Password").fill(who.password)
    page.get_by_label("Code").fill(code_at(who.secret, datetime.now(UTC)))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def take(page: Page, docs: Path) -> None:
    page.goto("/evidence")
    page.screenshot(path=docs / WHOLE, clip=TOP)
    for file, at in PARTS.items():
        page.goto(at)
        part = page.locator(f"#{at.partition('#')[2]}")
        part.evaluate(MARKS)
        page.screenshot(path=docs / file, clip=part.evaluate(SHAPE), full_page=True)


def main(home: Path) -> None:
    port = free_port()
    given = {HOME: str(home), "HOTLINE_CONSOLE_URL": f"http://127.0.0.1:{port}"}
    kit = build_pages(Settings.read(environ_of(given, 8001)))
    if not origin.is_invented(kit):
        raise SystemExit(f"{home} is no invented year: see the first lines of {__file__}")
    app = create_console(kit, templates_in(load_console_words()))
    with served(app, port), chromium_browser() as browser:
        context = browser.new_context(
            viewport=SIZE, locale="en-GB", base_url=f"http://127.0.0.1:{port}"
        )
        page = context.new_page()
        enter(page, home)
        take(page, DOCS)
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
