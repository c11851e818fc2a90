"""Tests the headers of every response, the size of each page, and the files that browsers may cache for a year. An old
browser and the security policy must accept everything in these files.
"""

import re

import pytest

from hotline.console.routes import ROUTES, PageRoute
from hotline.console.templating import STATIC
from hotline.core.actors import AccountRole
from hotline.flows.flow import FlowSet
from tests.console.conftest import Desk, MakeDesk, Tab
from tests.console.test_routes import path_of

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILES = {
    "/changes/<int:draft_id>/play",
    "/words/<language>/sheet/<kind>",
    "/statistics/releases/<period>/report/<language>",
    "/statistics/releases/<period>/files",
    "/statistics/results",
}
"""Routes that answer with a file to download and not with a page."""
PAGES = [
    path_of(one)
    for one in ROUTES
    if isinstance(one, PageRoute) and one.method == "GET" and one.rule not in FILES
]
HEAVIEST = 60_000
FIRST_VISIT = 100_000
INLINE = re.compile(r"<style|\sstyle=|\son\w+=|<script(?! src=\"/static/)|javascript:", re.I)


@pytest.fixture
def tab(desk: Desk) -> Tab:
    return desk.tab(AccountRole.ADMIN, AccountRole.EDITOR, name="Admin 1")


def assert_safe(answer: object) -> None:
    headers = answer.headers  # type: ignore[attr-defined]
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.row("A11")
def test_a_page_is_light_keeps_to_the_policy_and_is_not_kept(tab: Tab) -> None:
    for path in (*PAGES, "/enter", "/recover", "/welcome/none", "/nothing"):
        assert_light(tab, path)


def assert_light(tab: Tab, path: str) -> None:
    answer = tab.get(path)
    assert_safe(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.data) < HEAVIEST
    assert INLINE.search(answer.text) is None
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)
    assert len(answer.data) + sum(len(tab.get(file).data) for file in files) < FIRST_VISIT


def test_answers_that_are_no_page_keep_to_the_policy_too(desk: Desk) -> None:
    outside = desk.outside()
    client = desk.app.test_client()
    answers = [
        outside.get("/"),
        outside.post("/leave"),
        outside.post("/leave", Origin="https://evil.example"),
        client.get("/enter", base_url="http://evil.example"),
        outside.get("/static/console.js"),
        client.put("/enter", base_url="http://127.0.0.1:8080"),
    ]
    assert [one.status_code for one in answers] == [303, 401, 403, 421, 404, 404]
    for answer in answers:
        assert_safe(answer)


def test_a_file_is_kept_for_a_year_under_the_name_of_its_digest(tab: Tab) -> None:
    page = tab.read("/enter")
    files = re.findall(r"/static/console\.[0-9a-f]{12}\.(?:css|js)", page)
    assert len(files) == 2
    for file in files:
        answer = tab.get(file)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert_safe(answer)
    sizes = [len(tab.get(file).data) for file in files]
    assert sizes[0] < 20_000
    assert sizes[1] < 5_000


def test_an_old_browser_reads_the_stylesheet_and_nothing_moves_or_is_fetched() -> None:
    css = (STATIC / "console.css").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    for word in ("color-mix", "@import", "url(", "transition", "animation", "&", ":has(", "@layer"):
        assert word not in rules, word


def test_the_script_writes_no_markup_and_keeps_no_single_letter() -> None:
    script = (STATIC / "console.js").read_text(encoding="utf-8")
    markup = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval", "style.")
    assert [word for word in markup if word in script] == []
    assert re.findall(r"event\.key\.toLowerCase\(\) !== \"(\w)\"", script) == ["s"]
    assert "event.ctrlKey" in script


def test_a_fault_shows_a_reference_alone(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    tab = desk.outside()
    tab.take("a" * 43)
    with desk.context.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE console_session")
    answer = tab.post("/account/language?find=somebody", {"words": "typed <i>"}, key="k")
    assert answer.status_code == 503
    (reference,) = re.findall(r": ([0-9a-f]{8})<", answer.text)
    assert reference in caplog.text
    assert 'name="words" value="typed &lt;i&gt;"' in answer.text
    for secret in ("language", "somebody", "typed", "a" * 43, "Traceback", "console_session"):
        assert secret not in caplog.text
    for secret in ("a" * 43, "Traceback", "console_session"):
        assert secret not in answer.text


class BrokenBooks:
    def live(self) -> int:
        raise ValueError("words that somebody typed")

    def get(self, revision_id: int) -> FlowSet:
        raise ValueError("words that somebody typed")


def test_a_fault_is_logged_by_kind(make_desk: MakeDesk, caplog: pytest.LogCaptureFixture) -> None:
    answer = (
        make_desk(flow_sets=BrokenBooks())
        .tab(AccountRole.TRANSLATOR)
        .get("/words/fr?find=somebody")
    )
    assert answer.status_code == 500
    assert caplog.messages == [f"ValueError, reference {caplog.messages[0][-8:]}"]
    assert "typed" not in answer.text
