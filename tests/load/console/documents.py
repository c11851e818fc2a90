"""Flows of a large line: the shipped ones, and as many made ones of as many screens as are asked for. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from hotline.engine.editing.anatomy import kind_of, nodes_of, texts_in

CHOICES = 4
"""Of a made menu, each with a way of its own."""
EACH_MENU = 6
"""One screen in so many is a menu."""
FIRST_ENTRY = 5001
"""Each made flow is dialled by digits of its own, so that callers reach it."""


def large_document(shipped: Mapping[str, Any], flows: int, screens: int) -> dict[str, Any]:
    """Its words are those of the shipped lessons, so that every screen is as long as screens are."""
    words = cycle([*_words(shipped)])
    names = [flow_name(at) for at in range(flows)]
    made = {name: _flow(name, screens, words) for name in names}
    entries = {str(FIRST_ENTRY + at): name for at, name in enumerate(names)}
    return {
        **shipped,
        "flows": {**shipped["flows"], **made},
        "entries": {**shipped["entries"], **entries},
    }


def flow_name(at: int) -> str:
    return f"topic_{at + 1:03}"


def screen_name(at: int) -> str:
    return f"screen_{at + 1:02}"


def _words(shipped: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    for flow in shipped["flows"].values():
        for node in nodes_of(flow).values():
            if kind_of(node) == "say" and not node["say"].get("lead"):
                yield from (dict(text.words) for text in texts_in(node) if text.field == "text")


def _flow(name: str, screens: int, words: Iterator[Mapping[str, str]]) -> dict[str, Any]:
    names: Sequence[str] = [screen_name(at) for at in range(screens)]
    nodes = {node: _node(names, at, next(words)) for at, node in enumerate(names[:-1])}
    return {
        "flow": name,
        "review": dict.fromkeys(("rw", "fr", "en"), "draft"),
        "start": names[0],
        "nodes": {**nodes, names[-1]: {"call": {"flow": "onward"}}},
    }


def _node(names: Sequence[str], at: int, words: Mapping[str, str]) -> dict[str, Any]:
    following = names[at + 1 : at + 1 + CHOICES]
    if at % EACH_MENU or len(following) < CHOICES:
        return {"say": {"text": dict(words), "goes": following[0]}}
    choices = [
        {"label": {"rw": f"Isomo {n}", "fr": f"Sujet {n}", "en": f"Lesson {n}"}, "goes": goes}
        for n, goes in enumerate(following, 1)
    ]
    asked = {"rw": "Hitamo isomo:", "fr": "Choisissez:", "en": "Choose a lesson:"}
    return {"menu": {"text": asked, "choices": choices}}
