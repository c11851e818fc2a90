"""Screens added, led on, renamed, moved and deleted: each gives a new flow. Pure.

Whoever calls asks first for the obstacle; an operation that has one changes nothing. No arrow leads to nowhere after it
that did not before.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hotline.engine.editing.anatomy import Document, body_of, kind_of, nodes_of, path_of
from hotline.engine.editing.forms.fields import FieldFault, fault_of
from hotline.engine.editing.outline import Arrow, arrows_of, start_of

EMPTY: Mapping[str, Mapping[str, Any]] = {
    "say": {"say": {"text": {}}},
    "menu": {"menu": {"text": {}, "choices": [{"label": {}}, {"label": {}}]}},
    "ask": {"ask": {"kind": "words", "text": {}}},
    "branch": {"branch": [{}]},
    "call": {"call": {}},
    "finish": {"finish": {}},
}
"""A screen of each kind, as it is born."""
LED_ON = frozenset({"say", "menu", "ask", "branch", "call"})
"""Kinds that go on where the arrow led that was turned to them."""


class Obstacle(StrEnum):
    """Why an operation cannot be done."""

    NAME = "name"
    """It is no name."""
    TAKEN = "taken"
    """Another screen has that name."""
    UNKNOWN = "unknown"
    """There is no such screen, or no such arrow."""
    KIND = "kind"
    START = "start"
    """The flow begins here."""
    UNDECIDED = "undecided"
    """An arrow would lead nowhere."""
    ENTRY = "entry"
    """A printed string opens the flow."""


@dataclass(frozen=True, slots=True)
class NewScreen:
    name: str
    kind: str
    after: str = ""
    """It stands behind this one in the outline; at the end where that is empty."""
    led_from: Arrow | None = None
    """This arrow leads to it from now on, and it leads on to where that one led."""


def obstacle_to_adding(flow: object, new: NewScreen) -> Obstacle | None:
    if fault_of("goes", new.name) is FieldFault.NAME or not new.name:
        return Obstacle.NAME
    if new.name in nodes_of(flow):
        return Obstacle.TAKEN
    if new.kind not in EMPTY:
        return Obstacle.KIND
    arrow = new.led_from
    if new.after and new.after not in nodes_of(flow):
        return Obstacle.UNKNOWN
    return Obstacle.UNKNOWN if arrow and arrow.node and arrow.node not in nodes_of(flow) else None


def added(flow: Document, new: NewScreen) -> dict[str, Any]:
    """The flow with the screen, in one step: nothing is born that no arrow leads to."""
    changed = copied(flow)
    if obstacle_to_adding(flow, new) is not None:
        return changed
    node = copy.deepcopy(dict(EMPTY[new.kind]))
    arrow = new.led_from
    if arrow is not None:
        _lead_on(node, new.kind, arrow.goes)
        changed = led(changed, arrow, new.name)
    names = [*changed["nodes"]]
    at = names.index(new.after) + 1 if new.after else len(names)
    names.insert(at, new.name)
    changed["nodes"] = {**changed["nodes"], new.name: node}
    return in_order(changed, names)


def led(flow: Document, arrow: Arrow, goes: str) -> dict[str, Any]:
    """The flow with one arrow to another screen; empty takes it out. An arrow of a row that is not there is none."""
    changed = copied(flow)
    if not arrow.node:
        changed["start"] = goes
        return changed
    node = changed["nodes"].get(arrow.node)
    *way, last = path_of(node, arrow.field) if isinstance(node, dict) else ("",)
    here: Any = node
    for step in way:
        if isinstance(here, list):
            here = here[int(step)] if step.isdecimal() and int(step) < len(here) else None
        else:
            here = here.get(step) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here.pop(last, None) if not goes else here.update({last: goes})
    return changed


def obstacle_to_renaming(flow: object, old: str, new: str) -> Obstacle | None:
    if not new or fault_of("goes", new) is not None:
        return Obstacle.NAME
    if old not in nodes_of(flow):
        return Obstacle.UNKNOWN
    return Obstacle.TAKEN if new in nodes_of(flow) and new != old else None


def renamed(flow: Document, old: str, new: str) -> dict[str, Any]:
    """The flow with a screen of another name, and every arrow and the start led to it."""
    if obstacle_to_renaming(flow, old, new) is not None:
        return copied(flow)
    changed = copied(flow)
    for arrow in arrows_of(flow):
        if arrow.goes == old:
            changed = led(changed, arrow, new)
    changed["nodes"] = {
        new if name == old else name: node for name, node in changed["nodes"].items()
    }
    return changed


def arrows_into(flow: object, name: str) -> tuple[Arrow, ...]:
    """The arrows that lose their end with a screen; not its own."""
    return tuple(one for one in arrows_of(flow) if one.goes == name and one.node != name)


def obstacle_to_deleting(flow: object, name: str, decided: Mapping[str, str]) -> Obstacle | None:
    """`decided`: by `Arrow.key` where each arrow leads that ends here; `""` takes it out, where it may be taken out."""
    nodes = nodes_of(flow)
    if name not in nodes:
        return Obstacle.UNKNOWN
    if start_of(flow) == name:
        return Obstacle.START
    for arrow in arrows_into(flow, name):
        goes = decided.get(arrow.key)
        if goes is None or goes == name or (goes and goes not in nodes):
            return Obstacle.UNDECIDED
        if not goes and not may_end(nodes[arrow.node], arrow):
            return Obstacle.UNDECIDED
    return None


def deleted(flow: Document, name: str, decided: Mapping[str, str]) -> dict[str, Any]:
    """The flow without a screen, its arrows led as was decided."""
    if obstacle_to_deleting(flow, name, decided) is not None:
        return copied(flow)
    changed = copied(flow)
    for arrow in arrows_into(flow, name):
        changed = led(changed, arrow, decided[arrow.key])
    del changed["nodes"][name]
    return changed


def moved(flow: Document, name: str, by: int) -> dict[str, Any]:
    """The flow with a screen so many rows up or down in the outline; no caller notices."""
    changed = copied(flow)
    names = [*changed["nodes"]]
    if name not in names:
        return changed
    at = names.index(name)
    names.insert(max(0, min(len(names) - 1, at + by)), names.pop(at))
    return in_order(changed, names)


def in_order(flow: Document, names: list[str]) -> dict[str, Any]:
    return {**flow, "nodes": {name: flow["nodes"][name] for name in names}}


def copied(flow: Document) -> dict[str, Any]:
    """A copy that may be changed, whatever the document is: one without nodes gets none."""
    changed: dict[str, Any] = copy.deepcopy(dict(flow))
    if not isinstance(changed.get("nodes"), dict):
        changed["nodes"] = {}
    return changed


def _lead_on(node: dict[str, Any], kind: str, goes: str) -> None:
    if kind == "branch":
        node[kind][0]["goes"] = goes
    elif kind in LED_ON and goes:
        node[kind]["goes"] = goes


def may_end(node: object, arrow: Arrow) -> bool:
    """Whether a node is whole without that arrow: a say may end, a choice may lead where every choice leads."""
    if arrow.field == "weak":
        return True
    if arrow.field == "goes":
        return kind_of(node) in ("say", "call")
    return arrow.field.startswith("choices.") and bool(body_of(node).get("goes"))
