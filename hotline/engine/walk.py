"""Moves a conversation from node to node until one waits for the caller. Pure. No flow set can make it loop."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from hotline.engine.events import Completed, Event, Finished, FlowEntered, TopicRead
from hotline.engine.flow import Ask, Book, Branch, Call, Finish, Menu, Say
from hotline.engine.run import Facts, Place, Run
from hotline.engine.view import at_front, holds, node_at

MOST_STEPS = 60
"""Most nodes passed without a screen. The walk then ends at the front."""
DEEPEST = 12
"""Most nested flows."""
LONGEST_TRAIL = 40


class Walked(NamedTuple):
    """The result of a walk: the new state, the events, and the nodes passed."""

    run: Run
    events: tuple[Event, ...] = ()
    passed: tuple[Place, ...] = ()
    answered: bool = False
    """True where it led on from the previous place: not back, not home, and not to the same place."""

    def after(self, *events: Event) -> "Walked":
        """Returns the same result with earlier events in front."""
        if not events:
            return self
        return Walked(self.run, (*events, *self.events), self.passed, self.answered)


def front(book: Book) -> tuple[Place, ...]:
    flow = book.flows.get(book.front)
    return (Place(book.front, flow.start if flow else ""),)


def goes(book: Book, facts: Facts, run: Run, node: str | None) -> Walked:
    """Moves from the current place to another node of its flow, and saves the way back."""
    trail = (*run.trail, run.calls)[-LONGEST_TRAIL:]
    walked = settle(book, facts, _at(book, run.at(run.calls, trail=trail), node))
    here, there = run.calls[-1], walked.run.calls[-1] if walked.run.calls else None
    stays = there is not None and (here.flow, here.node) == (there.flow, there.node)
    return Walked(walked.run, walked.events, walked.passed, answered=not stays)


def home(book: Book, facts: Facts, run: Run) -> Walked:
    return settle(book, facts, run.at(front(book), trail=()))


def back(book: Book, facts: Facts, run: Run) -> Walked:
    """Moves one page back, or to the previous screen, or to the front. Answers stay until the caller changes them."""
    here = run.calls[-1]
    if here.page:
        return turned(run, here.page - 1)
    if not run.trail:
        return Walked(home(book, facts, run).run)
    *trail, calls = run.trail
    return Walked(_forget_way(book, run.at(calls, trail=tuple(trail))))


def turned(run: Run, page: int) -> Walked:
    """Returns the same place at another page."""
    *under, here = run.calls
    return Walked(run.at((*under, Place(here.flow, here.node, page))))


def entered(book: Book, run: Run, name: str) -> Run:
    """Enters an existing flow. A report flow begins a new attempt, so earlier answers are dropped.

    A private flow that is called again drops its own answers, because they may be about another person.
    """
    flow = book.flows[name]
    run = run.at((*run.calls, Place(flow.name, flow.start)))
    if flow.private and run.answers:
        own = {node.saves for node in flow.nodes.values() if isinstance(node, Menu | Ask)}
        run = run.saying({said: kept for said, kept in run.answers.items() if said not in own})
    if flow.gathers:
        run = replace(run, passage=run.passage + 1, answers={}, erased=False, trail=run.trail[-1:])
    return run


def settle(book: Book, facts: Facts, run: Run) -> Walked:
    """Passes through branches, calls and returns to a node that waits, or to the end."""
    events: list[Event] = []
    passed: list[Place] = []
    for _ in range(MOST_STEPS):
        node = node_at(book, run.calls[-1]) if 0 < len(run.calls) <= DEEPEST else None
        passed.extend(run.calls[-1:])
        match node:
            case Say() | Menu() | Ask():
                events.extend(_arrival(node))
                return Walked(_forget_way(book, run), tuple(events), tuple(passed))
            case Finish(text=text) if text is not None:
                events.append(Finished())
                return Walked(replace(run, finished=True), tuple(events), tuple(passed))
            case Branch(arms=arms):
                way = next((arm.goes for arm in arms if holds(arm.when, run, facts)), None)
                run = _at(book, run, way)
            case Call(flow=name, goes=then) if _opens(book, run, name):
                run = entered(book, run if then is not None else _ended(book, run), name)
                run = run.saying({**run.answers, **facts.answers}) if facts.answers else run
                events.append(FlowEntered(name))
            case Call(goes=then):
                run = _at(book, run, then)
            case Finish():
                run = _at(book, run, None)
            case None:
                run = run.at(front(book), trail=())
    # The walk was cut. The state is now at the front, or ended where the front itself is the loop.
    run = run.at(front(book), trail=())
    waits = isinstance(node_at(book, run.calls[-1]), Say | Menu | Ask)
    run = run if waits else replace(run, finished=True)
    return Walked(run, tuple(events), tuple(passed))


def _opens(book: Book, run: Run, name: str) -> bool:
    """Returns True if a call may enter this flow. A private flow opens only from inside a private flow."""
    if name not in book.flows:
        return False
    beneath = (book.flows[place.flow] for place in run.calls if place.flow in book.flows)
    return not book.flows[name].private or any(flow.private for flow in beneath)


def _ended(book: Book, run: Run) -> Run:
    """Returns the state without the current flow, which ends with the flow it calls. Topics then never nest deeper.

    A report flow or a private flow stays on the stack. Its rules apply to all flows that it calls.
    """
    flow = book.flows[run.calls[-1].flow]
    return run if flow.gathers or flow.private else run.at(run.calls[:-1])


def _at(book: Book, run: Run, node: str | None) -> Run:
    """Returns the state at another node of the same flow. None returns to the calling flow, or to the one above it."""
    calls = run.calls
    while node is None and len(calls) > 1:
        calls = calls[:-1]
        caller = node_at(book, calls[-1])
        node = caller.goes if isinstance(caller, Call) else None
    if node is None:
        return run.at(())
    return run.at((*calls[:-1], Place(calls[-1].flow, node)))


def _arrival(node: Say | Menu | Ask) -> Iterator[Event]:
    if node.topic:
        yield TopicRead(node.topic)
    if node.completes:
        yield Completed(node.completes)


def _forget_way(book: Book, run: Run) -> Run:
    """Returns the state with an empty trail and a single-flow stack where it is at the front."""
    return run.at(front(book), trail=()) if at_front(book, run) else run
