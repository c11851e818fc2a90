"""Checks a document for every fault that can be found before callers use it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hotline.core.documents import Document
from hotline.flows import check_paths, check_safety, check_texts
from hotline.flows.check import (
    MEND,
    Code,
    Finding,
    Findings,
    fault,
    leads_to,
    node_of,
    screens_from,
)
from hotline.flows.document import Lists, ShapeFault, bind, shaped
from hotline.flows.flow import Ask, Book, Flow, Menu, Say, reached
from hotline.flows.models import broken_in_book, broken_in_flow, field_of
from hotline.flows.run import Place
from hotline.flows.screen import DEFAULT_LIMIT
from hotline.text.phrases import Remark, remark


def entries(book: Book) -> Findings:
    """Finds short codes that lead into a report flow, or to a node that no dialled string may open.

    A short code whose own landing flow is a report flow is skipped. `broken_in_book` reports it.
    """
    for entry, name in book.entries.items():
        flow = book.flows.get(name)
        if flow is None or flow.gathers or flow.private or flow.start not in flow.nodes:
            continue
        for place in screens_from(book, [Place(name, flow.start)]):
            if book.flows[place.flow].gathers:
                yield fault("gathers_at_once", "entries", entry, flow=place.flow)
        for place, does in _unguarded(book, flow):
            yield fault("opens", "entries", entry, place=f"{place.flow}.{place.node}", does=does)


def within_reach(book: Book) -> Findings:
    """Finds nodes that digits dialled after the service code would reach, but must not open."""
    front = book.flows.get(book.front)
    if front is not None and front.start in front.nodes:
        for place, does in _unguarded(book, front):
            yield fault("dialled", place.flow, place.node, does=does)


def _unguarded(book: Book, flow: Flow) -> Iterator[tuple[Place, Remark]]:
    """Yields each node that no dialled string may open, with the reason.

    Follows every path from the flow's start that passes through no report flow.
    """

    def gathers(place: Place) -> bool:
        return bool(book.flows[place.flow].gathers)

    def following(place: Place) -> Iterable[Place]:
        return () if gathers(place) else leads_to(book, place)

    for place in reached([Place(flow.name, flow.start)], following):
        if not gathers(place) and (does := _does(book, place)) is not None:
            yield place, does


def _does(book: Book, place: Place) -> Remark | None:
    """Returns the reason why no dialled string may open a node. None where one may."""
    node = node_of(book, place)
    if isinstance(node, Ask) and node.kind == "pin":
        return remark("asks for a PIN")
    if isinstance(node, Say | Menu | Ask) and node.completes:
        return remark("completes {what}", what=node.completes)
    return None


def check(document: Document, lists: Lists, *, limit: int = DEFAULT_LIMIT) -> tuple[Finding, ...]:
    """Returns all findings. Where the document has a wrong shape, returns only the findings about its shape."""
    found = shaped(document)
    if isinstance(found, tuple):
        return tuple(_shape(fault) for fault in found)
    book = bind(found, lists)
    flows = (finding for name in book.flows for finding in of_flow(book, name, limit=limit))
    return (*flows, *of_book(book))


def of_flow(book: Book, name: str, *, limit: int = DEFAULT_LIMIT) -> Findings:
    """Yields the findings of one flow. Reads the names of the other flows, but not their content."""
    flow = book.flows[name]
    # Drops the cached drawings, so that a large flow set does not fill memory.
    alone = replace(book, flows={name: flow}, drawings={})
    yield from check_paths.unknown_names(broken_in_flow(book, flow))
    yield from check_paths.dead_ends(alone)
    yield from _of_texts(alone, limit)


def of_node(book: Book, name: str, node: str) -> Findings:
    """Yields the findings of one node. It takes a few milliseconds, so that the editor need not wait."""
    flow = book.flows[name]
    broken = check_paths.unknown_names(broken_in_flow(book, flow))
    ends = check_paths.dead_ends(replace(book, flows={name: flow}))
    yield from (one for one in (*broken, *ends) if one.node == node)
    reasons = {node: flow.reasons[node]} if node in flow.reasons else {}
    nodes = {node: flow.nodes[node]} if node in flow.nodes else {}
    alone = replace(book, flows={name: replace(flow, nodes=nodes, reasons=reasons)})
    yield from _of_texts(alone, DEFAULT_LIMIT)


def _of_texts(alone: Book, limit: int) -> Findings:
    """Yields the findings about the texts, numbers, lengths and answers of a flow set with one flow."""
    yield from check_texts.missing_languages(alone)
    yield from check_texts.letters(alone)
    yield from check_texts.unsigned_numbers(alone)
    yield from check_texts.placeholders(alone)
    yield from check_texts.broken_words(alone)
    yield from check_texts.labels(alone, limit)
    yield from check_texts.pages(alone, limit)
    yield from check_texts.choices(alone)
    yield from check_paths.twice(alone)
    yield from check_texts.too_many_lines(alone, limit)
    yield from check_texts.unsure_late(alone)


def of_book(book: Book) -> Findings:
    """Yields the findings that need all flows: paths, risky words, reports, and repeated answers."""
    yield from check_paths.unknown_names(broken_in_book(book))
    yield from check_paths.unknown_answers(book)
    yield from check_paths.unreachable(book)
    yield from check_paths.loops(book)
    yield from of_words(book)
    yield from entries(book)
    yield from within_reach(book)
    yield from check_safety.words_outside(book)
    yield from check_paths.asked_back(book)
    yield from check_texts.echoes(book)
    yield from check_paths.too_many(book)


def of_words(book: Book) -> Findings:
    """Yields words that are unsafe in their place: near the front, on last screens, in a report, or anywhere."""
    yield from check_safety.too_early(book)
    yield from check_safety.last_screens(book)
    yield from check_safety.unsafe_words(book)
    yield from check_safety.promises(book)
    yield from check_safety.questions_of_who(book)


def _shape(fault: ShapeFault) -> Finding:
    flow, node = (*fault.path, "", "", "", "")[1:4:2]
    field, language = field_of(fault.path[4:], str(fault.says))
    at = field or ".".join(fault.path[5:] if node else fault.path[2:])
    return Finding(flow, node, Code.SHAPE, fault.says, MEND, language, at)
