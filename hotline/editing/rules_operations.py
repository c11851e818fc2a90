"""Adds, renames, moves, deletes and connects screens, and builds whole lessons and menus. Pure.

Each operation returns a new flow. Before an operation, the calling code asks if an obstacle (a reason why the operation
is not possible) exists. If an obstacle exists, the operation changes nothing. No operation creates an arrow (a link) to
a missing node. The names of new screens and flows come from the English text that an editor typed. Other flows reach a
flow through nodes that call this flow. An operation that deletes a flow also removes the nodes that call this flow, and
gives each arrow to a removed node a new target. No operation deletes a flow with a printed short code, because the
short code must always lead to this flow. A builder copies a model of a lesson, quiz or menu, and fills in the texts of
one form. The form has one field for each empty text of the model. If the editor left a screen of the form empty, the
builder leaves out this screen. The arrows to the omitted screen then lead to the next screen.
"""

import copy
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from importlib.resources import files
from typing import NamedTuple

from hotline.core.documents import Document, Editable
from hotline.editing.rules_forms import FieldFault, fault_of
from hotline.editing.rules_preview import Arrow, arrows_of, start_of
from hotline.flows.conversation import Place
from hotline.flows.document import LONGEST_NAME, parse
from hotline.flows.node_fields import (
    body_of,
    called_flow,
    kind_of,
    nodes_of,
    path_of,
    path_to_rows,
    rows_of,
    texts_in,
    value_at,
    with_value,
)
from hotline.text.languages import CODES
from hotline.text.quiz import FIRST_PREFIX

EMPTY: Mapping[str, Document] = {
    "say": {"say": {"text": {}}},
    "menu": {"menu": {"text": {}, "choices": [{"label": {}}, {"label": {}}]}},
    "ask": {"ask": {"kind": "words", "text": {}}},
    "branch": {"branch": [{}]},
    "call": {"call": {}},
    "finish": {"finish": {}},
}
"""Maps each kind of screen to the content of a new screen of this kind."""
LED_ON = frozenset({"say", "menu", "ask", "branch", "call"})
"""The kinds of screens that lead to another screen. If an arrow gets such a new screen as its target, the new screen
leads to the arrow's old target."""


class Obstacle(StrEnum):
    """The reason why an operation is not possible."""

    NAME = "name"
    """The typed name is not valid."""
    TAKEN = "taken"
    """Another screen already has this name."""
    UNKNOWN = "unknown"
    """The screen or the arrow does not exist."""
    KIND = "kind"
    START = "start"
    """The flow starts at this screen, or the flow is the front with the first menu."""
    UNDECIDED = "undecided"
    """The editor has not decided yet where an arrow will lead after the operation."""
    ENTRY = "entry"
    """A printed short code leads to the flow."""


class NewScreen(NamedTuple):
    name: str
    kind: str
    after: str = ""
    """The screen in the outline after which the new screen is placed. If the name is empty, the new screen is placed at
    the end."""
    led_from: Arrow | None = None
    """The arrow that will lead to the new screen. The new screen leads to the old target of this arrow."""


def obstacle_to_adding(flow: object, new: NewScreen) -> Obstacle | None:
    if fault_of("goes", new.name) is FieldFault.NAME or not new.name:
        return Obstacle.NAME
    if new.name in nodes_of(flow):
        return Obstacle.TAKEN
    if new.kind not in EMPTY:
        return Obstacle.KIND
    near = {new.after, new.led_from.node if new.led_from else ""} - {""}
    return None if near <= nodes_of(flow).keys() else Obstacle.UNKNOWN


def add_screen(flow: Document, new: NewScreen) -> Editable:
    """Returns the flow with the new screen, and with the arrow to this screen."""
    if obstacle_to_adding(flow, new) is not None:
        return copy_flow(flow)
    changed, arrow = copy_flow(flow), new.led_from
    if arrow is not None:
        changed = lead_arrow(changed, arrow, new.name)
    changed["nodes"][new.name] = copy.deepcopy(dict(EMPTY[new.kind]))
    if arrow is not None and arrow.goes and new.kind in LED_ON:
        on = "arms.0.goes" if new.kind == "branch" else "goes"
        changed = lead_arrow(changed, Arrow(new.name, on, ""), arrow.goes)
    names = [name for name in changed["nodes"] if name != new.name]
    names.insert(names.index(new.after) + 1 if new.after else len(names), new.name)
    return order_screens(changed, names)


