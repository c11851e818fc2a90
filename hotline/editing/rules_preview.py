"""Previews a draft next to its form, with the same engine that serves callers. Pure.

A preview never saves, sends or counts anything. Each request repeats all keys, and the engine produces the screens
again.

It also shows values of a document as readable text, and a flow as a list of screens. It measures how full a screen is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from hotline.core.documents import Document, DocumentPath, derived_value
from hotline.flows import turn
from hotline.flows.check import conditions
from hotline.flows.check_paths import drawings, listings, situations
from hotline.flows.conversation import ConversationState, Facts, Place
from hotline.flows.drawing import screen_of
from hotline.flows.engine_texts import RESERVED_SEPTETS
from hotline.flows.flow import (
    WIDEST,
    EndNode,
    FlowSet,
    MessageNode,
    Node,
    QuestionNode,
    Waiting,
    node_at,
    numbers_shown,
    view,
)
from hotline.flows.node_fields import (
    Absent,
    called_flow,
    first_text,
    kind_of,
    links_in,
    nodes_of,
    value_at,
)
from hotline.flows.screen import SEPTETS, Screen, paginate
from hotline.text.gsm7 import septets
from hotline.text.languages import CODES

MAX_KEYS = 60
"""The maximum number of keys that one preview applies. Later keys are ignored."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The assumed caller of a preview: earlier answers, and flags of the session."""

    answers: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Previewed:
    screens: tuple[Screen, ...]
    """The first screen, and one screen for each key. It is empty if the first node cannot be previewed."""
    place: Place | None
    """The caller's current place. It is None if the conversation ended or could not continue."""
    stuck: Place | None
    """The node that a key led to, if it cannot be previewed yet."""
    expects: str
    """The kind of answer that the question expects: `words`, `number`, `place` or `pin`. It is empty for other
    nodes."""
    language: str
    """The current language. Keys can change it."""
    answers: Mapping[str, str] = field(repr=False)
    passed: tuple[Place, ...] = ()
    """Every node that the conversation passed, in order."""

    @property
    def screen(self) -> Screen | None:
        return self.screens[-1] if self.screens else None


class Assumption(NamedTuple):
    """An answer or a flag on which a node depends. The editor can set it for the preview."""

    name: str
    is_flag: bool
    values: DocumentPath
    """The possible values of an answer. It is empty for a flag, which is on or off."""


def preview(
    flow_set: FlowSet,
    keys: Sequence[str] = (),
    *,
    flow: str = "",
    node: str = "",
    language: str,
    today: date,
    supposed: Assumptions | None = None,
    limit: int = SEPTETS,
) -> Previewed:
    """Returns the preview after the editor pressed these keys. It starts at a node of a flow, or at the front if no
    flow is named.

    `flow_set` must contain the draft (`drafting.with_flow`). At a missing node the preview stops. It never goes to the
    front.
    """

    def missing(passed: Sequence[Place]) -> Place | None:
        return next((one for one in passed if node_at(flow_set, one) is None), None)

    given = supposed or Assumptions()
    facts = Facts(flags={**numbers_shown(flow_set, today), **given.flags}, words=WIDEST)
    begin = node or (flow_set.flows[flow].start if flow in flow_set.flows else "")
    began = (Place(flow, begin),) if flow else turn.front(flow_set)
    walked = turn.settle(flow_set, facts, ConversationState(language, began, answers=given.answers))
    state, screens = walked.state, list[Screen]()
    stuck, passed = missing(walked.passed), [*walked.passed]
    if stuck is None:
        screens.append(turn.render(flow_set, state, facts, limit=limit))
    for keyed in keys[:MAX_KEYS]:
        if stuck is not None or state.finished:
            break
        following = turn.resume(flow_set, state, keyed, facts, limit=limit)
        stuck = missing(following.passed)
        passed += following.passed
        if stuck is None:
            state = following.state
            screens.append(following.screen)

    here = state.calls[-1] if state.calls and stuck is None and not state.finished else None
    asked = node_at(flow_set, here) if here else None
    expects = asked.kind if isinstance(asked, QuestionNode) else ""
    return Previewed(
        tuple(screens), here, stuck, expects, state.language, state.answers, (*passed,)
    )


