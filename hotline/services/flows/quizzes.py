"""What the checker of flows cannot know: the names and values by which a quiz is counted. A slip of the pen in one of
them would count nothing, and nobody would hear of it."""

from collections.abc import Iterator, Mapping

from hotline.domain.rolls.quiz import AGAIN, BEFORE, VALUES
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import nodes
from hotline.engine.flow import Book, Menu
from hotline.engine.run import Place


def uncounted(book: Book) -> Iterator[Finding]:
    """Questions of a quiz whose answers are never counted."""
    asked = {
        node.saves: (Place(flow.name, name), node)
        for flow, name, node in nodes(book)
        if isinstance(node, Menu) and node.saves and node.saves.startswith((BEFORE, AGAIN))
    }
    for saves, (place, menu) in asked.items():
        if (other := _other(saves)) not in asked:
            message = f"{saves} is asked, but {other} never is: nothing is counted"
            fix = f"write a question that saves {other}, or mend the name"
            yield Finding(place.flow, place.node, Code.UNKNOWN_ANSWER, message, fix, field="saves")
        values = {choice.value for choice in menu.choices}
        if odd := sorted(values - VALUES):
            named = ", ".join(value or "nothing" for value in odd)
            message = f"an answer that is kept as {saves} is {named}"
            fix = f"each is one of {', '.join(sorted(VALUES))}"
            where = place.flow, place.node
            yield Finding(*where, Code.UNKNOWN_ANSWER, message, fix, field="choices")


def _other(saves: str) -> str:
    """The name of the same thing's other question."""
    pair: Mapping[str, str] = {BEFORE: AGAIN, AGAIN: BEFORE}
    first = next(prefix for prefix in pair if saves.startswith(prefix))
    return pair[first] + saves.removeprefix(first)