def lead_arrow(flow: Document, arrow: Arrow, goes: str) -> Editable:
    """Returns the flow with `goes` as the new target of the arrow `arrow`. An empty `goes` removes the arrow.

    If the arrow belongs to a row that does not exist, nothing changes.
    """
    changed = copy_flow(flow)
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


def rename_screen(flow: Document, old: str, new: str) -> Editable:
    """Returns the flow with one screen renamed. Every arrow to the screen gets the new name. If the flow starts at this
    screen, the start gets the new name too."""
    changed = copy_flow(flow)
    if obstacle_to_renaming(flow, old, new) is not None:
        return changed
    for arrow in (one for one in arrows_of(flow) if one.goes == old):
        changed = lead_arrow(changed, arrow, new)
    changed["nodes"] = {
        new if name == old else name: node for name, node in changed["nodes"].items()
    }
    return changed


def arrows_into(flow: object, name: str) -> tuple[Arrow, ...]:
    """Returns the arrows to a screen from other screens and from the start."""
    return tuple(one for one in arrows_of(flow) if one.goes == name and one.node != name)


def obstacle_to_deleting(flow: object, name: str, decided: Mapping[str, str]) -> Obstacle | None:
    """Returns the reason why a screen cannot be deleted, or None.

    `decided` has the new target of each arrow to the screen, by `Arrow.key`. The target `""` removes an arrow, if the
    arrow's node is complete without this arrow.
    """
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


def delete_screen(flow: Document, name: str, decided: Mapping[str, str]) -> Editable:
    """Returns the flow without the deleted screen. The arrows that led to the screen get the targets that the editor
    decided."""
    changed = copy_flow(flow)
    if obstacle_to_deleting(flow, name, decided) is not None:
        return changed
    for arrow in arrows_into(flow, name):
        changed = lead_arrow(changed, arrow, decided[arrow.key])
    del changed["nodes"][name]
    return changed


def move_screen(flow: Document, name: str, by: int) -> Editable:
    """Returns the flow after moving a screen by `by` rows in the outline. Callers do not notice the move."""
    changed = copy_flow(flow)
    names = [*changed["nodes"]]
    if name not in names:
        return changed
    at = names.index(name)
    names.insert(max(0, min(len(names) - 1, at + by)), names.pop(at))
    return order_screens(changed, names)


def obstacle_to_moving(flow: object, name: str, arrow: Arrow | None) -> Obstacle | None:
    """Returns the reason why a screen cannot be moved to this arrow, or None. Only a screen with one next screen can
    be moved."""
    node = nodes_of(flow).get(name)
    if node is None or arrow is None or arrow.node not in nodes_of(flow):
        return Obstacle.UNKNOWN
    if start_of(flow) == name:
        return Obstacle.START
    return Obstacle.UNDECIDED if not body_of(node).get("goes") else None


def move_to_arrow(flow: Document, name: str, arrow: Arrow) -> Editable:
    """Returns the flow with a screen moved to the arrow `arrow`. The arrows that led to the screen now lead to the next
    screen of the moved screen. The given arrow leads to the screen, and the screen leads to the old target of this
    arrow."""
    changed = copy_flow(flow)
    if obstacle_to_moving(flow, name, arrow) is not None or name in (arrow.node, arrow.goes):
        return changed
    goes = str(body_of(changed["nodes"][name])["goes"])
    for into in arrows_into(flow, name):
        changed = lead_arrow(changed, into, goes)
    changed = lead_arrow(changed, arrow, name)
    changed = lead_arrow(changed, Arrow(name, "goes", ""), arrow.goes)
    names = [one for one in changed["nodes"] if one != name]
    names.insert(names.index(arrow.node) + 1, name)
    return order_screens(changed, names)


def order_screens(flow: Document, names: list[str]) -> Editable:
    return {**flow, "nodes": {name: flow["nodes"][name] for name in names}}


