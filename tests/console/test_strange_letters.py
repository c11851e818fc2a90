"""Tests that unusual characters in fields, queries, cookies and addresses get an answer and cause no server error."""

from itertools import product

import pytest

from hotline.console.routes import ROUTES
from hotline.core.actors import AccountRole
from tests.console.conftest import Desk
from tests.console.test_routes import GUARDED, path_of
from tests.support.servers import pair

__all__ = ["pair"]

STRANGE = (
    *("é", "\0", "a\0b", "{", "%s", "-1", "１２", "\u202e", "\U0001f600"),
    *("9" * 40, "a" * 5000),
)
FIELDS = (
    *("name", "roles", "language", "to", "do", "reason", "sealed", "have", "kept.x"),
    *(f"secret_{name}" for name in ("password", "code", "new", "old", "new_code", "recovery")),
)
QUERIES = ("who", "did", "tip", "day", "before", "to", "language", "done", "auto")
PARTS = ("<flow>", "<token>", "<name>", "<int:account_id>", "<int:approval_id>", "<int:draft_id>")


def test_no_field_and_no_query_breaks_a_page(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, AccountRole.EDITOR, name="Admin 1")
    posted = ("/enter", "/recover", "/welcome/none", "/accounts", "/approvals/1", "/account/factor")
    broken = []
    for strange in STRANGE:
        query = dict.fromkeys(QUERIES, strange)
        url = desk.context.console_url
        answers = [(path, tab.post(path, dict.fromkeys(FIELDS, strange))) for path in posted]
        for path in ("/audit", "/enter", "/account", "/flows"):
            answers += [(path, tab.client.get(path, base_url=url, query_string=query))]
        broken += [(path, strange[:9]) for path, got in answers if got.status_code >= 500]
    assert broken == []


@pytest.mark.parametrize("key", ["é", "\U0001f600", "k" * 5000])
def test_a_key_of_other_letters_is_a_foreign_key(desk: Desk, key: str) -> None:
    desk.tab(AccountRole.EDITOR).refused("/leave", key=key)


@pytest.mark.parametrize("token", ["é", "a" * 5000, '"', "%00"])
def test_a_cookie_of_other_letters_is_no_session(desk: Desk, token: str) -> None:
    answer = desk.app.test_client().get(
        "/", base_url=desk.context.console_url, headers={"Cookie": f"__Host-hotline={token}"}
    )
    assert answer.status_code == 303


def test_no_address_breaks_a_page(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, AccountRole.EDITOR, name="Admin 1")
    strange = ("%00", "%C3%A9", "9" * 10, "9" * 30, "%F0%9F%98%80", "..%2F", "%7B", "-1")
    for route, part, value in product(ROUTES, PARTS, strange):
        if part in route.rule:
            path = route.rule.replace(part, value)
            if "<" not in path:
                answer = tab.get(path) if route.method == "GET" else tab.post(path)
                assert answer.status_code < 500, (path, answer.status_code)


def test_a_method_that_no_row_has_is_an_unknown_address(desk: Desk) -> None:
    tab = desk.tab(AccountRole.ADMIN, name="Admin 1")
    for route in GUARDED[:6]:
        answer = tab.client.delete(path_of(route), base_url=desk.context.console_url)
        assert answer.status_code == 404
    assert len(GUARDED) < len(ROUTES)
