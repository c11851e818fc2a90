"""Searches every state that a case can reach, and checks the rules in each state."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hotline.tips.rules import DeadlineKind, VisitSafety
from tests.alerts.interleaving.moves import moves
from tests.alerts.interleaving.policy import EscalationModel
from tests.alerts.interleaving.state import ASSIGNED, AWAY, CHASED, KILLED, LOOKED, Standing

Rule = Callable[[EscalationModel, Standing], bool]


GOING = (
    DeadlineKind.ACKNOWLEDGE,
    DeadlineKind.OUTCOME,
    DeadlineKind.DECISION,
    DeadlineKind.OVERDUE,
)
"""The kinds of deadlines that keep a case active: when such a deadline passes, the hotline asks people to go to the
place of the tip, or asks for the outcome of the case.
"""


def is_not_lost(ladder: EscalationModel, at: Standing) -> bool:
    """Returns True if an open deadline of the kinds in `GOING` will alert an active person other than the assignee.

    If only the assignee is active, returns True for any open deadline of these kinds.
    """
    kinds = [kind for kind in GOING if at.is_open(kind)]
    if all(at.people[n] & ASSIGNED for n in at.active()):
        return bool(kinds)
    return any(ladder.rings(at, kind) for kind in kinds)


def is_held_by_active(_l: EscalationModel, at: Standing) -> bool:
    return at.holder is None or not at.people[at.holder] & AWAY


def is_judged(_l: EscalationModel, at: Standing) -> bool:
    """Returns False if a closure is requested and no open deadline will ask the national desk to decide on this
    closure.
    """
    return at.judging is None or at.is_open(DeadlineKind.CONFIRM_CLOSURE)


def is_decided(_l: EscalationModel, at: Standing) -> bool:
    """Returns True if the decision deadline is open exactly while the national desk must decide on a closure."""
    waits = at.judging is not None and at.desk
    return at.is_open(DeadlineKind.DECISION) if waits else not at.is_open(DeadlineKind.DECISION)


def is_looked_at(_l: EscalationModel, at: Standing) -> bool:
    """Returns True if a person other than the assignee has looked at the case about danger, or if an open deadline
    will ask such a person to look.

    If the case has no assignee, returns True, because other deadlines then alert people.
    """
    looked = any(one & LOOKED and not one & ASSIGNED for one in at.people)
    return at.holder is None or looked or at.is_open(DeadlineKind.SECOND_LOOK)


def is_asked_how(_l: EscalationModel, at: Standing) -> bool:
    """Returns False if the caller typed `000` and no open deadline will ask the national desk if responders may
    visit.
    """
    return at.care is not VisitSafety.CAREFUL or at.is_open(DeadlineKind.VISIT_SAFETY)


def is_read(_l: EscalationModel, at: Standing) -> bool:
    """Returns True if the assignee has no PIN or has read the case. Also returns True if a deadline to read the case
    is open, or if the assignee did not read the case before this deadline and other people were asked.
    """
    if at.holder not in at.unread:
        return True
    return at.is_open(DeadlineKind.OPEN) or bool(at.people[at.holder] & CHASED)


def is_sent(ladder: EscalationModel, at: Standing) -> bool:
    """Returns False if the process that sent an alert was killed, and no deadline sends the alert again."""
    killed = any(one & KILLED and not one & AWAY for one in at.people)
    return ladder.resends or not killed


RULES: Mapping[str, Rule] = {
    "is_not_lost": is_not_lost,
    "is_held_by_active": is_held_by_active,
    "is_judged": is_judged,
    "is_decided": is_decided,
    "is_looked_at": is_looked_at,
    "is_asked_how": is_asked_how,
    "is_read": is_read,
    "is_sent": is_sent,
}


@dataclass(frozen=True, slots=True)
class Explored:
    states: int
    steps: int
    ends: int
    """The number of states in which two people have closed the case."""
    broken: Mapping[str, tuple[Standing, ...]]
    """For each broken rule: the states on the shortest path to a state that breaks this rule."""


def explore(ladder: EscalationModel, first: Standing, most: int, *, until: str = "") -> Explored:
    """Explores every state that can be reached within this total cost of moves, cheapest path first.

    The search stops when the rule `until` is broken.
    """
    costs, came = {first: 0}, {first: first}
    waiting, done = deque([first]), set[Standing]()
    steps = ends = 0
    broken: dict[str, tuple[Standing, ...]] = {}
    while waiting and until not in broken:
        at = waiting.popleft()
        if at in done:
            continue
        done.add(at)
        ends += at.over
        for name, holds in RULES.items():
            if name not in broken and not at.over and not holds(ladder, at):
                broken[name] = _way(came, at)
        for move in moves(ladder, at, acts=costs[at] < most):
            cost = costs[at] + move.costs
            steps += 1
            to = move.to.canonical()
            if to not in costs or cost < costs[to]:
                costs[to], came[to] = cost, at
                (waiting.append if move.costs else waiting.appendleft)(to)
    return Explored(len(done), steps, ends, broken)


def _way(came: Mapping[Standing, Standing], at: Standing) -> tuple[Standing, ...]:
    way = [at]
    while came[way[-1]] != way[-1]:
        way.append(came[way[-1]])
    return tuple(reversed(way))


def story(ladder: EscalationModel, way: Sequence[Standing]) -> str:
    """Returns the moves on a path, one line for each, with the number of the person and the SMS that the move causes.
    The last line is the last state."""
    lines = []
    for before, after in pairwise(way):
        found = (move for move in moves(ladder, before) if move.to.canonical() == after)
        move = min(found, key=lambda move: move.costs)
        lines.append(f"{move.says} {move.who} {move.course.tells if move.course else ()}")
    return "\n".join([*lines, str(way[-1])])


def follow(ladder: EscalationModel, at: Standing, *says: str) -> Standing:
    """Returns the state that is reached from `at` by the moves with the sentences `says`, in this order. If several
    moves have the same sentence, the first of these moves is made."""
    for sentence in says:
        at = next(move.to for move in moves(ladder, at) if move.says == sentence).canonical()
    return at
