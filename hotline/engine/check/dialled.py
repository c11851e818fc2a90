"""What a dialled string may open: it stays in the call log (C17). So no report, status, call-back or complaint. Pure.

Digits dialled ahead never enter a flow that gathers. So whatever is gathered, or opened by a PIN, stands behind one.
"""

from collections.abc import Iterator

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import leads_to, screens_from
from hotline.engine.flow import Ask, Book, Flow, Menu, Node, Say
from hotline.engine.run import Place
from hotline.text.remark import Remark, remark


def entries(book: Book) -> Iterator[Finding]:
    """An entry may not land where something is gathered, however it gets there."""
    for entry, flow in _landings(book):
        for place in screens_from(book, [Place(flow.name, flow.start)]):
            if book.flows[place.flow].gathers:
                message = remark(
                    "opens {flow} without a screen before it, and that gathers", flow=place.flow
                )
                fix = remark("lead it to a lesson or a menu")
                yield Finding("entries", entry, Code.UNKNOWN_ENTRY, message, fix)
        for place, does in _unguarded(book, flow):
            message = remark(
                "opens {place}, which {does}", place=f"{place.flow}.{place.node}", does=does
            )
            fix = remark("lead it to a lesson or a menu, and let that flow record a report")
            yield Finding("entries", entry, Code.UNKNOWN_ENTRY, message, fix)


def within_reach(book: Book) -> Iterator[Finding]:
    """The same of digits dialled behind the service code itself."""
    front = book.flows.get(book.front)
    if front is None or front.start not in front.nodes:
        return
    for place, does in _unguarded(book, front):
        message = remark("can be dialled to, and {does}", does=does)
        fix = remark("put it into a flow that records a report")
        yield Finding(place.flow, place.node, Code.DIALLED, message, fix)


def _landings(book: Book) -> Iterator[tuple[str, Flow]]:
    """Entries that anybody may dial, and their flows. A flow that gathers is refused as a broken name already."""
    for entry, name in book.entries.items():
        flow = book.flows.get(name)
        if flow is None or flow.gathers or flow.private or flow.start not in flow.nodes:
            continue
        yield entry, flow


def _unguarded(book: Book, flow: Flow) -> Iterator[tuple[Place, Remark]]:
    """What must be guarded and why, on every way from here that passes no flow that gathers."""
    waiting = [Place(flow.name, flow.start)]
    seen = set(waiting)
    while waiting:
        place = waiting.pop()
        if book.flows[place.flow].gathers:
            continue
        if (does := _does(book, place)) is not None:
            yield place, does
        following = [after for after in leads_to(book, place) if after not in seen]
        seen.update(following)
        waiting.extend(following)


def _does(book: Book, place: Place) -> Remark | None:
    """Why no dialled string may open a node; None where one may."""
    node: Node = book.flows[place.flow].nodes[place.node]
    if isinstance(node, Ask) and node.kind == "pin":
        return remark("asks for a PIN")
    if isinstance(node, Say | Menu | Ask) and node.completes:
        return remark("completes {what}", what=node.completes)
    return None
