"""Screens added, led on, renamed, moved and deleted: each gives a new flow. Pure.

Whoever calls asks first for the obstacle. No arrow leads to nowhere after an operation that did not before: a screen
and a flow go once nothing leads to them.

Names of screens and flows, made of the English that somebody typed. Pure.

Ways from one flow to another. Pure.

A new flow out of a model, and the choice that leads to it: the topic that is written in ten minutes. Pure.
"""

import copy
import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import NamedTuple

from hotline.engine.document.document import parse
from hotline.engine.document.kept import Document, Editable
from hotline.engine.document.models import LONGEST_NAME
from hotline.engine.editing.anatomy import (
    called_by,
    kind_of,
    nodes_of,
    path_of,
    rows_of,
    value_at,
)
from hotline.engine.editing.forms import FieldFault, fault_of
from hotline.engine.editing.preview import Arrow, arrows_of, start_of
from hotline.engine.run import Place
from hotline.text.languages import CODES

EMPTY: Mapping[str, Document] = {
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
    LED_TO = "led_to"
    """An arrow would lead nowhere."""
    ENTRY = "entry"
    """A printed string opens the flow."""


class NewScreen(NamedTuple):
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


def added(flow: Document, new: NewScreen) -> Editable:
    """The flow with the screen, in one step: nothing is born that no arrow leads to."""
    changed, arrow = copied(flow), new.led_from
    if arrow is not None:
        changed = led(changed, arrow, new.name)
    changed["nodes"][new.name] = copy.deepcopy(dict(EMPTY[new.kind]))
    if arrow is not None and arrow.goes and new.kind in LED_ON:
        on = "arms.0.goes" if new.kind == "branch" else "goes"
        changed = led(changed, Arrow(new.name, on, ""), arrow.goes)
    names = [name for name in changed["nodes"] if name != new.name]
    names.insert(names.index(new.after) + 1 if new.after else len(names), new.name)
    return in_order(changed, names)


def led(flow: Document, arrow: Arrow, goes: str) -> Editable:
    """The flow with one arrow to another screen; empty takes it out. An arrow of a row that is not there is none."""
    changed = copied(flow)
    if not arrow.node:
        changed["start"] = goes
        return changed
    node = changed["nodes"].get(arrow.node)
    *way, last = path_of(node, arrow.field)
    here = value_at(node, way)
    if isinstance(here, dict):
        here.pop(last, None) if not goes else here.update({last: goes})
    return changed


def obstacle_to_renaming(flow: object, old: str, new: str) -> Obstacle | None:
    if not new or fault_of("goes", new) is not None:
        return Obstacle.NAME
    if old not in nodes_of(flow):
        return Obstacle.UNKNOWN
    return Obstacle.TAKEN if new in nodes_of(flow) and new != old else None


def renamed(flow: Document, old: str, new: str) -> Editable:
    """The flow with a screen of another name, and every arrow and the start led to it."""
    changed = copied(flow)
    for arrow in (one for one in arrows_of(flow) if one.goes == old):
        changed = led(changed, arrow, new)
    changed["nodes"] = {
        new if name == old else name: node for name, node in changed["nodes"].items()
    }
    return changed


def arrows_into(flow: object, name: str) -> tuple[Arrow, ...]:
    """The arrows that lose their end with a screen; not its own."""
    return tuple(one for one in arrows_of(flow) if one.goes == name and one.node != name)


def obstacle_to_deleting(flow: object, name: str) -> Obstacle | None:
    if name not in nodes_of(flow):
        return Obstacle.UNKNOWN
    if start_of(flow) == name:
        return Obstacle.START
    return Obstacle.LED_TO if arrows_into(flow, name) else None


def deleted(flow: Document, name: str) -> Editable:
    """The flow without a screen."""
    changed = copied(flow)
    del changed["nodes"][name]
    return changed


def moved(flow: Document, name: str, by: int) -> Editable:
    """The flow with a screen so many rows up or down in the outline; no caller notices."""
    changed = copied(flow)
    names = [*changed["nodes"]]
    if name not in names:
        return changed
    at = names.index(name)
    names.insert(max(0, min(len(names) - 1, at + by)), names.pop(at))
    return in_order(changed, names)


def in_order(flow: Document, names: list[str]) -> Editable:
    return {**flow, "nodes": {name: flow["nodes"][name] for name in names}}


def copied(flow: Document) -> Editable:
    """A copy that may be changed, whatever the document is: one without nodes gets none."""
    changed: Editable = copy.deepcopy(dict(flow))
    if not isinstance(changed.get("nodes"), dict):
        changed["nodes"] = {}
    return changed


MOST_WORDS = 4
"""Words of a name that is made; whoever wants more types it."""
OF_NOTHING = "screen"
"""What is called so had no letter to be called after."""
_SMALL = frozenset({"a", "an", "and", "is", "it", "of", "or", "that", "the", "to"})


def name_of(english: str, taken: Collection[str] = ()) -> str:
    """`do_not_pay_first` of "Do not pay first to get a job", with a number behind it where that is taken."""
    bare = unicodedata.normalize("NFKD", english).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", bare.replace("'", ""))
    said = [word for word in words if word not in _SMALL] or words
    name = "_".join(said[:MOST_WORDS]).lstrip("_0123456789")[:LONGEST_NAME].rstrip("_")
    return free_name(name or OF_NOTHING, taken)


def free_name(name: str, taken: Collection[str]) -> str:
    free, number = name, 2
    while free in taken:
        end = f"_{number}"
        free, number = name[: LONGEST_NAME - len(end)] + end, number + 1
    return free


def with_call(flow: Document, called: str) -> tuple[Editable, str]:
    """The flow with a node that opens another flow and ends as it does, and that node's name; the one it has already.

    A new one stands at the end, under the other flow's name where that is free.
    """
    changed, call = copied(flow), {"call": {"flow": called}}
    own = changed["nodes"]
    name = next((name for name, node in own.items() if node == call), "")
    if not name:
        name = free_name(called, own)
        own[name] = call
    return changed, name


def led_to_flow(flow: Document, arrow: Arrow, called: str) -> Editable:
    """The flow with one arrow led to another flow: what a select's "another flow" means."""
    changed, name = with_call(flow, called)
    return led(changed, arrow, name)


def calls_of(flows: Mapping[str, object], name: str) -> tuple[Place, ...]:
    """The nodes of other flows that open it."""
    return tuple(
        Place(flow, node)
        for flow, document in flows.items()
        if flow != name
        for node, written in nodes_of(document).items()
        if called_by(written) == name
    )


LONGEST_STEM = 24
"""Letters of a quiz's name in the names of its answers, which are longer."""


class FlowModelName(StrEnum):
    """What a new flow may be made like."""

    LESSON = "lesson"
    """Three screens, the last of which counts as a topic read."""
    MENU = "menu"
    """A question with two choices, each with a screen behind it."""
    QUIZ = "quiz"
    """Three things asked, explained, and asked again in other words."""


def new_flow(model: FlowModelName, name: str, *, onward: str = "") -> Editable:
    """A flow that nobody wrote a word of yet. Its end calls the flow `onward`, or returns where that is empty."""
    written = (files(__package__) / "models.yaml").read_text(encoding="utf-8")
    stem = name.removeprefix("quiz_")[:LONGEST_STEM]
    # Copied, since what the file says once and means often is one object.
    nodes = copy.deepcopy(parse(written.replace("{name}", name).replace("{stem}", stem))[model])
    nodes["last"] = {"call": {"flow": onward}} if onward else {"finish": {}}
    return {
        "flow": name,
        "review": dict.fromkeys(CODES, "draft"),
        "start": next(iter(nodes)),
        "nodes": nodes,
    }


def with_choice(
    flow: Document, menu: str, called: str, label: Mapping[str, str]
) -> Editable | None:
    """The flow with one more choice of a menu, which opens another flow; None where there is no such menu."""
    if kind_of(nodes_of(flow).get(menu)) != "menu":
        return None
    changed, name = with_call(flow, called)
    node = changed["nodes"][menu]
    body = node["menu"] if isinstance(node["menu"], dict) else {}
    choices = [*rows_of(node, "choices"), {"goes": name, "label": dict(label)}]
    changed["nodes"][menu] = {**node, "menu": {**body, "choices": choices}}
    return changed


FRONT = "front"


def obstacle_to_taking_out(
    flows: Mapping[str, object], opened: Collection[str], name: str
) -> Obstacle | None:
    """`opened`: the flows that printed strings open."""
    if name not in flows:
        return Obstacle.UNKNOWN
    if name == FRONT:
        return Obstacle.START
    if name in opened:
        return Obstacle.ENTRY
    return Obstacle.LED_TO if calls_of(flows, name) else None
