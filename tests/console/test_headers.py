"""Tests the headers of every response, the size of each page, and the files that browsers may cache for a year. Even
the largest pages of the editor stay small enough for a slow connection of 100 kbit/s."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from hotline.console.routes import ROUTES, PageRoute
from hotline.console.templating import STATIC
from hotline.core.actors import AccountRole
from hotline.editing import service_publishing
from hotline.flows.flow import FlowSet
from hotline.flows.service_authoring import live_document
from tests.console.conftest import Desk, MakeDesk, Tab
from tests.console.screens import read
from tests.console.test_routes import path_of
from tests.console.writing import Writing, writing
from tests.flows.books import t
from tests.support.statements import statements

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
def test_page_is_small_safe_and_not_cached(tab: Tab) -> None:
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


def test_other_answers_have_security_headers(desk: Desk) -> None:
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


def test_static_file_is_cached_for_a_year_by_digest(tab: Tab) -> None:
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


def test_stylesheet_is_simple_and_fetches_nothing() -> None:
    css = (STATIC / "console.css").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    for word in ("color-mix", "@import", "url(", "transition", "animation", "&", ":has(", "@layer"):
        assert word not in rules, word


def test_script_writes_no_markup_and_binds_only_control_s() -> None:
    script = (STATIC / "console.js").read_text(encoding="utf-8")
    markup = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval", "style.")
    assert [word for word in markup if word in script] == []
    assert re.findall(r"event\.key\.toLowerCase\(\) !== \"(\w)\"", script) == ["s"]
    assert "event.ctrlKey" in script


def test_error_page_shows_only_a_reference(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
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


def test_fault_is_logged_by_class(make_desk: MakeDesk, caplog: pytest.LogCaptureFixture) -> None:
    answer = (
        make_desk(flow_sets=BrokenBooks())
        .tab(AccountRole.TRANSLATOR)
        .get("/words/fr?find=somebody")
    )
    assert answer.status_code == 500
    assert caplog.messages == [f"ValueError, reference {caplog.messages[0][-8:]}"]
    assert "typed" not in answer.text


__all__ = ["writing"]

SCREENS = 60
CHOICES = 10
FLOW = "learn"
ROOMY = 59_500
"""The maximum size, in bytes, of the largest page that shows problems next to its texts. This limit is below
`HEAVIEST`, so that later additions still fit."""
WORDS = "Nobody may take your passport, your contract or your telephone away from you. Call 112 for free."
"""A text that is as long as the screen of a phone allows."""


def named(at: int) -> str:
    return f"a_screen_of_the_flow_{at:02}"


def menu() -> dict[str, Any]:
    """Returns a menu of ten choices in three languages, each with a condition. Every third choice also has the fields
    `language` and `same_line`."""
    choices = [
        {
            "label": t(f"A choice of the menu {at}"),
            "value": f"value_{at}",
            "goes": named(at + 1),
            "when": {"answer": "danger", "is": ["yes", "unsure"]},
            **({"language": "fr", "same_line": True} if at % 3 == 0 else {}),
        }
        for at in range(CHOICES)
    ]
    lead = [{"text": t(WORDS), "when": {"flag": "reporting"}} for _ in range(2)]
    return {
        "menu": {
            "text": t(WORDS),
            "note": t("As many lines as there are"),
            "lead": lead,
            "choices": choices,
            "saves": "chosen",
        },
        "reason": WORDS,
    }


def branch() -> dict[str, Any]:
    arms = [
        {"when": {"answer": "danger", "is": ["yes"]}, "goes": named(at + 1)}
        for at in range(CHOICES)
    ]
    return {"branch": arms}


def said() -> dict[str, Any]:
    return {"say": {"text": t(WORDS), "goes": named(2)}}


def flow_with(node: dict[str, Any]) -> dict[str, Any]:
    nodes = {named(at): {"say": {"text": t(WORDS), "goes": named(at + 1)}} for at in range(SCREENS)}
    nodes[named(SCREENS - 1)] = {"finish": {}}
    nodes[named(0)] = node
    return {"flow": FLOW, "start": named(0), "nodes": nodes}


@pytest.mark.parametrize("made", [menu, branch, said])
def test_heaviest_editor_page_is_small(
    writing: Writing, made: Callable[[], dict[str, Any]]
) -> None:
    """The page is in French, because French texts are the longest."""
    change = writing.opened()
    writing.saves(change, flow_with(made()))
    at = f"/changes/{change}/flows/{FLOW}/{named(0)}"
    writing.editor.post("/account/language", {"language": "fr", "to": at})
    page = writing.editor.read(at)
    assert '<html lang="fr">' in page
    assert_light(writing.editor, at)
    assert len(page.encode()) < ROOMY


def large(writing: Writing, flows: int = 200, menus: int = 10) -> int:
    """Publishes many flows with a short code for each. Returns a draft of these flows."""
    live = live_document(writing.desk.context.database)
    asked = {"menu": {"text": t("Choose"), "choices": [{"label": t("One"), "goes": "last"}]}}
    nodes = {**{named(at): asked for at in range(menus)}, "last": {"finish": {}}}
    made = {
        name: {**live["flows"][FLOW], "flow": name, "start": named(0), "nodes": nodes}
        for name in (f"a_topic_{at:03}" for at in range(flows))
    }
    entries = {str(5001 + at): name for at, name in enumerate(made)}
    document = {**live, "flows": {**live["flows"], **made}, "entries": entries | live["entries"]}
    service_publishing.publish(
        writing.desk.context, document, by="line", reason="many", of_version=True
    )
    return writing.opened()


def test_printed_short_codes_come_in_parts(writing: Writing) -> None:
    at = f"/changes/{large(writing)}/entries"
    writing.editor.post("/account/language", {"language": "fr", "to": at})
    pages = [writing.editor.read(f"{at}?part={part}") for part in range(1, 6)]
    assert all(len(page.encode()) < ROOMY for page in pages)
    shown = [re.findall(r'id="f-name\.(\d+)"', page) for page in pages]
    entries = live_document(writing.desk.context.database)["entries"]
    assert [one for part in shown for one in part] == sorted(entries)
    assert f'href="{at}?part=3" rel="next"' in pages[1]

    form = dict(read(pages[1], f"{at}?part=2").fields)
    named = form | {f"name.{shown[1][0]}": "poster Nyabugogo", "do": "save"}
    answer = writing.editor.post(f"{at}?part=2", named)
    assert answer.location == f"{at}?part=2"
    assert 'value="poster Nyabugogo"' in writing.editor.read(answer.location)

    form = dict(read(writing.editor.read(f"{at}?part=4"), f"{at}/new?part=1").fields)
    answer = writing.editor.post(f"{at}/new?part=1", form | {"flow": FLOW, "name": "poster"})
    assert answer.location == f"{at}?part=1"
    assert "nouveau dans ce brouillon" in writing.editor.read(answer.location)


def test_new_flow_offers_menus_of_one_flow_at_a_time(writing: Writing) -> None:
    at = f"/changes/build?change={large(writing)}&model=menu"
    page = writing.editor.read(at)
    assert len(page.encode()) < ROOMY
    assert '<option value="a_topic_150.a_screen_of_the_flow_04">' not in page
    typed = {"title.en": "Domestic work", "model": "menu", "do": "menus"}
    page = writing.editor.post(at, typed | {"within": "a_topic_150", "menu": ""}).text
    assert len(page.encode()) < ROOMY
    assert '<option value="a_topic_150.a_screen_of_the_flow_04">' in page
    assert '<option value="a_topic_150" selected>' in page
    assert 'value="Domestic work"' in page
    menu = f"a_topic_150.{named(4)}"
    answer = writing.editor.sends(at, typed | {"menu": menu, "do": "save"})
    assert "/flows/domestic_work/" in answer.location


def test_part_of_page_reads_only_its_data(writing: Writing) -> None:
    """The script of the page often asks for one part of it. When the server makes only this part, it must not read
    the data for the other parts of the page, such as the number of pending messages.
    """
    change = writing.opened()
    at = f"/changes/{change}/flows/{FLOW}/one"
    fields = dict(read(writing.editor.read(at), at).fields)
    with statements() as of_part:
        assert writing.editor.post(f"{at}/part", fields).status_code == 200
    with statements() as asked:
        assert writing.editor.get(at).status_code == 200
    assert not any("queue_pause" in one or "message" in one for one in of_part)
    assert any("queue_pause" in one for one in asked)
    assert not any("message" in one for one in asked), "whether the lane is held is no count"
