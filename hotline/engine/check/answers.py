"""Answers that count as one, and how many a report asks for before it is whole. Pure.

A caller has two minutes, and somebody may come in.
"""

from collections.abc import Collection, Iterable, Iterator

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import choices_of, leads_to, nodes
from hotline.engine.flow import Ask, Book, Flow, Menu, Node, Say
from hotline.engine.run import Place
from hotline.engine.view import list_answers
from hotline.text.remark import remark

MOST_ANSWERS = 9


def twice(book: Book) -> Iterator[Finding]:
    """A second choice of a value: whoever presses it is counted with whoever presses the first."""
    for flow, name, node in nodes(book):
        first: dict[str, str] = {}
        for number, choice in enumerate(choices_of(node)):
            if not choice.value:
                continue
            field = f"choices.{number}"
            if (other := first.setdefault(choice.value, field)) == field:
                continue
            message = remark(
                "{field} counts as {value}, and so does {other_field}",
                field=field,
                value=choice.value,
                other_field=other,
            )
            fix = remark("give it a value of its own, or take one of them out")
            where, field = (flow.name, name), f"{field}.value"
            yield Finding(*where, Code.VALUE_TWICE, message, fix, field=field)


def too_many(book: Book) -> Iterator[Finding]:
    """Every question that some way asks as the tenth before what completes the flow."""
    for flow in book.flows.values():
        if flow.gathers and flow.start in flow.nodes:
            for place in _asked_after(book, flow, MOST_ANSWERS):
                message = remark(
                    "is asked after {count} answers, and nothing is saved yet", count=MOST_ANSWERS
                )
                fix = remark("ask less before the screen that completes the report")
                yield Finding(place.flow, place.node, Code.TOO_MANY_ANSWERS, message, fix)


def _asked_after(book: Book, flow: Flow, answers: int) -> Collection[Place]:
    """The questions that are met after so many answers, without having passed what completes the flow."""
    asked = _questions(book, flow, [Place(flow.name, flow.start)])
    for _ in range(answers):
        following = [
            after
            for place in asked
            for after in leads_to(book, place)
            if not _types_again(book, place, after)
        ]
        asked = _questions(book, flow, following)
    return asked


def _questions(book: Book, flow: Flow, places: Iterable[Place]) -> Collection[Place]:
    """The next question on every way from here."""
    waiting = list(places)
    seen, found = set(waiting), dict[Place, None]()
    while waiting:
        place = waiting.pop()
        node = book.flows[place.flow].nodes[place.node]
        if _completes(node, flow):
            continue
        if isinstance(node, Menu | Ask) and not _is_chosen_next(node, flow):
            found[place] = None
            continue
        following = [after for after in leads_to(book, place) if after not in seen]
        seen.update(following)
        waiting.extend(following)
    return found.keys()


def _completes(node: Node, flow: Flow) -> bool:
    return isinstance(node, Say | Menu | Ask) and node.completes == flow.gathers


def _types_again(book: Book, asked: Place, after: Place) -> bool:
    """Returns True where a name is typed once more for the same question: its answer replaces the one before."""
    flow = book.flows[after.flow]
    node = flow.nodes[after.node]
    again = isinstance(node, Ask) and node.goes == asked.node and after.flow == asked.flow
    return again and isinstance(node, Ask) and _is_chosen_next(node, flow)


def _is_chosen_next(node: Menu | Ask, flow: Flow) -> bool:
    """A name that is typed, and then chosen out of the list it makes: one answer, not two."""
    if not isinstance(node, Ask) or node.list is not None:
        return False
    chosen = flow.nodes.get(node.goes)
    return isinstance(chosen, Ask) and node.saves in list_answers(chosen.list or "")
