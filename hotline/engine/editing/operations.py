"""Screens added, led on, renamed, moved and deleted: each gives a new flow. Pure.

Whoever calls asks first for the obstacle; an operation that has one changes nothing. No arrow leads to nowhere after it
that did not before.

Names of screens and flows, made of the English that somebody typed. Pure.

Ways from one flow to another. Pure; `leaving` takes a whole flow out.

A new flow out of a model, and the choice that leads to it: the topic that is written in ten minutes. Pure.

A whole flow is taken out: every arrow of the other flows that led into it gets a new end first. Pure.

A flow is entered by nodes of other flows that call it. What leads to such a node leads elsewhere from now on, and the
node goes. An entry leads where it led, for ever: so its flow stays.
"""

import copy
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import NamedTuple

from hotline.engine.document.document import parse
from hotline.engine.document.kept import Document, Editable
from hotline.engine.document.models import LONGEST_NAME
from hotline.engine.editing.anatomy import (
    body_of,
    called_by,
    kind_of,
    nodes_of,
    path_of,
    rows_of,
    value_at,
    way_to_rows,
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
    UNDECIDED = "undecided"
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
    if obstacle_to_adding(flow, new) is not None:
        return copied(flow)
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
    if obstacle_to_renaming(flow, old, new) is not None:
        return changed
    for arrow in (one for one in arrows_of(flow) if one.goes == old):
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
        is_led = goes in nodes and goes != name
        if not is_led and not (goes == "" and may_end(nodes[arrow.node], arrow)):
            return Obstacle.UNDECIDED
    return None


def deleted(flow: Document, name: str, decided: Mapping[str, str]) -> Editable:
    """The flow without a screen, its arrows led as was decided."""
    changed = copied(flow)
    if obstacle_to_deleting(flow, name, decided) is not None:
        return changed
    for arrow in arrows_into(flow, name):
        changed = led(changed, arrow, decided[arrow.key])
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


def may_end(node: object, arrow: Arrow) -> bool:
    """Whether a node is whole without that arrow: a say may end, a choice may lead where every choice leads."""
    if arrow.field == "weak":
        return True
    if arrow.field == "goes":
        return kind_of(node) in ("say", "call")
    return arrow.field.startswith("choices.") and bool(body_of(node).get("goes"))


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
OTHER_FLOW = "flow:"
"""In front of a flow's name, where an arrow leads into another flow from now on."""
ROWS = ("choices", "arms")


class ArrowIntoFlow(NamedTuple):
    """An arrow of another flow that leads to a node which opens this one."""

    flow: str
    arrow: Arrow

    @property
    def key(self) -> str:
        """The name under which a form decides about it."""
        return f"{self.flow}/{self.arrow.key}"


def arrows_into_flow(flows: Mapping[str, object], name: str) -> tuple[ArrowIntoFlow, ...]:
    """In the order of the flows; what only a node leads to that goes itself is none."""
    calls = {(place.flow, place.node) for place in calls_of(flows, name)}
    return tuple(
        ArrowIntoFlow(flow, arrow)
        for flow in dict.fromkeys(flow for flow, _ in sorted(calls))
        for arrow in arrows_of(flows[flow])
        if (flow, arrow.goes) in calls and (flow, arrow.node) not in calls
    )


def keeps(flows: Mapping[str, object], entries: Mapping[str, str], name: str) -> Obstacle | None:
    """Why a flow stays, whatever is decided about its arrows."""
    if name not in flows:
        return Obstacle.UNKNOWN
    if name == FRONT:
        return Obstacle.START
    return Obstacle.ENTRY if name in entries.values() else None


def obstacle_to_taking_out(
    flows: Mapping[str, object],
    entries: Mapping[str, str],
    name: str,
    decided: Mapping[str, str],
) -> Obstacle | None:
    """`decided`: by its key where each arrow leads: a screen of its own flow, `flow:NAME`, or `""`, which takes it out.

    A choice that led into the flow goes with its arrow; a list of rows keeps one at least.
    """
    if (kept := keeps(flows, entries, name)) is not None:
        return kept
    gone = {*calls_of(flows, name)}
    dropped: Counter[tuple[str, str, str]] = Counter()
    for one in arrows_into_flow(flows, name):
        goes, nodes, row = decided.get(one.key), nodes_of(flows[one.flow]), _row(one.arrow)
        if goes == "" and row is not None:
            dropped[one.flow, one.arrow.node, row[0]] += 1
        elif goes == "":
            if not one.arrow.node or not may_end(nodes[one.arrow.node], one.arrow):
                return Obstacle.UNDECIDED
        elif goes is None or goes.startswith(OTHER_FLOW):
            others = flows.keys() - {name, one.flow}
            if (goes or "").removeprefix(OTHER_FLOW) not in others:
                return Obstacle.UNDECIDED
        elif goes not in nodes or Place(one.flow, goes) in gone:
            return Obstacle.UNDECIDED
    for (flow, node, rows), count in dropped.items():
        if count >= len(rows_of(nodes_of(flows[flow])[node], rows)):
            return Obstacle.UNDECIDED
    return None


def led_away(
    flows: Mapping[str, Document], name: str, decided: Mapping[str, str]
) -> dict[str, Editable]:
    """The other flows that change, each without a way into this one. Ask for the obstacle first."""
    changed = {place.flow: copied(flows[place.flow]) for place in calls_of(flows, name)}
    # Rows go last, and from the end: a row that goes gives those behind it other numbers.
    into = sorted(
        arrows_into_flow(flows, name), key=lambda one: _row(one.arrow) or ("", 0), reverse=True
    )
    for one in sorted(into, key=lambda one: decided[one.key] == ""):
        flow, goes, row = changed[one.flow], decided[one.key], _row(one.arrow)
        if goes.startswith(OTHER_FLOW):
            changed[one.flow] = led_to_flow(flow, one.arrow, goes.removeprefix(OTHER_FLOW))
        elif goes or row is None:
            changed[one.flow] = led(flow, one.arrow, goes)
        else:
            node = flow["nodes"][one.arrow.node]
            del value_at(node, way_to_rows(node, row[0]))[row[1]]
    for place in calls_of(flows, name):
        del changed[place.flow]["nodes"][place.node]
    return changed


def _row(arrow: Arrow) -> tuple[str, int] | None:
    """The list and the row that an arrow begins in."""
    rows, _, rest = arrow.field.partition(".")
    return (rows, int(rest.partition(".")[0])) if rows in ROWS else None
