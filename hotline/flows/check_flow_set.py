"""Checks a document for every fault that can be found before callers use it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from hotline.core.documents import Document
from hotline.flows import check_paths, check_safety, check_texts
from hotline.flows.check import (
    FIX,
    Code,
    Problem,
    Problems,
    next_nodes,
    node_of,
    problem,
    screens_from,
)
from hotline.flows.conversation import Place
from hotline.flows.document import Lists, ShapeFault, bind_lists, parse_shape
from hotline.flows.flow import Flow, FlowSet, MenuNode, MessageNode, QuestionNode, reachable
from hotline.flows.models import broken_in_flow, broken_in_set, field_of
from hotline.flows.screen import SEPTETS
from hotline.text.phrases import MessageText, message_text


def short_code_problems(flow_set: FlowSet) -> Problems:
    """Finds short codes that lead into a report flow, or to a node that a dialled string must not open.

    It skips a short code that lands directly in a report flow, because `broken_in_set` reports that.
    """
    for entry, name in flow_set.entries.items():
        flow = flow_set.flows.get(name)
        if flow is None or flow.gathers or flow.private or flow.start not in flow.nodes:
            continue
        for place in screens_from(flow_set, [Place(name, flow.start)]):
            if flow_set.flows[place.flow].gathers:
                yield problem("gathers_at_once", "entries", entry, flow=place.flow)
        for place, does in _unguarded(flow_set, flow):
            yield problem("opens", "entries", entry, place=f"{place.flow}.{place.node}", does=does)


def reachable_by_digits(flow_set: FlowSet) -> Problems:
    """Finds nodes that a dialled string could open after the service code, but must not."""
    front = flow_set.flows.get(flow_set.front)
    if front is not None and front.start in front.nodes:
        for place, does in _unguarded(flow_set, front):
            yield problem("dialled", place.flow, place.node, does=does)


def _unguarded(flow_set: FlowSet, flow: Flow) -> Iterator[tuple[Place, MessageText]]:
    """Yields each node that a dialled string must not open, with the reason.

    It follows every path from the flow's start, except through report flows.
    """

    def gathers(place: Place) -> bool:
        return bool(flow_set.flows[place.flow].gathers)

    def following(place: Place) -> Iterable[Place]:
        return () if gathers(place) else next_nodes(flow_set, place)

    for place in reachable([Place(flow.name, flow.start)], following):
        if not gathers(place) and (does := _does(flow_set, place)) is not None:
            yield place, does


def _does(flow_set: FlowSet, place: Place) -> MessageText | None:
    """Returns the reason why a dialled string must not open a node. Returns None if it may."""
    node = node_of(flow_set, place)
    if isinstance(node, QuestionNode) and node.kind == "pin":
        return message_text("asks for a PIN")
    if isinstance(node, MessageNode | MenuNode | QuestionNode) and node.completes:
        return message_text("completes {what}", what=node.completes)
    return None


def check_document(
    document: Document, lists: Lists, *, limit: int = SEPTETS
) -> tuple[Problem, ...]:
    """Returns all problems of a document. If the document has a wrong structure, it returns only the problems of the
    structure."""
    found = parse_shape(document)
    if isinstance(found, tuple):
        return tuple(_shape(fault) for fault in found)
    made = bind_lists(found, lists)
    flows = (finding for name in made.flows for finding in flow_problems(made, name, limit=limit))
    return (*flows, *set_problems(made))


def flow_problems(flow_set: FlowSet, name: str, *, limit: int = SEPTETS) -> Problems:
    """Yields the problems of one flow. It reads the names of the other flows, but not their content."""
    flow = flow_set.flows[name]
    yield from check_paths.unknown_names(broken_in_flow(flow_set, flow))
    yield from check_paths.dead_ends(replace(flow_set, flows={name: flow}))
    yield from _known_of_texts(
        _Alone(repr(flow), limit, replace(flow_set, flows={}, drawings={}), flow)
    )


def node_problems(flow_set: FlowSet, name: str, node: str) -> Problems:
    """Yields the problems of one node. It takes a few milliseconds, so the editor does not have to wait."""
    flow = flow_set.flows[name]
    broken = check_paths.unknown_names(broken_in_flow(flow_set, flow))
    ends = check_paths.dead_ends(replace(flow_set, flows={name: flow}))
    yield from (one for one in (*broken, *ends) if one.node == node)
    reasons = {node: flow.reasons[node]} if node in flow.reasons else {}
    nodes = {node: flow.nodes[node]} if node in flow.nodes else {}
    alone = replace(flow_set, flows={name: replace(flow, nodes=nodes, reasons=reasons)})
    yield from _of_texts(alone, SEPTETS)


@dataclass(frozen=True)
class _Alone:
    """One flow without the other flows. The content of the flow is a text, because a flow has no hash."""

    content: str
    limit: int
    around: FlowSet = field(hash=False)
    flow: Flow = field(compare=False)


@lru_cache(1 << 8)
def _known_of_texts(one: _Alone) -> tuple[Problem, ...]:
    """Returns the problems with the texts of one flow. Most flows stay the same when a draft is checked again."""
    # The copy has no cached pages, so that a large flow set does not fill the memory.
    alone = replace(one.around, flows={one.flow.name: one.flow}, drawings={})
    return tuple(_of_texts(alone, one.limit))


def _of_texts(alone: FlowSet, limit: int) -> Problems:
    """Yields the problems with texts, numbers, lengths and answers in a flow set with one flow."""
    yield from check_texts.missing_languages(alone)
    yield from check_texts.letters(alone)
    yield from check_texts.unverified_numbers(alone)
    yield from check_texts.placeholders(alone)
    yield from check_texts.broken_words(alone)
    yield from check_texts.labels(alone, limit)
    yield from check_texts.pages(alone, limit)
    yield from check_texts.choices(alone)
    yield from check_paths.repeated_values(alone)
    yield from check_texts.too_many_lines(alone, limit)
    yield from check_texts.unsure_late(alone)


def set_problems(flow_set: FlowSet) -> Problems:
    """Yields the problems that concern all flows: paths, risky words, reports, and repeated answers."""
    yield from check_paths.unknown_names(broken_in_set(flow_set))
    yield from check_paths.unknown_answers(flow_set)
    yield from check_paths.unreachable(flow_set)
    yield from check_paths.loops(flow_set)
    yield from text_problems(flow_set)
    yield from short_code_problems(flow_set)
    yield from reachable_by_digits(flow_set)
    yield from check_safety.free_text_outside_reports(flow_set)
    yield from check_paths.questions_back(flow_set)
    yield from check_texts.echoes(flow_set)
    yield from check_paths.too_many_answers(flow_set)


def text_problems(flow_set: FlowSet) -> Problems:
    """Yields words that are unsafe at their place: near the front, on last screens or in a report. Some words are
    unsafe everywhere."""
    yield from check_safety.too_early(flow_set)
    yield from check_safety.last_screens(flow_set)
    yield from check_safety.unsafe_words(flow_set)
    yield from check_safety.promises(flow_set)
    yield from check_safety.identity_questions(flow_set)


def _shape(fault: ShapeFault) -> Problem:
    flow, node = (*fault.path, "", "", "", "")[1:4:2]
    field, language = field_of(fault.path[4:], str(fault.message))
    at = field or ".".join(fault.path[5:] if node else fault.path[2:])
    return Problem(flow, node, Code.SHAPE, fault.message, FIX, language, at)
