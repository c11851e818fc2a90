"""Tests the page that lists the rights of each role. The page agrees with the table of routes and shows no phone
number. Only auditors and admins can open the page.
"""

import re
from html import unescape

import pytest

from hotline.console.routes import PAGES, Method
from hotline.core.actors import ACCOUNT_ROLES, ROLES, AccountRole
from hotline.people.rules_audit import action_sentence
from tests.console.conftest import NUMBER, Desk


def rows_of(page: str, heading: str) -> list[list[str]]:
    """Returns the words of each cell of the first table below a heading."""
    table = page[page.index(f'id="{heading}"') :].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", " ", one)).strip() for one in row] for row in cells]


@pytest.mark.row("A10")
def test_an_auditor_prints_the_rights_that_the_routes_decide(desk: Desk) -> None:
    desk.person("Editor 7", AccountRole.EDITOR)
    page = desk.tab(AccountRole.AUDITOR, name="Auditor 1").read("/rights")
    people = {row[0]: row[1:] for row in rows_of(page, "people")}
    assert people["Editor 7"][0] == "editor"
    assert "a password and a code" in people["Editor 7"][3]
    assert [row[0] for row in rows_of(page, "roles")] == [*ROLES]
    shown = {row[0]: row[1].split(", ") for row in rows_of(page, "commands")}
    assert not [does for does in shown if "/" in does], "an address says nothing to an auditor"
    assert "sent a test SMS to all on-call contacts" in shown
    for route in PAGES:
        if route.method is Method.POST and route.audit == "account_invited":
            does = action_sentence(route.audit)[0].format(subject="...", outcome="...")
            wanted = [role for role in ACCOUNT_ROLES if role in route.roles]
            assert shown[does] == wanted == [AccountRole.ADMIN]


def test_the_page_of_rights_shows_no_phone_number(desk: Desk) -> None:
    page = desk.tab(AccountRole.ADMIN, name="Admin 7").read("/rights")
    assert "Responder 1" in page
    assert "phone: the person has no PIN yet" in page
    assert NUMBER[-6:] not in page
    assert desk.tab(AccountRole.NATIONAL).get("/rights").status_code == 404
