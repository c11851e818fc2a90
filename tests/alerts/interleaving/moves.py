"""Lists every move (event) that can happen in a case: events of its messages, actions of its people, and deadlines
that pass.

A move of a person or a fault has a cost, and a search limits the total cost. Four kinds of moves cost nothing: a
message is sent, a phone is off, a person is silent, or a deadline passes. So a story may contain any number of these
moves.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hotline.gateway.rules import (
    MAX_ATTEMPTS,
    PARALLEL_AFTER,
    Outcome,
    Priority,
    SendResult,
    decide,
)
from hotline.tips.rules import DeadlineKind, VisitSafety
from hotline.tips.rules_events import CaseEventKind, Event
from tests.alerts.interleaving.policy import Course, EscalationModel, carry_out
from tests.alerts.interleaving.state import (
    ALERTED,
    ASSIGNED,
    AWAY,
    CHASED,
    CLOSED,
    COUNTS,
    DOUBTED,
    KILLED,
    KINDS,
    LOOKED,
    NATIONAL,
    PASSED,
    PROVED,
    READ,
    REQUESTS,
    Standing,
)


class Move(NamedTuple):
    says: str
    """The sentence that describes this move in a story. If a deadline passes in this move, `says` is the kind of the
    deadline instead.
    """
    who: int | None
    to: Standing
    costs: int = 0
    course: Course | None = None
    """The decision of the escalation policy about this move. None if no decision was needed."""


def moves(ladder: EscalationModel, at: Standing, *, acts: bool = True) -> Iterator[Move]:
    """Yields the possible moves.

    If `acts` is False, the search has spent its budget, and the function yields only moves that cost nothing.
    """
    if at.over:
        return
    for kind, nth in zip(KINDS, at.clocks, strict=True):
        if nth != CLOSED:
            for course in ladder.fired(at, kind):
                to = carry_out(at, course)
                if kind is DeadlineKind.OPEN and at.holder is not None:
                    to = to.put(at.holder, add=CHASED)
                yield Move(kind.value, None, to, 0, course)
    yield from _sends(ladder, at, acts=acts)
    for who in range(len(at.people)):
        yield from _of_person(ladder, at, who, acts=acts)
    if acts:
        yield from _commands(ladder, at)


def _of_person(ladder: EscalationModel, at: Standing, who: int, *, acts: bool) -> Iterator[Move]:
    one = at.people[who]
    if acts and one & ALERTED and not one & AWAY:
        yield from _answers(ladder, at, who)
        if who in at.unread:
            read = at.put(who, add=READ)
            says = "{Who} reads it behind her PIN."
            yield from _happens(ladder, read, CaseEventKind.OPENED, says, who)
    if one & (COUNTS | DOUBTED) and not one & PROVED:
        yield from _proofs(ladder, at, who, acts=acts)
    if not acts:
        return
    if one & AWAY:
        yield Move("{Who} is back.", who, at.put(who, drop=AWAY), 1)
    else:
        yield from _leaves(ladder, at, who)


def _happens(
    ladder: EscalationModel,
    at: Standing,
    what: CaseEventKind,
    says: str,
    who: int | None,
    costs: int = 1,
) -> Iterator[Move]:
    by = None if what is CaseEventKind.NOT_REACHED else who
    for course in ladder.courses(at, Event(what, by)):
        yield Move(says, who, carry_out(at, course), costs, course)


LOST = (
    decide(
        SendResult(Outcome.UNKNOWN), priority=Priority.URGENT, attempts=n + 1, counted=n, chance=0.0
    )
    for n in (PARALLEL_AFTER - 1, MAX_ATTEMPTS - 1)
)
UNREACHABLE = (
    decide(SendResult(outcome), priority=Priority.URGENT, attempts=1, counted=0, chance=0.0)
    for outcome in (Outcome.PERMANENT, Outcome.STOPPED)
)
assert all(verdict.replace and not verdict.flag for verdict in LOST), (
    "a lost send tells a colleague"
)
assert all(verdict.flag for verdict in UNREACHABLE), "who cannot be reached is as one who left"


def _sends(ladder: EscalationModel, at: Standing, *, acts: bool) -> Iterator[Move]:
    """Yields the events that can happen to alerts. The policy treats all lost alerts in the same way, so the function
    yields only one move for all lost alerts."""
    told = [who for who, one in enumerate(at.people) if one & ALERTED and not one & AWAY]
    if told:
        says = "The phone of {who} is off, or a send to it is lost a second time."
        yield from _happens(ladder, at, CaseEventKind.NOT_REACHED, says, told[0], 0)
    for who in told:
        one = at.people[who]
        if one & KILLED and ladder.resends:
            says = "The claim of the alert to {who} runs out, and it is sent again."
            yield Move(says, who, at.put(who, drop=KILLED))
        elif acts and not one & (COUNTS | DOUBTED | PASSED | KILLED):
            killed = at.put(who, add=KILLED)
            yield Move("kill -9 while the alert to {who} is sent.", who, killed, 1)


def _answers(ladder: EscalationModel, at: Standing, who: int) -> Iterator[Move]:
    one = at.people[who]
    judging = at.judging
    if judging is not None and judging != who and who in NATIONAL:
        over = at._replace(over=True)
        yield Move("{Who} opens it and confirms: it is closed.", who, over, 1)
        yield from _happens(ladder, at, CaseEventKind.CLOSURE_READ, "{Who} opens it.", who)
        says = "{Who} refuses to close it, and holds it."
        yield from _happens(ladder, at.without_wish(), CaseEventKind.REFUSED, says, who)
    else:
        yield from _takes(ladder, at, who)
    if not one & PASSED:
        says = "{Who} says that she cannot."
        yield from _happens(ladder, at.put(who, add=PASSED), CaseEventKind.PASSED, says, who)
    if one & ASSIGNED:
        yield from _happens(ladder, at, CaseEventKind.ON_SITE, "{Who} is on site.", who)
        if judging is None:
            says = "{Who} says that it is no trafficking, and wants it closed."
            wishing = at.put(who, add=REQUESTS)
            yield from _happens(ladder, wishing, CaseEventKind.CLOSURE_REQUESTED, says, who)
            met = wishing._replace(desk=True)
            says = "{Who} has met somebody, and says that it is no trafficking."
            yield from _happens(ladder, met, CaseEventKind.CLOSURE_REQUESTED, says, who)
        elif judging == who:
            another = at._replace(desk=not at.desk)
            says = "{Who} says instead why else it is to be closed."
            yield from _happens(ladder, another, CaseEventKind.CLOSURE_REQUESTED, says, who)


def _takes(ladder: EscalationModel, at: Standing, who: int) -> Iterator[Move]:
    dialled = at.put(who, add=COUNTS | PROVED, drop=PASSED | DOUBTED | KILLED)
    yield from _taken(ladder, dialled, who, "{Who} dials and takes it.")
    if not at.people[who] & (COUNTS | DOUBTED):
        believed = at.put(who, add=COUNTS, drop=PASSED | KILLED)
        yield from _taken(ladder, believed, who, "{Who} takes it by SMS, and is believed.")
        says = "{Who} takes it by SMS while the inbox is unread: it is noted."
        yield Move(says, who, at.put(who, add=DOUBTED, drop=KILLED), 1)


def _taken(
    ladder: EscalationModel, at: Standing, who: int, says: str, costs: int = 1
) -> Iterator[Move]:
    look = DeadlineKind.SECOND_LOOK
    for move in _happens(ladder, at, CaseEventKind.ACKNOWLEDGED, says, who, costs):
        looked = at.is_open(look) and not move.to.is_open(look)
        yield move._replace(to=move.to.put(who, add=LOOKED)) if looked else move


def _proofs(ladder: EscalationModel, at: Standing, who: int, *, acts: bool) -> Iterator[Move]:
    one = at.people[who]
    says = "The inbox lists the answer of {who}."
    if one & COUNTS:
        yield Move(says, who, at.put(who, add=PROVED))
        if acts:
            forged = at.put(who, add=DOUBTED, drop=COUNTS)
            doubted = "The inbox does not list the answer of {who}: it is doubted."
            yield from _happens(ladder, forged, CaseEventKind.DOUBTED, doubted, who)
        return
    proved = at.put(who, add=COUNTS | PROVED, drop=DOUBTED)
    if one & (PASSED | AWAY):
        yield Move(says, who, proved)
    else:
        yield from _taken(ladder, proved, who, says, 0)


def _leaves(ladder: EscalationModel, at: Standing, who: int) -> Iterator[Move]:
    """Yields the move in which a person begins a leave, is removed or loses their number. The move has the same effects
    as `service_commands.hand_on_cases`.

    The policy is asked only if the person was alerted and one more condition is true: the person is the assignee, the
    case has no assignee, or people are still asked to take the case.
    """
    says = "{Who} goes on leave, is removed, or her number is given up."
    asked = at.holder in (None, who) or at.is_open(DeadlineKind.ACKNOWLEDGE)
    gone = at.put(who, add=AWAY, drop=KILLED)
    if at.people[who] & ALERTED and asked:
        yield from _happens(ladder, gone, CaseEventKind.REMOVED, says, who)
    else:
        yield Move(says, who, gone, 1)


def _commands(ladder: EscalationModel, at: Standing) -> Iterator[Move]:
    """Yields the requests and decisions that an account can make with a command, and the caller's `000`."""
    if at.care is VisitSafety.NONE:
        says = "Whoever holds the phone keys 000."
        marked = at._replace(care=VisitSafety.CAREFUL)
        yield from _happens(ladder, marked, CaseEventKind.MARKED, says, None)
    elif at.care is VisitSafety.CAREFUL:
        says = "The national desk says how to go."
        decided = at._replace(care=VisitSafety.DISCREET)
        yield from _happens(ladder, decided, CaseEventKind.DECIDED, says, None)
    if at.judging is None:
        says = "A desk wants it closed, by command."
        wished = at._replace(wished=True)
        yield from _happens(ladder, wished, CaseEventKind.CLOSURE_REQUESTED, says, None)
        return
    over = at._replace(over=True)
    yield Move("An account opens it and confirms: it is closed.", None, over, 1)
    says = "An account refuses to close it."
    yield from _happens(ladder, at.without_wish(), CaseEventKind.REFUSED, says, None)
