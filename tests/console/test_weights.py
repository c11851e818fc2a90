"""Tests that even the largest pages of the editor stay small enough for a slow connection. A connection of 100 kbit/s
carries 12 kB in a second.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from hotline.editing import service_publishing
from hotline.flows.service_authoring import live_document
from tests.console.screens import read
from tests.console.test_headers import assert_light
from tests.console.writing import Writing, writing
from tests.flows.books import t
from tests.support.statements import statements

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
def test_the_heaviest_screen_is_light(writing: Writing, made: Callable[[], dict[str, Any]]) -> None:
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


def test_printed_entries_come_in_parts(writing: Writing) -> None:
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


def test_a_new_flow_offers_the_menus_of_one_flow_at_a_time(writing: Writing) -> None:
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


def test_a_part_of_a_page_asks_nothing_that_it_does_not_show(writing: Writing) -> None:
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
