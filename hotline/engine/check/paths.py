"""Ways through the book: what leads nowhere, what nobody reaches, what goes round without a wait. Pure."""

from collections.abc import Iterator, Mapping

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import beginnings, leads_to, nodes, placed_conditions
from hotline.engine.document.references import (
    BrokenReference,
    broken_in_book,
    broken_in_flow,
    targets,
)
from hotline.engine.flow import Ask, Book, Branch, Call, Finish, Flow, Menu, Say
from hotline.engine.run import Place
from hotline.text.remark import remark


def unknown_names(book: Book) -> Iterator[Finding]:
    """Of the book itself: its front and its entries."""
    yield from map(_unknown, broken_in_book(book))


def unknown_names_in(book: Book, flow: Flow) -> Iterator[Finding]:
    yield from map(_unknown, broken_in_flow(book, flow))


def _unknown(broken: BrokenReference) -> Finding:
    where, fix = (broken.flow, broken.node), remark("name one that exists, or write it")
    return Finding(*where, Code(broken.code), broken.message, fix, field=broken.field)


def unknown_answers(book: Book) -> Iterator[Finding]:
    """A condition on an answer that nothing saves, or on a value that no choice of it has, never holds."""
    saved = _saved_values(book)
    for flow, name, node in nodes(book):
        for field, condition in placed_conditions(node):
            if condition.answer is None:
                continue
            values = saved.get(condition.answer)
            if values is None:
                message = remark("no question saves the answer {answer}", answer=condition.answer)
                fix = remark("mend the name")
                yield Finding(flow.name, name, Code.UNKNOWN_ANSWER, message, fix, field=field)
            elif None not in values and (odd := set(condition.values) - values):
                message = remark(
                    "{answer} is never {values}",
                    answer=condition.answer,
                    values=", ".join(sorted(odd)),
                )
                fix = remark("mend the value")
                yield Finding(flow.name, name, Code.UNKNOWN_ANSWER, message, fix, field=field)


def dead_ends(book: Book) -> Iterator[Finding]:
    for flow, name, node in nodes(book):
        if isinstance(node, Branch) and node.arms[-1].when is not None:
            message = remark("where no arm holds, the branch leads nowhere")
            fix = remark("add a last way that has no condition")
            yield Finding(flow.name, name, Code.DEAD_END, message, fix, field="arms")
        if isinstance(node, Menu) and all(choice.when for choice in node.choices):
            message = remark("where no choice's condition holds, nothing can be pressed")
            fix = remark("add a choice that always stands")
            yield Finding(flow.name, name, Code.DEAD_END, message, fix, field="choices")
        if isinstance(node, Say) and node.goes is None and flow.gathers:
            message = remark("a gathering flow stops here: only back is left")
            fix = remark("choose where it leads")
            yield Finding(flow.name, name, Code.DEAD_END, message, fix, field="goes")
    yield from _endless(book)


def _endless(book: Book) -> Iterator[Finding]:
    """Flows that can be entered and never be left by going on."""
    for flow in book.flows.values():
        ends = any(
            isinstance(node, Finish)
            or (isinstance(node, Call) and node.goes is None)
            or (isinstance(node, Say) and node.goes is None)
            for node in flow.nodes.values()
        )
        if not ends and flow.name != book.front:
            message = remark("no way through this flow ever ends")
            fix = remark("add an end, or a last message that leads nowhere")
            yield Finding(flow.name, flow.start, Code.DEAD_END, message, fix)


def unreachable(book: Book) -> Iterator[Finding]:
    reached = reachable(book)
    for flow in book.flows.values():
        inside = {place.node for place in reached if place.flow == flow.name}
        if not inside:
            message = remark("no call and no entry leads to this flow")
            fix = remark("call it, or delete the flow")
            yield Finding(flow.name, "", Code.UNREACHABLE, message, fix)
            continue
        for name in flow.nodes:
            if name not in inside:
                message = remark("nothing leads here")
                fix = remark("lead to it, or delete it")
                yield Finding(flow.name, name, Code.UNREACHABLE, message, fix)


def reachable(book: Book) -> set[Place]:
    waiting = list(beginnings(book))
    seen = set(waiting)
    while waiting:
        for place in leads_to(book, waiting.pop()):
            if place not in seen:
                seen.add(place)
                waiting.append(place)
    return seen


def loops(book: Book) -> Iterator[Finding]:
    """Rounds of branches and calls in which nobody is ever asked anything."""
    steps = {
        Place(flow.name, name): tuple(_silent_steps(book, Place(flow.name, name)))
        for flow, name, node in nodes(book)
        if isinstance(node, Branch | Call)
    }
    for place in steps:
        if place in _after(steps, place):
            message = remark("goes round through branches and calls without ever waiting")
            fix = remark("put a screen into the round, or break it")
            yield Finding(place.flow, place.node, Code.LOOP, message, fix)


def _after(steps: Mapping[Place, tuple[Place, ...]], start: Place) -> set[Place]:
    seen: set[Place] = set()
    waiting = [start]
    while waiting:
        for place in steps.get(waiting.pop(), ()):
            if place not in seen:
                seen.add(place)
                waiting.append(place)
    return seen


def _silent_steps(book: Book, place: Place) -> Iterator[Place]:
    """Where a branch or call leads before anything is shown: behind a call, only where that may return unseen."""
    node = book.flows[place.flow].nodes[place.node]
    if not isinstance(node, Call) or node.flow not in book.flows:
        yield from leads_to(book, place)
        return
    called = book.flows[node.flow]
    yield Place(called.name, called.start)
    if node.goes is not None and _returns_unseen(called):
        yield Place(place.flow, node.goes)


def _returns_unseen(flow: Flow) -> bool:
    """Whether a way from its start to its return shows nothing. What it calls counts as seen."""
    waiting, seen = [flow.start], {flow.start}
    while waiting:
        node = flow.nodes.get(waiting.pop())
        if isinstance(node, Finish) and node.text is None:
            return True
        following = set(targets(node)) - seen if isinstance(node, Branch) else set()
        seen |= following
        waiting.extend(following)
    return False


def _saved_values(book: Book) -> dict[str, set[str | None]]:
    """Answer -> the values it may take; None among them stands for any."""
    found: dict[str, set[str | None]] = {}
    for _, _, node in nodes(book):
        if isinstance(node, Menu | Ask) and node.saves is not None:
            values = found.setdefault(node.saves, set())
            values.update(choice.value for choice in node.choices if choice.value)
            if isinstance(node, Ask):
                values.add(None)
    return found
