"""How an answer is kept, and what falls with the one before it. Pure."""

from collections.abc import Mapping

from hotline.engine.events import Answered, Event
from hotline.engine.flow import Ask, Book, reached
from hotline.engine.run import Run
from hotline.engine.view import list_answers


def saved(book: Book, run: Run, name: str, value: str | None) -> tuple[Run, tuple[Event, ...]]:
    """Keep an answer; None takes it away, as skipping a question does.

    Going back loses nothing by itself. But a place chosen out of a list that was named by another answer (a district
    of a province) means nothing once that answer is another: it falls with it.
    """
    before = run.answers.get(name)
    if value is None and before is None:
        return run, ()

    fallen = frozenset() if before == value else _dependants(book, name)
    answers = {key: kept for key, kept in run.answers.items() if key not in fallen}
    if value is None:
        del answers[name]
        return run.saying(answers), (Answered(name, ""),)
    answers[name] = value
    return run.saying(answers), (Answered(name, value),)


def _dependants(book: Book, name: str) -> frozenset[str]:
    """Answers whose list is named by this one, and theirs in turn; remembered, since every new answer asks."""
    found = book.dependants.get(name)
    if found is None:
        named = _named_by(book)
        fallen = {*reached([name], lambda one: named.get(one, ()))} - {name}
        found = book.dependants[name] = frozenset(fallen)
    return found


def _named_by(book: Book) -> Mapping[str, set[str]]:
    """Answer -> the answers chosen out of lists that bear its value in their name."""
    found: dict[str, set[str]] = {}
    for flow in book.flows.values():
        for node in flow.nodes.values():
            if isinstance(node, Ask) and node.list is not None:
                for source in list_answers(node.list):
                    found.setdefault(source, set()).add(node.saves)
    return found
