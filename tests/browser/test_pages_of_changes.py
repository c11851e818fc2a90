"""Tests the pages of drafts with axe and on a narrow screen, so that blind editors can use them."""

import pytest
from playwright.sync_api import Browser, Page

from hotline.core.actors import AccountRole
from hotline.core.database import Database
from hotline.editing import service_publish
from tests.console.browsing import Site, served
from tests.console.writing import FLOW, REASON, Writing, small_desk
from tests.support.axe import axe_faults
from tests.support.clock import Clock
from tests.support.stack import free_port

pytestmark = pytest.mark.browser

WIDTHS = [1366, 360]


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    database: Database, clock: Clock, chromium: Browser, width: int
) -> None:
    port = free_port()
    desk = small_desk(database, clock, console_url=f"http://127.0.0.1:{port}")
    writing, site = Writing(desk), Site(desk, chromium)
    reader = desk.person("Approver 3", AccountRole.APPROVER, AccountRole.EDITOR)
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
    with served(desk.app, port), site.page({"width": width, "height": 768}) as page:
        site.sign_in(page, reader)
        found = [fault for path in paths for fault in faults(page, path, width)]
    assert found == []


def faults(page: Page, path: str, width: int) -> list[str]:
    answer = page.goto(path)
    assert answer is not None
    wrong = [] if answer.status == 200 else [f"{path}: {answer.status}"]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        wrong.append(f"{path} is wider than the screen")
    return wrong + axe_faults(page, path)