def assumptions_of(node: Node) -> tuple[Assumption, ...]:
    """Returns each answer and flag that decides what a node shows or where it leads, without duplicates."""
    found: dict[tuple[str, bool], dict[str, None]] = {}
    for condition in conditions(node):
        name = condition.answer or condition.flag or ""
        values = found.setdefault((name, condition.flag is not None), {})
        values.update(dict.fromkeys(condition.values))
    return tuple(Assumption(name, is_flag, tuple(v)) for (name, is_flag), v in found.items())


def screens_of(
    flow_set: FlowSet, place: Place, language: str, *, limit: int = SEPTETS
) -> tuple[Screen, ...]:
    """Returns a node's screens page by page, to compare them before and after a change.

    It uses the situation with the most text and the node's first list. The result is empty if the node shows nothing.
    """
    node = node_at(flow_set, place)
    if not isinstance(node, Waiting | EndNode) or (isinstance(node, EndNode) and node.text is None):
        return ()
    # This is the situation that shows most of the node's text.
    state = ConversationState(language, (place,))
    named = {} if isinstance(node, EndNode) else next(listings(flow_set, node))[1]
    seen = (
        view(flow_set, node, replace(there, answers={**there.answers, **named}), facts).layout
        for there, facts in situations(node, state)
    )
    fullest = max(
        seen, key=lambda one: len(one.text) + sum(len(button.label) for button in one.buttons)
    )
    pages = paginate(fullest, limit)
    return tuple(screen_of(page.text, ends=isinstance(node, EndNode)) for page in pages)


def readable_value(value: object) -> str:
    """Returns a value as readable text: a condition as `danger = yes, unsure`, and a checkbox as yes or no."""
    match value:
        case Absent() | None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(readable_value, value))
        case {"not": inner}:
            return f"not ({readable_value(inner)})"
        case {"answer": answer, **rest}:
            return f"{answer} = {readable_value(rest.get('is')) or '*'}"
        case {"flag": flag}:
            return str(flag)
        case Mapping():
            return ", ".join(f"{key} {readable_value(each)}".strip() for key, each in value.items())
    return str(value)


class Arrow(NamedTuple):
    """One arrow from a field of a node to another node of the flow."""

    node: str
    """The node where it begins. It is empty for the flow's start."""
    field: str
    """The field, such as `goes`, `choices.2.goes`, `arms.0.goes`, `weak` or `start`."""
    goes: str

    @property
    def key(self) -> str:
        """Returns the key under which a form stores the decision about this arrow."""
        return f"{self.node}.{self.field}"


class OutlineRow(NamedTuple):
    name: str
    kind: str
    """The kind of the node. It is empty if the node has no kind yet."""
    words: Mapping[str, str]
    leads_to: tuple[Arrow, ...]
    comes_from: tuple[Arrow, ...]
    calls: str
    """The flow that it calls."""
    is_start: bool


def outline(flow: object) -> tuple[OutlineRow, ...]:
    """Returns every node of the flow, in the document's order."""
    arrows, start = arrows_of(flow), start_of(flow)
    return tuple(
        OutlineRow(
            name=name,
            kind=kind_of(node),
            words=first_text(node),
            leads_to=tuple(arrow for arrow in arrows if arrow.node == name),
            comes_from=tuple(arrow for arrow in arrows if arrow.goes == name),
            calls=called_flow(node),
            is_start=name == start,
        )
        for name, node in nodes_of(flow).items()
    )


def arrows_of(flow: object) -> tuple[Arrow, ...]:
    """Returns the start, and every arrow between the flow's nodes. This includes arrows to missing nodes."""
    start = start_of(flow)
    inner = [Arrow(name, *one) for name, node in nodes_of(flow).items() for one in links_in(node)]
    return (*([Arrow("", "start", start)] if start else []), *inner)


