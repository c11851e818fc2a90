"""Previews a draft with the flow engine that serves callers. Pure.

A preview never saves, sends or counts anything in the hotline. Each request of the browser contains all keys that the
editor has pressed in this preview, and the engine produces all screens again. `document.read` accepts a whole flow or
refuses it. `read_draft` also accepts a flow with errors, and leaves out only the invalid nodes. If possible,
`read_draft` leaves out only the invalid part of a node. With `read_draft`, editors can preview a screen before the
screen is complete. `played_screens` returns the screens that callers can reach from the first menu of a draft. An HTML
file with the screens from `played_screens` lets a person play the draft. Other functions show the values of a document
as readable text and list the screens of a flow. The module also measures how full a screen is with its text.
"""

import copy
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from pydantic import ValidationError

from hotline.core.documents import Document, DocumentPath, Editable, derived_value
from hotline.flows import turn
from hotline.flows.check import FIX, Code, Problem, choices_of, conditions, next_nodes, node_of
from hotline.flows.check_flow_set import flow_problems, node_problems
from hotline.flows.check_paths import drawings, listings, situations
from hotline.flows.conversation import ConversationState, Facts, Place
from hotline.flows.document import FlowModel, NodeModel, field_of, flow_of, shape_faults
from hotline.flows.flow import (
    WIDEST,
    EndNode,
    Flow,
    FlowSet,
    MessageNode,
    Node,
    QuestionNode,
    Waiting,
    list_answers,
    node_at,
    number_flag,
    numbers_named,
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
    path_of,
    value_at,
)
from hotline.flows.screen import NUMBERS, RESERVED_SEPTETS, SEPTETS, Screen, paginate
from hotline.flows.turn import MORE, screen_of
from hotline.text.characters import septets
from hotline.text.languages import CODES, MessageText, message_text

MAX_KEYS = 60
"""The maximum number of keys that one preview applies. The preview ignores later keys."""


class Assumptions(NamedTuple):
    """The assumed caller of a preview: earlier answers, and flags of the session."""

    answers: Mapping[str, str] = {}
    flags: Mapping[str, bool] = {}


class Previewed(NamedTuple):
    screens: tuple[Screen, ...]
    """The first screen of the preview, and one screen for each key that the editor pressed. The tuple is empty if the
    first node cannot be previewed."""
    place: Place | None
    """The caller's place in the flows at the end of the preview. The place is None if the conversation ended or could
    not continue."""
    stuck: Place | None
    """The next node, if a key led to a node that the preview cannot show yet."""
    expects: str
    """The kind of answer that the question expects: `words`, `number`, `place` or `pin`. The kind is empty for a node
    that asks no question."""
    language: str
    """The language of the screen at the end of the preview. The language can change when the editor presses a key."""
    passed: tuple[Place, ...]
    """Every node through which the conversation passed, in order."""

    @property
    def screen(self) -> Screen | None:
        return self.screens[-1] if self.screens else None


class Assumption(NamedTuple):
    """An answer or a flag on which a node depends. The editor can set this answer or flag for the preview."""

    name: str
    is_flag: bool
    values: DocumentPath
    """The possible values of an answer. The list is empty for a flag, which is only on or off."""


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
    """Returns the preview after the editor pressed the keys in `keys`. The preview starts at a node of a flow, or at
    the first screen of the hotline if `flow` is empty.

    `flow_set` must contain the draft (see `with_flow`). If a key leads to a node that does not exist, the preview stops
    there. If a caller's key leads to a missing node, the engine shows the first screen of the hotline.
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
    return Previewed(tuple(screens), here, stuck, expects, state.language, tuple(passed))


def assumptions_of(node: Node) -> tuple[Assumption, ...]:
    """Returns the answers and flags that decide what a node shows or where it leads. The result has no duplicates."""
    found: dict[tuple[str, bool], dict[str, None]] = {}
    for condition in conditions(node):
        name = condition.answer or condition.flag or ""
        values = found.setdefault((name, condition.flag is not None), {})
        values.update(dict.fromkeys(condition.values))
    return tuple(Assumption(name, is_flag, tuple(v)) for (name, is_flag), v in found.items())


def screens_of(
    flow_set: FlowSet, place: Place, language: str, *, limit: int = SEPTETS
) -> tuple[Screen, ...]:
    """Returns a node's screens page by page, to compare the screens before and after a change.

    The function assumes the answers and flags with which the node shows the most text. If the node shows one of several
    lists, such as a province's districts, the function takes the first list. The result is empty if the node shows
    nothing.
    """
    node = node_at(flow_set, place)
    if not isinstance(node, Waiting | EndNode) or (isinstance(node, EndNode) and node.text is None):
        return ()
    # Finds the answers and flags with which the node shows the most text.
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
    """One arrow (a link) from a field of a node to another node of the same flow."""

    node: str
    """The node where the arrow begins. The name is empty for the arrow to the flow's start."""
    field: str
    """The field where the arrow begins, such as `goes`, `choices.2.goes`, `arms.0.goes`, `weak` or `start`."""
    goes: str

    @property
    def key(self) -> str:
        """Returns the key under which a form stores the decision about this arrow."""
        return f"{self.node}.{self.field}"


