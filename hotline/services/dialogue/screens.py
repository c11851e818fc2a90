"""Which screens a text leads over: what is counted of a session when it is over. A responder's page has no name."""

from collections.abc import Sequence

from hotline.domain.reach.counters import Stand
from hotline.engine.flow import Book
from hotline.store.dialogue.ways import Step


def stands_on(book: Book, steps: Sequence[Step], before: tuple[Stand, ...]) -> tuple[Stand, ...]:
    """The screens `before` these steps, and theirs."""
    return (*before, *[_stand(book, step) for step in steps])


def _stand(book: Book, step: Step) -> Stand:
    run = step.run
    beneath = [book.flows[place.flow] for place in run.calls if place.flow in book.flows]
    is_hidden = not beneath or any(flow.private for flow in beneath)
    return Stand(
        upto=step.upto,
        screen="" if is_hidden else f"{run.calls[-1].flow}/{run.calls[-1].node}",
        answered=step.answered,
        ends=run.finished,
    )
