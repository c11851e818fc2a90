"""One danger tip with six people, as a value: the durable state of its case.

It holds less than the rows do, so that few standings represent many. People of one level are alike: two standings
that differ only in names are one. Time is left out: an open clock may fire at any moment, in any order. The arrival
of alerts is left out too. An alerted person may answer, since they may dial, or be silent. So every true course of a
case is walked, and so are some that cannot happen.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hotline.people.rules import Level
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_visit_safety import VisitSafety

LEVELS = (
    Level.RESPONDER,
    Level.RESPONDER,
    Level.DEPUTY,
    Level.COORDINATOR,
    Level.NATIONAL,
    Level.NATIONAL,
)
PAIRS = ((0, 1), (4, 5))
"""Pairs of people who are alike."""
NATIONAL = (4, 5)
WITH_PIN = frozenset({2})
"""People who read a case behind a PIN. The others take it as by SMS, and no clock asks whether they read it."""
KINDS = (
    DeadlineKind.ACKNOWLEDGE,
    DeadlineKind.OUTCOME,
    DeadlineKind.CONFIRM_CLOSURE,
    DeadlineKind.SECOND_LOOK,
    DeadlineKind.OVERDUE,
    DeadlineKind.VISIT_SAFETY,
    DeadlineKind.OPEN,
    DeadlineKind.DECISION,
)
CLOSED = -1

# A person is a number: one bit for each fact about them in this case.
TOLD = 1
COUNTS = 2
"""Took the case, and the answer counts."""
PASSED = 4
AWAY = 8
"""On leave, removed, or without a number: not an active recipient."""
HOLDS = 16
WISHES = 32
"""Requested its closure, and no one has confirmed or refused it."""
PROVED = 64
"""The answer is proved. An answer that counts without this may still be doubted."""
DOUBTED = 128
KILLED = 256
"""The process that sent the alert was killed. It is unknown whether the alert went out."""
LOOKED = 512
"""Looked at the case while another person was the assignee."""
READ = 1024
"""Opened the case's page."""
CHASED = 2048
"""Took the case and did not read it in time, so that others were asked."""
SEEN = TOLD | COUNTS | PASSED | AWAY | HOLDS | WISHES | READ
"""The facts about a person that the escalation policy reads."""


class Standing(NamedTuple):
    people: tuple[int, ...]
    clocks: tuple[int, ...]
    """For each kind, the number of firings in a row; `CLOSED` if no clock is open."""
    wished: bool = False
    """An account without a phone requested the closure."""
    over: bool = False
    care: VisitSafety = VisitSafety.NONE
    """Visit safety: the caller keyed `000`, and the national desk decides after that."""
    desk: bool = False
    """The national desk decides on the requested closure, because a person was met."""

    @property
    def holder(self) -> int | None:
        return self.holder_of(HOLDS)

    @property
    def judging(self) -> int | None:
        """Returns the person who requested the closure; -1 for an account without a phone."""
        return -1 if self.wished else self.holder_of(WISHES)

    def holder_of(self, bit: int) -> int | None:
        for n, one in enumerate(self.people):
            if one & bit:
                return n
        return None

    def is_open(self, kind: DeadlineKind) -> bool:
        return self.clocks[KINDS.index(kind)] != CLOSED

    @property
    def unread(self) -> frozenset[int]:
        """Returns the people who have a PIN and have not read the case."""
        return frozenset(n for n in WITH_PIN if not self.people[n] & READ)

    def active(self) -> Iterator[int]:
        return (n for n, one in enumerate(self.people) if not one & AWAY)

    def seen(self) -> tuple[tuple[int, ...], tuple[int, ...], bool, VisitSafety, bool]:
        """Returns the facts that the escalation policy reads."""
        people = tuple([one & SEEN for one in self.people])
        return people, self.clocks, self.wished, self.care, self.desk

    def put(self, who: int, add: int = 0, drop: int = 0) -> "Standing":
        people = self.people
        changed = (people[who] & ~drop) | add
        return Standing((*people[:who], changed, *people[who + 1 :]), *self[1:])

    def without_wish(self) -> "Standing":
        people = tuple([one & ~WISHES for one in self.people])
        return self._replace(people=people, wished=False, desk=False)

    def order(self) -> tuple[int, ...]:
        """Returns the people in the order of the canonical standing."""
        order = list(range(len(self.people)))
        for one, other in PAIRS:
            if self.people[other] < self.people[one]:
                order[one], order[other] = other, one
        return tuple(order)

    def canonical(self) -> "Standing":
        a, b, c, d, e, f = self.people
        if a <= b and e <= f:
            return self
        people = (*((a, b) if a <= b else (b, a)), c, d, *((e, f) if e <= f else (f, e)))
        return Standing(people, *self[1:])