def start_of(flow: object) -> str:
    start = value_at(flow, ["start"])
    return start if isinstance(start, str) else ""


def calling_order(flows: Mapping[str, object], begins: Iterable[str]) -> Sequence[Place]:
    """Returns every node in the order in which callers reach it. A called flow comes after its first call.

    `begins` names the front and the landing flows. Nodes that no arrow leads to come last, in the document's order.
    """
    ways = {name: derived_value(_ways, flow) for name, flow in flows.items()}
    found: dict[Place, None] = {}
    for flow in dict.fromkeys((*begins, *flows)):
        for begin in (start_of(flows.get(flow)), *ways.get(flow, ())):
            waiting = [Place(flow, begin)]
            while waiting:
                place = waiting.pop()
                if place in found or place.node not in ways.get(place.flow, ()):
                    continue
                found[place] = None
                called, goes = ways[place.flow][place.node]
                waiting += [Place(place.flow, one) for one in goes]
                if called in flows:
                    waiting.append(Place(called, start_of(flows[called])))
    return [*found]


def _ways(flow: object) -> Mapping[str, tuple[str, DocumentPath]]:
    """Returns for each node the flow that it calls, and the nodes that it leads to, in reverse order."""
    return {
        name: (called_flow(node), tuple(goes for _, goes in reversed([*links_in(node)])))
        for name, node in nodes_of(flow).items()
    }


def flow_groups(flows: Mapping[str, object], front: str, codes: Iterable[str]) -> Mapping[str, str]:
    """Returns the group of each flow, in the order in which callers reach them.

    The group is `front` for a flow behind the first screen, `code` for a flow behind a printed short code, and `other`
    for all other flows.
    """
    groups: dict[str, str] = {}
    for group, begins in (("front", [front]), ("code", codes), ("other", flows)):
        waiting = [name for name in begins if name in flows]
        while waiting:
            name = waiting.pop(0)
            if name not in groups:
                groups[name] = group
                called = (called_flow(node) for node in nodes_of(flows[name]).values())
                waiting += [one for one in called if one in flows]
    return groups


ONE_PAGE = 10**6
"""A limit that no screen reaches."""


class FilledMeter(NamedTuple):
    """The size of a node's text in one language, with the most text that its conditions can show."""

    language: str
    septets: int
    """The septets of the fullest page."""
    most: int
    """The maximum number of septets of a page."""
    screens: int
    whole: int
    """The septets of the whole text on one page, with the shortest line of keys. This number shows by how much the text
    is too long.
    """
    is_sms: bool = False

    @property
    def is_over(self) -> bool:
        return self.screens > 1


def meters(
    flow_set: FlowSet, place: Place, document: Document, *, limit: int = SEPTETS
) -> Mapping[str, FilledMeter]:
    """Returns the sizes of a node by language.

    If a node cannot be previewed yet, only its text is measured. A node without text is not measured.
    """
    node = node_at(flow_set, place)
    if node is None and (words := first_text(document)):
        node = MessageNode(words)
    if not isinstance(node, Waiting | EndNode) or (isinstance(node, EndNode) and node.text is None):
        return {}
    found = {}
    for code in (code for code in CODES if code in (node.text or {})):
        shown = [*drawings(flow_set, node, ConversationState(code, (place,)), limit)]
        layouts = [one.seen.layout for one in shown]
        tight = [one._replace(key_lines=one.key_lines[-1:]) for one in layouts]
        whole = (sum(septets(page.text) for page in paginate(one, ONE_PAGE)) for one in tight)
        found[code] = FilledMeter(
            language=code,
            septets=max(screen.septets for one in shown for screen in one.screens),
            most=limit - RESERVED_SEPTETS,
            screens=max(len(one.pages) for one in shown),
            whole=max(whole),
        )
    return found
