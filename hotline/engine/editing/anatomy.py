"""How a draft's node is read, however broken it is: nothing here raises, whatever the document holds. Pure."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.engine.document.naming import KINDS, field_of
from hotline.text.languages import CODES

Document = Mapping[str, Any]
"""A flow, or a node of it, as plain data: what a step of a change stores."""
ROW_LISTS = ("choices", "lead", "arms")
BRANCH = "branch"
LINES = ("choices", "lead")
"""Lists of rows that each show words."""


@dataclass(frozen=True, slots=True)
class NodeText:
    """A text of a node: the field's name, the way to it in the document, and its words by language."""

    field: str
    steps: tuple[str, ...]
    words: Mapping[str, str]


def nodes_of(flow: object) -> Mapping[str, Document]:
    """The nodes that are documents at all, in their order."""
    nodes = flow.get("nodes") if isinstance(flow, Mapping) else None
    if not isinstance(nodes, Mapping):
        return {}
    return {str(name): node for name, node in nodes.items() if isinstance(node, Mapping)}


def kind_of(node: object) -> str:
    """say, menu, ask, branch, call or finish; empty where it is none, or not yet."""
    if not isinstance(node, Mapping):
        return ""
    return next((kind for kind in KINDS if node.get(kind) is not None), "")


def body_of(node: object) -> Document:
    """What stands under the node's kind; nothing of a branch, whose body is its arms."""
    body = node.get(kind_of(node)) if isinstance(node, Mapping) else None
    return body if isinstance(body, Mapping) else {}


def rows_of(node: object, rows: str) -> Sequence[Any]:
    """The choices, lead or arms of a node as they are written."""
    inside = node if rows == "arms" else body_of(node)
    found = inside.get(BRANCH if rows == "arms" else rows) if isinstance(inside, Mapping) else None
    return found if isinstance(found, list) else ()


def texts_in(node: object) -> Iterator[NodeText]:
    """Every text that is there, in the order of a screen."""
    kind, body = kind_of(node), body_of(node)
    for rows, label in (("lead", "text"), ("choices", "label")):
        if rows == "choices":
            yield from _text((kind, "text"), body.get("text"))
        for at, row in enumerate(rows_of(node, rows)):
            if isinstance(row, Mapping):
                yield from _text((kind, rows, str(at), label), row.get(label))
    for name in ("note", "skip", "one", "none"):
        yield from _text((kind, name), body.get(name))


def _text(steps: tuple[str, ...], words: object) -> Iterator[NodeText]:
    if isinstance(words, Mapping):
        said = {str(code): str(text) for code, text in words.items() if text is not None}
        yield NodeText(field_of(steps)[0], steps, said)


def arrows_in(node: object) -> Iterator[tuple[str, str]]:
    """Which field leads to which node of the same flow, in the order of the page."""
    found: list[tuple[str, object]] = []
    for rows in ("choices", "arms"):
        for at, row in enumerate(rows_of(node, rows)):
            found.append((f"{rows}.{at}.goes", row.get("goes") if isinstance(row, Mapping) else ""))
    found += [(name, body_of(node).get(name)) for name in ("goes", "weak")]
    yield from ((field, goes) for field, goes in found if isinstance(goes, str) and goes)


def called_by(node: object) -> str:
    """The flow that a call opens; empty where it is none."""
    flow = body_of(node).get("flow") if kind_of(node) == "call" else None
    return flow if isinstance(flow, str) else ""


def first_words(node: object) -> Mapping[str, str]:
    """What a list shows of a node: its text, by language."""
    text = body_of(node).get("text")
    if not isinstance(text, Mapping):
        return {}
    return {code: text[code] for code in CODES if isinstance(text.get(code), str)}


def with_value(node: Document, steps: Sequence[str], value: object) -> dict[str, Any]:
    """A copy of the node with another value at a path that is there; None takes it out."""
    changed: dict[str, Any] = copy.deepcopy(dict(node))
    *way, last = steps
    here: Any = changed
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    if value is None:
        here.pop(last, None)
    elif isinstance(here, list):
        here[int(last)] = value
    else:
        here[last] = value
    return changed


def place_of(flow: str, name: str, node: Document, field: str) -> str:
    """Where reviews and signatures have a text: `learn.one.menu.choices.2.label`."""
    return ".".join((flow, name, *path_of(node, field)))


def path_of(node: Document, field: str) -> tuple[str, ...]:
    """The way to a field in the node's document, as `field_of` names it: `choices.2.goes`, and `text` for a text."""
    kind = kind_of(node)
    first, *rest = field.split(".")
    if first == "arms":
        return ("branch", *rest)
    if first == "asks":
        return (kind, "kind")
    if first in ("reason", "signed", "review"):
        return (first, *rest)
    if first in LINES and len(rest) == 1:
        return (kind, first, *rest, "label" if first == "choices" else "text")
    return (kind, first, *rest)