class OutlineRow(NamedTuple):
    name: str
    kind: str
    """The kind of the node. The kind is empty if the editor has chosen no kind yet."""
    words: Mapping[str, str]
    leads_to: tuple[Arrow, ...]
    comes_from: tuple[Arrow, ...]
    calls: str
    """The flow that the node calls. The name is empty if the node calls no flow."""
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
    """Returns the arrow to the flow's start, and every arrow between the flow's nodes. The result includes arrows to
    nodes that do not exist."""
    start = start_of(flow)
    inner = [Arrow(name, *one) for name, node in nodes_of(flow).items() for one in links_in(node)]
    return (*([Arrow("", "start", start)] if start else []), *inner)


def start_of(flow: object) -> str:
    start = value_at(flow, ["start"])
    return start if isinstance(start, str) else ""


def calling_order(flows: Mapping[str, object], begins: Iterable[str]) -> Sequence[Place]:
    """Returns every node in the order in which callers reach the nodes. The nodes of a called flow come after the first
    node that calls this flow.

    `begins` contains the flow with the first menu, and the flows that the short codes open. Nodes that no arrow leads
    to come last, in the document's order.
    """
    ways = {name: derived_value(_next_nodes, flow) for name, flow in flows.items()}
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


def _next_nodes(flow: object) -> Mapping[str, tuple[str, DocumentPath]]:
    """Returns, for each node, the flow that the node calls and the next nodes in the same flow. The next nodes are in
    reverse order."""
    return {
        name: (called_flow(node), tuple(goes for _, goes in reversed([*links_in(node)])))
        for name, node in nodes_of(flow).items()
    }


def flow_groups(flows: Mapping[str, object], front: str, codes: Iterable[str]) -> Mapping[str, str]:
    """Returns the group of each flow, in the order in which callers reach the flows.

    The group is `front` for a flow that callers reach from the first menu. The group is `code` for a flow that callers
    reach only with a short code, and `other` for all other flows.
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
"""A limit in septets that no text reaches, so that each text fits on one page."""


class FilledMeter(NamedTuple):
    """The size of a node's text in one language. If conditions can add text to the node, the size is that of the
    longest text that the node can show."""

    language: str
    septets: int
    """The number of septets (letters of 7 bits) on the fullest page."""
    most: int
    """The maximum number of septets of a page."""
    screens: int
    whole: int
    """The number of septets that the whole text and the shortest line of keys would need on one page. With this number,
    the editor's page shows by how much the text is too long.
    """
    is_sms: bool = False

    @property
    def is_over(self) -> bool:
        return self.screens > 1


def meters(
    flow_set: FlowSet, place: Place, document: Document, *, limit: int = SEPTETS
) -> Mapping[str, FilledMeter]:
    """Returns the size of a node's text in each language.

    If the preview cannot show a node yet, measures only the text of the node. Does not measure a node without text.
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


MAX_REPAIRS = 40
"""The maximum number of attempts to remove invalid parts of a node. If a node still has invalid parts after that, the
preview leaves out the node."""
OPTIONAL = (
    "title",
    "lead",
    "choices",
    "arms",
    "note",
    "topic",
    "completes",
    "reason",
    "signed",
    "review",
)
"""The fields of a node that a preview does not need."""


NO_KIND = message_text("Choose a screen type.")
NO_TEXT = message_text("Enter a text for the screen.")
NO_NEXT = message_text("Choose the next screen.")
NO_CHOICE = message_text("Add a choice.")
NO_NAME = message_text("Enter a name for the screen.")
MISSING = {
    "text": NO_TEXT,
    "goes": NO_NEXT,
    "choices": NO_CHOICE,
    "arms": NO_CHOICE,
    **dict.fromkeys(("saves", "value", "flow"), NO_NAME),
}
"""Maps the last part of a field's name to the message of the fault if the content of the field is missing."""
HALF_MADE = frozenset((NO_KIND, *MISSING.values()))
"""The messages of faults that say only that some content is missing."""