def copy_flow(flow: Document) -> Editable:
    """Returns a copy of a flow's document, which the code may change without changing the original. If the document has
    no nodes, the copy gets an empty mapping of nodes."""
    changed: Editable = copy.deepcopy(dict(flow))
    if not isinstance(changed.get("nodes"), dict):
        changed["nodes"] = {}
    return changed


def may_end(node: object, arrow: Arrow) -> bool:
    """Returns True if the arrow may be removed, because the node is complete without this arrow.

    A message or a call may end its flow. A choice without a target of its own uses the target of its menu.
    """
    if arrow.field == "weak":
        return True
    if arrow.field == "goes":
        return kind_of(node) in ("say", "call")
    return arrow.field.startswith("choices.") and bool(body_of(node).get("goes"))


MAX_WORDS = 4
"""The maximum number of words in a generated name. The editor can type a longer name by hand."""
DEFAULT_NAME = "screen"
"""The name of a screen or flow if the typed text has no letter that a name may contain."""
_SMALL = frozenset({"a", "an", "and", "is", "it", "of", "or", "that", "the", "to"})


def name_of(english: str, used: Collection[str] = ()) -> str:
    """Returns a name such as `do_not_pay_first` for "Do not pay first to get a job".

    Adds a number to the name if a different screen already has this name.
    """
    bare = unicodedata.normalize("NFKD", english).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", bare.replace("'", ""))
    said = [word for word in words if word not in _SMALL] or words
    name = "_".join(said[:MAX_WORDS]).lstrip("_0123456789")[:LONGEST_NAME].rstrip("_")
    return free_name(name or DEFAULT_NAME, used)


def free_name(name: str, used: Collection[str]) -> str:
    free, number = name, 2
    while free in used:
        end = f"_{number}"
        free, number = name[: LONGEST_NAME - len(end)] + end, number + 1
    return free


def with_call(flow: Document, called: str) -> tuple[Editable, str]:
    """Returns the flow with a node that calls another flow and then ends. Also returns the name of the calling node. If
    the flow already has a node that calls the flow `called`, the function changes nothing. Otherwise adds the node at
    the end, and gives it the name of the called flow if this name is free.
    """
    changed, call = copy_flow(flow), {"call": {"flow": called}}
    own = changed["nodes"]
    name = next((name for name, node in own.items() if node == call), "")
    if not name:
        name = free_name(called, own)
        own[name] = call
    return changed, name


def lead_to_flow(flow: Document, arrow: Arrow, called: str) -> Editable:
    """Returns the flow with the flow `called` as the new target of the arrow `arrow`."""
    changed, name = with_call(flow, called)
    return lead_arrow(changed, arrow, name)


def calls_of(flows: Mapping[str, object], name: str) -> tuple[Place, ...]:
    """Returns the nodes of other flows that call this flow."""
    return tuple(
        Place(flow, node)
        for flow, document in flows.items()
        if flow != name
        for node, written in nodes_of(document).items()
        if called_flow(written) == name
    )


MAX_STEM = 24
"""The names of a quiz's saved answers contain the name of the quiz, shortened to this number of letters."""


class FlowModelName(StrEnum):
    """The model of a new flow."""

    LESSON = "lesson"
    """A lesson of three screens. When the caller reaches the last screen, the topic counts as read."""
    MENU = "menu"
    """A menu with two choices, each with its own screen."""
    QUIZ = "quiz"
    """A quiz of three questions. After each answer, a screen explains the answer, and the quiz asks the question again
    in other words."""


def new_flow(model: FlowModelName, name: str, *, onward: str = "") -> Editable:
    """Returns a new flow without text. The last node of the new flow calls the flow `onward`. If `onward` is empty, the
    new flow returns to the calling flow."""
    written = (files(__package__) / "models.yaml").read_text(encoding="utf-8")
    stem = name.removeprefix("quiz_")[:MAX_STEM]
    # Copies the nodes, because YAML aliases make several nodes share one object.
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
    """Returns the flow with a new choice in the menu `menu`. The new choice opens another flow. Returns None if the
    flow has no menu `menu`.
    """
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
"""The prefix before the name of a flow, in the target of an arrow that leads into a different flow."""
ROWS = ("choices", "arms")


