"""Takes the pictures of statistics in `docs/` again, in English, from the sample data of a demo.

First run `HOTLINE_HOME=/tmp/sample hotline init --demo --sample`, and then `python -m tools.take_pictures /tmp/sample`.
The tool needs the packages with which the tests run. Every picture says that its data is sample data, as the page does.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from hotline.cli.contexts import build_console
from hotline.cli.demo import environ_of
from hotline.cli.demo_home import HOME
from hotline.console.templating import Templates
from hotline.core import tables
from hotline.core.catalogues import load_console_words
from hotline.core.settings import Settings
from hotline.people.demo_sign_in import demo_accounts_in
from hotline.people.rules_sign_in import code_at
from hotline.web.console_app import create_console
from tests.console.browsing import served
from tests.support.keypad import chromium_browser
from tests.support.stack import free_port

DOCS = Path(__file__).parents[1] / "docs" / "statistics"
PICTURES: Mapping[str, tuple[str, str, int]] = {
    "overview.png": ("Programme lead 1", "/", 1366),
    "overview-narrow.png": ("Programme lead 1", "/", 360),
    "board.png": ("National 1", "/statistics/board", 1366),
    "board-narrow.png": ("National 1", "/statistics/board", 360),
    "use.png": ("Editor 1", "/statistics/use", 1366),
    "release.png": ("Programme lead 1", "/statistics/releases/{year}", 1366),
    "release-narrow.png": ("Programme lead 1", "/statistics/releases/{year}", 360),
}
"""Maps each file name to three values: the account that opens the page, the page's address, and the screen's width."""
KEPT = ("overview.png", "board.png")
"""The files that are stored in `docs/`. The tool writes all other pictures to the home folder, where a person can look
at them."""


def enter(page: Page, home: Path, name: str) -> None:
    (account,) = (row for row in demo_accounts_in(home) if row.name == name)
    page.goto("/enter?language=en")
    page.get_by_label("Name").fill(account.name)
    page.get_by_label("Password").fill(account.password)
    page.get_by_label("Code").fill(code_at(account.secret, datetime.now(UTC)))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def main(home: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    context = build_console(
        Settings.read(environ_of({HOME: str(home), "HOTLINE_CONSOLE_URL": address}, 8001))
    )
    if not tables.is_sample(context.database):
        raise SystemExit(f"{home} has no sample data: read the first lines of {__file__}")
    app = create_console(context, Templates(load_console_words()))
    entered: dict[str, object] = {}
    with served(app, port), chromium_browser() as browser:
        for file, (name, path, width) in PICTURES.items():
            size: ViewportSize = {"width": width, "height": 768}
            visit = browser.new_context(
                viewport=size,
                locale="en-GB",
                base_url=address,
                storage_state=entered.get(name),  # type: ignore[arg-type]
            )
            page = visit.new_page()
            if name not in entered:
                enter(page, home, name)
                entered[name] = visit.storage_state()
            page.goto(path.format(year=context.now().year - 1))
            folder = DOCS if file in KEPT else home
            page.screenshot(path=folder / file, full_page=file not in KEPT)
            visit.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
