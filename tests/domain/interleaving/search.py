"""A search of every standing that a case can come to, and of what must hold in each."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_visit_safety import Care
from tests.domain.interleaving.asking import Ladder
from tests.domain.interleaving.moves import moves
from tests.domain.interleaving.standing import AWAY, CHASED, HOLDS, KILLED, LOOKED, Standing

Rule = Callable[[Ladder, Standing], bool]


GOING = (
    DeadlineKind.ACKNOWLEDGE,
    DeadlineKind.OUTCOME,
    DeadlineKind.DECISION,
    DeadlineKind.RED,
)
"""The clocks that ask who goes, and what came of it. The others ask the national desk something beside."""


def is_not_lost(ladder: Ladder, at: Standing) -> bool:
    """A clock asks who goes; and wherever anybody lives who does not hold it, it tells somebody."""
    kinds = [kind for kind in GOING if at.is_open(kind)]
    if all(at.people[n] & HOLDS for n in at.living()):
        return bool(kinds)
    return any(ladder.rings(at, kind) for kind in kinds)


def is_held_by_the_living(_l: Ladder, at: Standing) -> bool:
    return at.holder is None or not at.people[at.holder] & AWAY


def is_judged(_l: Ladder, at: Standing) -> bool:
    """While somebody wants it closed, the national desk is asked, again and again."""
    return at.judging is None or at.is_open(DeadlineKind.JUDGE)


def is_decided(_l: Ladder, at: Standing) -> bool:
    """While the national desk decides on a closure, its deadline runs in the place of the assignee's."""
    waits = at.judging is not None and at.desk
    return at.is_open(DeadlineKind.DECISION) if waits else not at.is_open(DeadlineKind.DECISION)


def is_looked_at(_l: Ladder, at: Standing) -> bool:
    """Of a danger that somebody holds, a second person looks, or will be asked to."""
    looked = any(one & LOOKED and not one & HOLDS for one in at.people)
    return at.holder is None or looked or at.is_open(DeadlineKind.SECOND_LOOK)


def is_asked_how(_l: Ladder, at: Standing) -> bool:
    """After `000` the national desk is asked how to go, until it says so."""
    return at.care is not Care.CAREFUL or at.is_open(DeadlineKind.MANNER)


def is_read(_l: Ladder, at: Standing) -> bool:
    """Of whoever holds it, has a PIN and has not read it, a clock asks; or it asked, and others were told."""
    if at.holder not in at.unread:
        return True
    return at.is_open(DeadlineKind.OPEN) or bool(at.people[at.holder] & CHASED)


def is_sent(ladder: Ladder, at: Standing) -> bool:
    """An alert that nobody sends any more is no alert that may still be sent."""
    killed = any(one & KILLED and not one & AWAY for one in at.people)
    return ladder.resends or not killed


RULES: Mapping[str, Rule] = {
    "is_not_lost": is_not_lost,
    "is_held_by_the_living": is_held_by_the_living,
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
    """States in which two people have closed it."""
    broken: Mapping[str, tuple[Standing, ...]]
    """By rule: the standings on the shortest way to where it does not hold."""


def explore(ladder: Ladder, first: Standing, most: int, *, until: str = "") -> Explored:
    """Every standing within so many moves that cost, the cheapest way first; `until` that rule is broken."""
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


def follow(ladder: Ladder, at: Standing, *says: str) -> Standing:
    """Where the first moves of these sentences lead."""
    for sentence in says:
        at = next(move.to for move in moves(ladder, at) if move.says == sentence).canonical()
    return at