class ArrowIntoFlow(NamedTuple):
    """An arrow to a node that calls another flow, with the name of the flow that contains the arrow."""

    flow: str
    arrow: Arrow

    @property
    def key(self) -> str:
        """Returns the name of the form field in which the editor decides where this arrow leads from now on."""
        return f"{self.flow}/{self.arrow.key}"


def arrows_into_flow(flows: Mapping[str, object], name: str) -> tuple[ArrowIntoFlow, ...]:
    """Returns the arrows of other flows into the flow `name`, in the order of the flows.

    Leaves out arrows that begin at nodes that the editor deletes together with the flow.
    """
    calls = {(place.flow, place.node) for place in calls_of(flows, name)}
    return tuple(
        ArrowIntoFlow(flow, arrow)
        for flow in dict.fromkeys(flow for flow, _ in sorted(calls))
        for arrow in arrows_of(flows[flow])
        if (flow, arrow.goes) in calls and (flow, arrow.node) not in calls
    )


def removal_obstacle(
    flows: Mapping[str, object], entries: Mapping[str, str], name: str
) -> Obstacle | None:
    """Returns the reason why a flow cannot be deleted, even if the editor decides about all arrows into the flow.
    Returns None if the flow can be deleted."""
    if name not in flows:
        return Obstacle.UNKNOWN
    if name == FRONT:
        return Obstacle.START
    return Obstacle.ENTRY if name in entries.values() else None


def obstacle_to_removing(
    flows: Mapping[str, object], entries: Mapping[str, str], name: str, decided: Mapping[str, str]
) -> Obstacle | None:
    """Returns the reason why a flow cannot be deleted, or None. `decided` contains the new target of each arrow, by the
    arrow's key.

    A target is the name of a screen in the flow where the arrow begins, or `flow:NAME` for a different flow. If a
    target is `""`, the operation removes the arrow and the choice from which it leads. After the operation, each list
    `choices` or `arms` must still have at least one row.
    """
    if (kept := removal_obstacle(flows, entries, name)) is not None:
        return kept
    gone = {*calls_of(flows, name)}
    dropped: Counter[tuple[str, str, str]] = Counter()
    for one in arrows_into_flow(flows, name):
        goes, row = decided.get(one.key), _row(one.arrow)
        nodes = nodes_of(flows[one.flow])
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


def flows_without_arrows(
    flows: Mapping[str, Document], name: str, decided: Mapping[str, str]
) -> dict[str, Editable]:
    """Returns a changed copy of each flow that calls the flow `name`. No arrow in these copies leads into the removed
    flow. The calling code must call `obstacle_to_removing` first."""
    changed = {place.flow: copy_flow(flows[place.flow]) for place in calls_of(flows, name)}
    # The loop handles rows of choices last, from the last row to the first, because removing a row changes the numbers
    # of later rows.
    into = sorted(
        arrows_into_flow(flows, name), key=lambda one: _row(one.arrow) or ("", 0), reverse=True
    )
    for one in sorted(into, key=lambda one: decided[one.key] == ""):
        flow, goes, row = changed[one.flow], decided[one.key], _row(one.arrow)
        if goes.startswith(OTHER_FLOW):
            changed[one.flow] = lead_to_flow(flow, one.arrow, goes.removeprefix(OTHER_FLOW))
        elif goes or row is None:
            changed[one.flow] = lead_arrow(flow, one.arrow, goes)
        else:
            node = flow["nodes"][one.arrow.node]
            del value_at(node, path_to_rows(node, row[0]))[row[1]]
    for place in calls_of(flows, name):
        del changed[place.flow]["nodes"][place.node]
    return changed


def _row(arrow: Arrow) -> tuple[str, int] | None:
    """Returns the list and the row in which an arrow begins. Returns None for an arrow that does not begin in a row of
    `choices` or `arms`.
    """
    rows, _, rest = arrow.field.partition(".")
    return (rows, int(rest.partition(".")[0])) if rows in ROWS else None


NUMBERED = ("one", "two", "three")
"""The names of a model's repeated screens, in order."""
OPTIONAL_GROUP = "question"
"""In a lesson, the names of the screens for the quiz question begin with this text. A new lesson has these screens only
if the editor writes a quiz question."""
SAID = Mapping[str, Mapping[str, str]]