class ReadDraft(NamedTuple):
    flow: Flow
    """The part of the draft that can be previewed, with only the valid nodes."""
    faults: tuple[Problem, ...]
    """Faults in the structure of the draft. If the fault is only that some content is missing, the message of the fault
    is in `HALF_MADE`."""
    missing: frozenset[str]
    """The names of the nodes that cannot be previewed."""

    def faults_of(self, node: str) -> tuple[Problem, ...]:
        return tuple(fault for fault in self.faults if fault.node == node)


def read_draft(name: str, flow: object) -> ReadDraft:
    """Reads the draft of a flow from its document, even if parts of the document are invalid."""
    written = nodes_of(flow)
    models: dict[str, NodeModel] = {}
    faults = [*_of_the_flow(name, flow)]
    for node, document in written.items():
        model, found = _read((name, node), document)
        faults += found
        if model is not None:
            models[node] = model

    head = flow if isinstance(flow, Mapping) else {}
    start, gathers = head.get("start"), head.get("gathers")
    compiled = flow_of(
        name,
        start if isinstance(start, str) else next(iter(written), ""),
        models,
        gathers if isinstance(gathers, str) and gathers else None,
        private=head.get("private") is True,
    )
    return ReadDraft(compiled, tuple(faults), frozenset(written.keys() - models.keys()))


def playable_part(flow: object, name: str) -> Flow:
    """Returns the part of a flow's document that can be previewed."""
    return read_draft(name, flow).flow


def with_flow(flow_set: FlowSet, flow: Flow) -> FlowSet:
    """Returns the flow set with this flow added or replaced. The new flow set does not contain the cached screens of
    the old one."""
    return replace(flow_set, flows={**flow_set.flows, flow.name: flow}, drawings={}, dependants={})


def draft_problems(flow_set: FlowSet, draft: ReadDraft, *, node: str = "") -> tuple[Problem, ...]:
    """Returns all faults of one draft, or of one node of the draft. The check uses the draft together with the
    published flows.

    If `flow_set` already contains the draft, the check uses the cached screens of `flow_set`.
    """
    name = draft.flow.name
    if flow_set.flows.get(name) is not draft.flow:
        flow_set = with_flow(flow_set, draft.flow)
    half = draft.faults_of(node) if node else draft.faults
    led = {message_text("no screen is called {name}", name=node) for node in draft.missing}
    found = node_problems(flow_set, name, node) if node else flow_problems(flow_set, name)
    return (*half, *(one for one in found if one.message not in led))


def _of_the_flow(name: str, flow: object) -> Iterator[Problem]:
    """Yields the faults in the fields of the flow itself, such as its start, its reviews and its kind of report."""
    head = dict(flow) if isinstance(flow, Mapping) else {}
    stand_in: Editable = {"start": {"finish": {}}}
    try:
        FlowModel.model_validate({**head, "nodes": stand_in})
    except ValidationError as invalid:
        yield from _faults((name, ""), invalid)
    nodes = head.get("nodes")
    if not isinstance(nodes, Mapping) or not nodes:
        yield _fault((name, ""), message_text("the flow has no screen yet"), "nodes")
    elif isinstance(head.get("start"), str) and head["start"] not in nodes:
        message = message_text("no screen is called {name}", name=head["start"])
        yield _fault((name, ""), message, "start")


def _read(where: tuple[str, str], document: Document) -> tuple[NodeModel | None, Sequence[Problem]]:
    """Returns the node without its invalid parts, and every fault. The node is None if the rest of the node is
    invalid."""
    found: dict[Problem, None] = {}
    rest: Editable = dict(document)
    for _ in range(MAX_REPAIRS):
        try:
            return NodeModel.model_validate(rest), tuple(found)
        except ValidationError as invalid:
            faults = [*_faults(where, invalid)]
        if not found:
            found = dict.fromkeys(faults)
        left = _without(rest, faults)
        if left is None:
            break
        rest = left
    return None, tuple(found)


def _fault(where: tuple[str, str], message: MessageText, field: str, language: str = "") -> Problem:
    return Problem(*where, Code.SHAPE, message, FIX, language, field)


def _faults(where: tuple[str, str], invalid: ValidationError) -> Iterator[Problem]:
    for fault in shape_faults(invalid):
        field, language = field_of(fault.path, str(fault.message))
        message = _missing(field, language, fault.kind) or fault.message
        yield _fault(where, message, field, language)


