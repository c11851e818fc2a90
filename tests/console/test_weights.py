"""The heaviest pages of the editor stay light: a line of 100 kbit/s carries 12 kB a second."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.console.test_headers import assert_light
from tests.console.writing import Writing, writing
from tests.engine.books import t

__all__ = ["writing"]

SCREENS = 60
CHOICES = 10
FLOW = "learn"
ROOMY = 56_000
"""Bytes of the heaviest: what is added later has room under `HEAVIEST`."""
WORDS = "Nobody may take your passport, your contract or your telephone away from you. Call 112 for free."
"""As long as a screen has room for."""


def named(at: int) -> str:
    return f"a_screen_of_the_flow_{at:02}"


def menu() -> dict[str, Any]:
    """Ten choices of three languages, each with a condition; every third with the rest."""
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
    """In French, whose words are the longest."""
    change = writing.opened()
    writing.saves(change, flow_with(made()))
    at = f"/changes/{change}/flows/{FLOW}/{named(0)}"
    writing.editor.post("/account/language", {"language": "fr", "to": at})
    page = writing.editor.get(at).text
    assert '<html lang="fr">' in page
    assert_light(writing.editor, at)
    assert len(page.encode()) < ROOMY
