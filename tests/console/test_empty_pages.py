"""Tests that each page without data says in a second sentence, or with a link, what the user can do next."""

import re
from html import unescape

import pytest
from sqlalchemy import delete

from hotline.console.routes import ROUTES, PageRoute
from hotline.core.actors import AccountRole
from hotline.core.database import Database
from hotline.flows import tables
from tests.console.conftest import Tab, new_desk
from tests.console.test_headers import FILES
from tests.support.clock import Clock
from tests.support.made_once import publish_shipped

LISTS = {
    "/approvals", "/call-backs", "/case-files", "/changes", "/changes?over=1", "/exercises",
    "/find?q=nothing+like+it", "/handover", "/live", "/oncall", "/outgoing", "/people",
    "/statistics", "/statistics/board", "/tips", "/words/questions",
}  # fmt: skip
"""The pages that list what people did. On a new hotline, these pages list nothing."""
EMPTY = re.compile(r'<p class="empty">(.*?)</p>', re.S)


@pytest.fixture
def tabs(database: Database, clock: Clock) -> list[Tab]:
    """Returns the browsers of a new hotline: it has flows, and no person, tip, draft or publication of its own."""
    publish_shipped(database, clock())
    desk = new_desk(database, clock)
    with desk.writing() as session:
        session.execute(delete(tables.Publication))
    others = (AccountRole.EDITOR, AccountRole.APPROVER, AccountRole.ADMIN)
    return [desk.tab(*others), desk.tab(AccountRole.NATIONAL)]


def test_empty_page_says_what_to_do(tabs: list[Tab]) -> None:
    pages = {
        route.rule for route in ROUTES if isinstance(route, PageRoute) and route.method == "GET"
    }
    paths = sorted(LISTS | {one for one in pages - FILES if "<" not in one})
    wrong, seen = [], set()
    for path in paths:
        for tab in tabs:
            page = tab.get(path).text
            for inside in EMPTY.findall(page):
                seen.add(path)
                words = unescape(re.sub(r"<[^>]+>", "", inside))
                if "<a " not in inside and not re.search(r"\. \S", words):
                    wrong.append(f"{path}: {words}")
    assert wrong == []
    assert LISTS - seen == set(), "these lists say nothing"