def _missing(field: str, language: str, kind: str) -> MessageText | None:
    """Returns the message of a fault if content is missing in this field and language. Returns None for any other
    fault."""
    last = field.rpartition(".")[2]
    is_missing = kind in ("missing", "too_short", "value_error") or kind.endswith("_type")
    if not field:
        return NO_KIND if kind == "value_error" else None
    is_line = last.isdecimal() or last in ("text", "note", "skip", "one", "none")
    if is_line and (language or kind != "value_error"):
        last = "text"
    return MISSING.get(last) if is_missing else None


def _without(node: Editable, faults: Sequence[Problem]) -> Editable | None:
    """Returns the node without the parts that the faults name.

    Returns None if a necessary part is invalid, or if no part was removed.
    """
    left = copy.deepcopy(node)
    rows: set[tuple[str, int]] = set()
    for fault in faults:
        first, *rest = fault.field.split(".")
        if first not in OPTIONAL and not (fault.language and _has_other_language(left, fault)):
            return None
        if rest and rest[0].isdecimal():
            rows.add((first, int(rest[0])))
        elif not fault.language:
            inside = left if first in left else _body(left)
            inside.pop(path_of(left, first)[-1], None)
    for first, at in sorted(rows, reverse=True):
        listed = left.get("branch") if first == "arms" else _body(left).get(first)
        if not isinstance(listed, list) or at >= len(listed):
            return None
        del listed[at]
    return left if left != node else None


def _has_other_language(node: Editable, fault: Problem) -> bool:
    """Removes from a text the language that the fault names. Returns True if the text still has another language."""
    text = _body(node).get(fault.field)
    if not isinstance(text, dict):
        return False
    text.pop(fault.language, None)
    return bool(text)


def _body(node: Editable) -> Editable:
    body = node.get(kind_of(node))
    return body if isinstance(body, dict) else {}


MOST_SCREENS = 4000
"""The maximum number of screens in one file that plays a draft."""
ON = {"reporting": True, "receipts": True}
"""The file that plays a draft sets these flags, because it plays a hotline that takes reports. All other flags are off,
as in the editor's preview."""
BEFORE = ((Place("", ""),),)
"""A sample value for the list of places to which the caller can go back. After each pressed key, the code compares the
list with this sample, to find out how the key changes the list."""
END = -1
"""If the file for playing a draft does not contain the next screen, this number replaces the screen's number."""
NUMBER = re.compile(r"\d(?:[ .-]?\d){2,}")
OUR_KEYS = "000"


class PlayedScreen(NamedTuple):
    """One screen of the file in which a person can play a draft. The fields have the order in which the script of the
    file reads them."""

    spot: int
    """The number of the screen's place in the flows. The number is the same in every language, so a caller who goes
    back to an earlier place keeps the present language."""
    language: str
    text: str
    wrong: str
    """The line that the screen shows above the text of the screen after the caller pressed a key without a meaning."""
    typed: str
    """The kind of answer that the caller types, such as `words` or `pin4`."""
    reports: bool
    """True for a screen of a report, where the hotline would store the caller's answers."""
    ends: bool
    ways: dict[str, tuple[int, str]]
    """For each key, the number of the next screen, and the change to the list of places to which the caller can go
    back. `keep` does not change the list, and `push` adds this screen to the list. `clear` removes all places from the
    list, and `only` makes this screen the only place in the list. The key `*` means that the caller types an answer,
    and `easy` means that the caller types a PIN that is easy to guess."""


def played_screens(flow_set: FlowSet, shown: Collection[str]) -> list[PlayedScreen]:
    """Returns the screens that callers reach from the first menu, in each language, up to a maximum number. The list
    begins with the first menu in each language, in the order of `CODES`.

    `shown` contains the verified phone numbers. All other phone numbers have dots instead of their digits.
    """
    flags = ON | {number_flag(digits): True for digits in numbers_named(flow_set)}
    facts, needed = Facts(flags=flags, words=WIDEST), _needed(flow_set)
    begins = (turn.home(flow_set, facts, ConversationState(code, ())).state for code in CODES)
    states = [_shrunk(state, needed) for state in begins]
    at = {_key(state): number for number, state in enumerate(states)}
    spots: dict[object, int] = {}
    screens: list[PlayedScreen] = []
    for state in states:
        ways: dict[str, tuple[int, str]] = {}
        typed = "" if state.finished else _typed(flow_set, state)
        for key, keyed in () if state.finished or not state.calls else _inputs(typed):
            done = turn.resume(flow_set, replace(state, trail=BEFORE), keyed, facts)
            trail, following = done.state.trail, _shrunk(done.state, needed)
            if following.calls == BEFORE[0] or (following == state and trail == BEFORE):
                continue  # The key leads back to an earlier screen, or has no meaning on this screen.
            missing = any(node_at(flow_set, place) is None for place in done.passed)
            if not missing and _key(following) not in at and len(at) < MOST_SCREENS:
                at[_key(following)] = len(at)
                states.append(following)
            step = {BEFORE: "keep", (*BEFORE, state.calls): "push", (state.calls,): "only"}
            number = END if missing else at.get(_key(following), END)
            ways[key] = (number, step.get(trail, "clear"))
        wrong, _, _ = turn.repeat(flow_set, state, facts).text.partition("\n")
        text = dotted(turn.render(flow_set, state, facts).text, shown)
        language, *spot = _key(state)
        spot_number = spots.setdefault(tuple(spot), len(spots))
        ends, reports = state.finished or not state.calls, _reports(flow_set, state)
        screens.append(PlayedScreen(spot_number, language, text, wrong, typed, reports, ends, ways))
    return screens


