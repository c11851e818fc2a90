"""Which nodes, flows, entries and lists a book names that it does not have. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from hotline.engine.flow import Ask, Book, Branch, Call, Flow, Menu, Node, Say
from hotline.engine.view import list_answers
from hotline.text.remark import Remark, remark


@dataclass(frozen=True, slots=True)
class BrokenReference:
    flow: str
    node: str
    code: str
    """`unknown_node`, `unknown_flow`, `unknown_list`, `unknown_entry`."""
    message: Remark
    field: str = ""
    """Of the node: `choices.2.goes`."""


def targets(node: Node) -> Iterator[str]:
    """The nodes of its own flow that a node leads to."""
    return iter(dict.fromkeys(goes for _, goes in arrows(node)))


def arrows(node: Node) -> Iterator[tuple[str, str]]:
    """The same with the field that leads there, however often one node is named."""
    found: list[tuple[str, str | None]] = []
    if isinstance(node, Menu | Ask):
        found = [(f"choices.{at}.goes", choice.goes) for at, choice in enumerate(node.choices)]
    if isinstance(node, Branch):
        found = [(f"arms.{at}.goes", arm.goes) for at, arm in enumerate(node.arms)]
    if isinstance(node, Say | Menu | Ask | Call):
        found.append(("goes", node.goes))
    if isinstance(node, Ask):
        found.append(("weak", node.weak))
    yield from ((field, goes) for field, goes in found if goes is not None)


def broken_references(book: Book) -> Iterator[BrokenReference]:
    for flow in book.flows.values():
        yield from broken_in_flow(book, flow)
    yield from broken_in_book(book)


def broken_in_book(book: Book) -> Iterator[BrokenReference]:
    """What no flow of it can mend: its front and its entries."""
    if book.front not in book.flows:
        yield BrokenReference(book.front, "", "unknown_flow", remark("there is no front flow"))
    for entry, name in book.entries.items():
        if name not in book.flows:
            message = remark("no flow is called {name}", name=name)
            yield BrokenReference("entries", entry, "unknown_entry", message)
        elif book.flows[name].gathers:
            message = remark("{name} gathers: no printed string may open it", name=name)
            yield BrokenReference("entries", entry, "unknown_entry", message)


def broken_in_flow(book: Book, flow: Flow) -> Iterator[BrokenReference]:
    if flow.start not in flow.nodes:
        message = remark("no node is called {name}", name=flow.start)
        yield BrokenReference(flow.name, "start", "unknown_node", message)
    for name, node in flow.nodes.items():
        for field, goes in arrows(node):
            if goes not in flow.nodes:
                message = remark("no node is called {name}", name=goes)
                yield BrokenReference(flow.name, name, "unknown_node", message, field)
        if isinstance(node, Call):
            yield from _in_call(book, flow, name, node)
        if isinstance(node, Ask) and node.list is not None and not _listed(book, flow, node.list):
            message = remark("no list is called {name}", name=node.list)
            yield BrokenReference(flow.name, name, "unknown_list", message, "list")


def _in_call(book: Book, flow: Flow, name: str, call: Call) -> Iterator[BrokenReference]:
    if call.flow not in book.flows:
        message = remark("no flow is called {name}", name=call.flow)
        yield BrokenReference(flow.name, name, "unknown_flow", message, "flow")
    elif book.flows[call.flow].private and not flow.private:
        message = remark("{name} is private: only its entry opens it", name=call.flow)
        yield BrokenReference(flow.name, name, "unknown_flow", message, "flow")


def _listed(book: Book, flow: Flow, pattern: str) -> bool:
    """Whether any list has such a name. A private flow's lists are the session's own, unknown here."""
    if flow.private:
        return True
    if not list_answers(pattern):
        return pattern in book.lists
    stem = pattern.split("{", 1)[0]
    return any(name.startswith(stem) for name in book.lists)
