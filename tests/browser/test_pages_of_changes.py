"""Tests the pages of drafts with axe and on a narrow screen, so that blind editors can use them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from hotline.core.actors import AccountRole
from hotline.core.database import Database
from hotline.editing import service_publish
from hotline.web.console_app import create_console
from tests.console.browsing import QuietHandler
from tests.console.conftest import PAGES
from tests.console.writing import FLOW, REASON, Writing, small_desk
from tests.support.axe import axe_faults
from tests.support.clock import Clock
from tests.support.serving import running
from tests.support.signing import person

pytestmark = pytest.mark.browser

WIDTHS = [1366, 360]


@contextmanager
def served(writing: Writing) -> Iterator[str]:
    """Serves the console of `writing` at an address that a browser can reach."""

    def nothing(_environ: object, _start: object) -> list[bytes]:
        return []

    server = make_server("127.0.0.1", 0, nothing, threaded=True, request_handler=QuietHandler)
    url = f"http://127.0.0.1:{server.port}"
    server.app = create_console(replace(writing.desk.context, console_url=url), PAGES)
    with running(server):
        yield url


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    database: Database, clock: Clock, chromium: Browser, width: int
) -> None:
    writing = Writing(small_desk(database, clock))
    reader = person(
        writing.desk.context, clock, "Approver 3", AccountRole.APPROVER, AccountRole.EDITOR
    )
    change, urgent, late = writing.proposed(), writing.opened("A trap"), writing.opened("Late")
    for each, words in ((urgent, "Ntukajyeyo."), (late, "Ntukishyure na rimwe.")):
        writing.says(each, words)
    fields = {"digest": writing.digest(urgent), "reason": REASON}
    assert writing.approver.post(f"/changes/{urgent}/emergency", fields).status_code == 303
    for each in (change, late):
        service_publish.check_by_id(writing.desk.context, each)
    paths = (
        *("/flows", f"/flows/{FLOW}", f"/flows/{FLOW}/picture", "/changes", "/changes/new"),
        *(f"/changes/{change}", f"/changes/{change}/read", f"/changes/{change}/print"),
        *(f"/changes/{late}", f"/changes/{late}/catch-up", f"/changes/{urgent}/read"),
        *("/live", "/live/1/bring-back", "/live/2/confirm"),
    )
    with served(writing) as url:
        page = chromium.new_page(viewport={"width": width, "height": 768})
        page.goto(f"{url}/enter")
        page.fill("#f-name", reader.name)
        page.fill("[name=secret_password]", reader.password)
        page.fill("[name=secret_code]", reader.code())
        page.click("form[action='/enter'] button.main")
        page.wait_for_url(f"{url}/")
        found = [fault for path in paths for fault in faults(page, url, path, width)]
        page.close()
    assert found == []


def faults(page: Page, url: str, path: str, width: int) -> list[str]:
    answer = page.goto(f"{url}{path}")
    assert answer is not None
    wrong = [] if answer.status == 200 else [f"{path}: {answer.status}"]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        wrong.append(f"{path} is wider than the screen")
    return wrong + axe_faults(page, path)
