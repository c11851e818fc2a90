"""What the checker of flows cannot know: the names and values by which a quiz is counted. A slip of the pen in one of
them would count nothing, and nobody would hear of it."""

from collections.abc import Iterator, Mapping

from hotline.domain.rolls.quiz import AGAIN, BEFORE, VALUES
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import nodes
from hotline.engine.flow import Book, Menu
from hotline.engine.run import Place
from hotline.text.remark import remark


def uncounted(book: Book) -> Iterator[Finding]:
    """Questions of a quiz whose answers are never counted."""
    asked = {
        node.saves: (Place(flow.name, name), node)
        for flow, name, node in nodes(book)
        if isinstance(node, Menu) and node.saves and node.saves.startswith((BEFORE, AGAIN))
    }
    for saves, (place, menu) in asked.items():
        if (other := _other(saves)) not in asked:
            message = remark(
                "{saves} is asked, but {other} never is: nothing is counted",
                saves=saves,
                other=other,
            )
            fix = remark("write a question that saves {other}, or mend the name", other=other)
            yield Finding(place.flow, place.node, Code.UNKNOWN_ANSWER, message, fix, field="saves")
        values = {choice.value for choice in menu.choices}
        if odd := sorted(values - VALUES):
            message = remark("an answer that is kept as {saves} has no value", saves=saves)
            if named := [value for value in odd if value]:
                message = remark(
                    "an answer that is kept as {saves} is {values}",
                    saves=saves,
                    values=", ".join(named),
                )
            fix = remark("each is one of {values}", values=", ".join(sorted(VALUES)))
            where = place.flow, place.node
            yield Finding(*where, Code.UNKNOWN_ANSWER, message, fix, field="choices")


def _other(saves: str) -> str:
    """The name of the same thing's other question."""
    pair: Mapping[str, str] = {BEFORE: AGAIN, AGAIN: BEFORE}
    first = next(prefix for prefix in pair if saves.startswith(prefix))
    return pair[first] + saves.removeprefix(first)
