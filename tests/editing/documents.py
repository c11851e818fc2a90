"""Provides documents for the tests of editing: shipped ones, invalid ones, and random edits."""

import copy
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from hotline.text.languages import CODES
from tests.support.made_once import shipped_document

Facts = dict[tuple[str, ...], Any]
Edit = Callable[[dict[str, Any]], None]


@cache
def shipped() -> dict[str, Any]:
    """Returns the content of the shipped flow files. The file of the flows is read only once. A test that changes the
    document must copy it first."""
    return shipped_document()


def body_of(flow: Mapping[str, Any], node: str) -> dict[str, Any]:
    body = next(iter(flow["nodes"].get(node, {"": {}}).values()))
    return body if isinstance(body, dict) else {}


def row_name(row: Mapping[str, Any]) -> str:
    return str(row.get("value") or row["goes"])


def shipped_nodes() -> list[dict[str, Any]]:
    return [node for flow in shipped()["flows"].values() for node in flow["nodes"].values()]


def changed(document: Mapping[str, Any], *steps: str | int, to: Any) -> dict[str, Any]:
    """Returns a copy of a document with a new value at a path. If the value is `...`, the function removes the path."""
    copied = copy.deepcopy(dict(document))
    here: Any = copied
    for step in steps[:-1]:
        here = here[step]
    if to is ...:
        del here[steps[-1]]
    else:
        here[steps[-1]] = to
    return copied


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
KEYS = st.sampled_from(
    [
        *("flow", "start", "nodes", "review", "gathers", "private", "say", "menu", "ask", "branch", "call"),
        *("finish", "text", "goes", "choices", "lead", "label", "value", "when", "answer", "is", "flag"),
        *("not", "note", "skip", "number", "signed", "reason", "list", "kind", "key", *CODES, "a", "b"),
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(0, 9) | WORDS | st.sampled_from(["a", "b", "yes"])
GARBAGE = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)
"""Any JSON value, sometimes with words that our documents use."""


@st.composite
def broken_nodes(draw: st.DrawFn) -> dict[str, Any]:
    """Generates a valid node. Then replaces some parts of the node with random values, or removes these parts."""
    node: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(shipped_nodes())))
    for _ in range(draw(st.integers(0, 3))):
        places = [*_places(node)]
        if not places:
            break
        inside, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            inside[key] = draw(GARBAGE)
        elif isinstance(inside, dict):
            del inside[key]
        else:
            inside.pop(key)
    return node


BROKEN = broken_nodes() | st.dictionaries(KEYS, GARBAGE, max_size=3)


def _places(value: Any) -> Any:
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in list(parts):
        yield value, key
        yield from _places(inner)
