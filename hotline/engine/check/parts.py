"""Reads nodes for all checks: their texts, their conditions, and the nodes they lead to. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hotline.engine.document.models import targets
from hotline.engine.flow import (
    Ask,
    Book,
    Branch,
    Call,
    Choice,
    Condition,
    Finish,
    Flow,
    Lead,
    Menu,
    Node,
    Say,
    Text,
    reached,
)
from hotline.engine.run import Place
from hotline.engine.view import Waiting


class WrittenText(NamedTuple):
    """One text of a node, with the name of its field."""

    flow: str
    node: str
    field: str
    text: Text
    number: str | None = None
    """Phone number that this text may show."""

    @property
    def at(self) -> tuple[str, str, str]:
        """Returns flow, node and field."""
        return self.flow, self.node, self.field


def nodes(book: Book) -> Iterator[tuple[Flow, str, Node]]:
    for flow in book.flows.values():
        for name, node in flow.nodes.items():
            yield flow, name, node


def texts(book: Book) -> Iterator[WrittenText]:
    for flow, name, node in nodes(book):
        may = {f"lead.{place}": lead.number for place, lead in enumerate(leads_of(node))}
        for field, text in node_texts(node):
            yield WrittenText(flow.name, name, field, text, may.get(field))


def said_texts(book: Book) -> Iterator[tuple[WrittenText, str, str]]:
    """Yields each text in each of its languages, with the language and the wording."""
    for written in texts(book):
        for language, words in written.text.items():
            yield written, language, words


def node_texts(node: Node) -> Iterator[tuple[str, Text]]:
    if isinstance(node, Say | Menu | Ask):
        yield "text", node.text
        for number, lead in enumerate(node.leads):
            yield f"lead.{number}", lead.text
    if isinstance(node, Menu | Ask):
        for number, choice in enumerate(node.choices):
            yield f"choices.{number}", choice.label
    for name in ("note", "skip", "one", "none") if isinstance(node, Menu | Ask) else ():
        if text := getattr(node, name, None):
            yield name, text
    if isinstance(node, Finish) and node.text is not None:
        yield "text", node.text


def leads_of(node: Node) -> tuple[Lead, ...]:
    return node.leads if isinstance(node, Say | Menu | Ask) else ()


def choices_of(node: Node) -> tuple[Choice, ...]:
    return node.choices if isinstance(node, Menu | Ask) else ()


def conditions(node: Node) -> Iterator[Condition]:
    yield from (condition for _, condition in placed_conditions(node))


def placed_conditions(node: Node) -> Iterator[tuple[str, Condition]]:
    """Yields each condition of a node, with the field that depends on it."""
    for number, lead in enumerate(leads_of(node)):
        yield from ((f"lead.{number}", when) for when in lead.whens)
    for number, choice in enumerate(choices_of(node)):
        if choice.when:
            yield f"choices.{number}.when", choice.when
    if isinstance(node, Branch):
        for number, arm in enumerate(node.arms):
            if arm.when:
                yield f"arms.{number}.when", arm.when


def leads_to(book: Book, place: Place) -> Iterator[Place]:
    """Yields the nodes that a node may lead to.

    A call leads to the start of its flow. It leads to the node after the call only where that flow can return.
    """
    flow = book.flows[place.flow]
    node = flow.nodes[place.node]
    if isinstance(node, Call) and node.flow in book.flows:
        called = book.flows[node.flow]
        if called.start in called.nodes:
            yield Place(called.name, called.start)
        if not any(
            one == Finish() or (isinstance(one, Call) and one.goes is None)
            for one in called.nodes.values()
        ):
            return
    for goes in targets(node):
        if goes in flow.nodes:
            yield Place(flow.name, goes)


def node_of(book: Book, place: Place) -> Node:
    return book.flows[place.flow].nodes[place.node]


def screens_from(book: Book, places: Iterable[Place]) -> Iterator[Place]:
    """Yields the first screens on every path from these places."""

    def following(place: Place) -> Iterable[Place]:
        return () if shows(node_of(book, place)) else leads_to(book, place)

    yield from (place for place in reached(places, following) if shows(node_of(book, place)))


def shows(node: Node) -> bool:
    return isinstance(node, Waiting) or (isinstance(node, Finish) and node.text is not None)


def beginnings(book: Book) -> Iterator[Place]:
    """Yields the starts of the front flow and of each landing flow of a short code."""
    for name in (book.front, *book.entries.values()):
        flow = book.flows.get(name)
        if flow is not None and flow.start in flow.nodes:
            yield Place(flow.name, flow.start)