def dotted(text: str, shown: Collection[str]) -> str:
    """Returns a text with dots instead of the digits of each phone number that is not verified."""

    def hidden(found: re.Match[str]) -> str:
        parts = re.split(r"([ .-])", found[0])
        known = "".join(parts[::2]) in shown
        kept = {*shown, OUR_KEYS} if min(map(len, parts[::2])) >= len(OUR_KEYS) else ()
        return "".join(one if known or one in kept else re.sub(r"\d", ".", one) for one in parts)

    return NUMBER.sub(hidden, text)


def _key(state: ConversationState) -> tuple[str, object, object, bool]:
    return state.language, state.calls, tuple(sorted(state.answers.items())), state.finished


def _typed(flow_set: FlowSet, state: ConversationState) -> str:
    """Returns the kind of answer that the caller types at the current node. The result is empty if the caller only
    presses a key on this screen."""
    node = node_at(flow_set, state.calls[-1]) if state.calls else None
    if not isinstance(node, QuestionNode) or node.kind == "place":
        return ""
    return f"pin{node.digits}" if node.kind == "pin" else node.kind


def _inputs(typed: str) -> Iterator[tuple[str, str]]:
    """Yields each kind of input that a caller can make on a screen, with an example."""
    yield from ((key, key) for key in ("0", "00", OUR_KEYS, *NUMBERS, MORE))
    if typed.startswith("pin"):
        digits = int(typed.removeprefix("pin"))
        yield from (("*", ("2580" * digits)[:digits]), ("easy", "1" * digits))
    elif typed:
        yield "*", "12" if typed == "number" else "abc"


def _reports(flow_set: FlowSet, state: ConversationState) -> bool:
    node = node_at(flow_set, state.calls[-1]) if state.calls else None
    inside = (flow_set.flows.get(place.flow) for place in state.calls)
    return bool(getattr(node, "completes", None)) or any(one and one.gathers for one in inside)


def _shrunk(state: ConversationState, needed: Mapping[Place, set[str]]) -> ConversationState:
    """Returns the state with only those answers that the current screen or a later screen needs."""
    names = {name for place in state.calls for name in needed.get(Place(*place[:2]), ())}
    answers = {name: said for name, said in state.answers.items() if name in names}
    return ConversationState(state.language, state.calls, answers=answers, finished=state.finished)


def _needed(flow_set: FlowSet) -> Mapping[Place, set[str]]:
    """Maps each place to the names of the saved answers that its screen or a later screen reads. Leaves out an answer
    that the caller gives again before a screen reads it."""
    needed = {
        Place(flow.name, name): set[str]()
        for flow in flow_set.flows.values()
        for name in flow.nodes
    }
    for place, mine in needed.items():
        node = node_of(flow_set, place)
        patterns = [one.flag or f"{{{one.answer}}}" for one in conditions(node)]
        mine.update(list_answers(" ".join((*patterns, getattr(node, "list", None) or ""))))
    size = -1
    while size != (size := sum(map(len, needed.values()))):
        for place, mine in needed.items():
            # The flow with the first menu needs no saved answer, because a caller who chooses a topic there answers the
            # questions of the topic again.
            if place.flow != flow_set.front:
                node, after = node_of(flow_set, place), next_nodes(flow_set, place)
                saved = getattr(node, "saves", None)
                always = all(choice.value for choice in choices_of(node))
                later = set[str]().union(*(needed[one] for one in after))
                mine.update(later - {saved} if always else later)
    return needed