class Slot(NamedTuple):
    """One empty text of a model, which is a ready-made lesson, quiz or menu. For each language, the form has one field
    for this text."""

    key: str
    """The screen and the field where the text belongs, such as `menu.choices.0`. The field of the form has the same
    name as the slot."""
    label: str
    """The name of the label in the table `builder_texts`."""
    number: int
    """The number that the label contains. The value is 0 if the label contains no number."""
    has_answer: bool
    """True for a quiz question, for which the editor chooses the right answer."""


def slots(model: FlowModelName) -> Sequence[Slot]:
    """Returns the empty texts of a model, which the editor must write. The texts are in the order of their numbers, but
    the quiz question of a lesson comes last."""
    found = _slots(model)
    return sorted(found, key=lambda one: (one.key.startswith(OPTIONAL_GROUP), one.number))


def _slots(model: FlowModelName) -> Iterator[Slot]:
    for node, written in nodes_of(new_flow(model, "new")).items():
        group, _, role = node.partition("_")
        saves = str(body_of(written).get("saves") or "")
        for text in texts_in(written):
            if text.words:
                continue
            part, _, row = text.field.partition(".")
            number = int(row) + 1 if row else (*NUMBERED, group).index(group) % len(NUMBERED) + 1
            label = f"{model}_{role or (part if group in NUMBERED or row else group)}"
            yield Slot(f"{node}.{text.field}", label, number, saves.startswith(FIRST_PREFIX))


def build_flow(
    model: FlowModelName, name: str, said: SAID, *, denied: Collection[str] = (), onward: str = ""
) -> Editable:
    """Returns a new flow with the texts in `said`. `said` maps the key of each slot to its text. `denied` contains the
    questions whose right answer is No.

    A repeated question for which the editor wrote no text gets the text of the first question.
    """
    flow = new_flow(model, name, onward=onward)
    for key, words in said.items():
        _set_text(flow, key, words)
    for node in [one for one in flow["nodes"] if one.endswith("_again")]:
        first = node.removesuffix("_again")
        if not _words(said, node):
            _set_text(flow, f"{node}.text", said.get(f"{first}.text", {}))
        if first in denied:
            for asked in (first, node):
                choices = rows_of(flow["nodes"][asked], "choices")
                choices[0]["value"], choices[1]["value"] = "wrong", "right"
    return _without_empty(flow, said)


def _set_text(flow: Editable, key: str, words: Mapping[str, str]) -> None:
    node, _, field = key.partition(".")
    steps = next(text.steps for text in texts_in(flow["nodes"][node]) if text.field == field)
    flow["nodes"][node] = with_value(flow["nodes"][node], steps, dict(words))


def _words(said: SAID, node: str) -> bool:
    return any(words for key, words in said.items() if key.partition(".")[0] == node)


def _without_empty(flow: Editable, said: SAID) -> Editable:
    """Returns the flow without the groups of screens for which the editor wrote no text. If the editor wrote no text at
    all, removes only the screens of the quiz question."""
    written = {node.partition("_")[0] for node in flow["nodes"] if _words(said, node)}
    topic = ""
    for name, node in nodes_of(flow).items():
        group, goes = name.partition("_")[0], body_of(node).get("goes")
        if not goes or group in written or (not written and group != OPTIONAL_GROUP):
            continue
        topic = topic or str(body_of(node).get("topic") or "")
        if flow["start"] == name:
            flow["start"] = goes
        decided = {one.key: goes for one in arrows_of(flow) if one.goes == name}
        flow = delete_screen(flow, name, decided)
    says = [one for one in flow["nodes"].values() if "say" in one and not rows_of(one, "lead")]
    if topic and says:
        says[-1]["say"]["topic"] = topic
    return flow


def with_number(flow: Document, node: str, number: str, words: Mapping[str, str]) -> Editable:
    """Returns the flow with a new text on one screen. Callers see the new text only while the phone number `number` is
    confirmed."""
    changed = copy_flow(flow)
    body = body_of(changed["nodes"][node])
    lead = {"number": number, "text": dict(words)}
    assert isinstance(body, dict)
    body["lead"] = [*rows_of(changed["nodes"][node], "lead"), lead]
    return changed
