"""One danger tip with six people, as a value: what is durable of its case.

It holds less than the rows do, so that few standings stand for many. People of one level are alike: two standings that
differ in names alone are one. Time is left out: a clock that is open may fire at any moment, in any order. Whether an
alert arrived is left out: whoever was told may answer, since she may dial, and may be silent. So every true course of a
case is one of those that are walked, and some are walked that cannot be.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hotline.people.rules import Level
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_visit_safety import Care

LEVELS = (
    Level.RESPONDER,
    Level.RESPONDER,
    Level.DEPUTY,
    Level.COORDINATOR,
    Level.NATIONAL,
    Level.NATIONAL,
)
PAIRS = ((0, 1), (4, 5))
"""People who are like one another."""
NATIONAL = (4, 5)
WITH_PIN = frozenset({2})
"""Who reads a case behind a PIN of her own. The others take it as by SMS, and no clock asks whether they read it."""
KINDS = (
    DeadlineKind.ACKNOWLEDGE,
    DeadlineKind.OUTCOME,
    DeadlineKind.JUDGE,
    DeadlineKind.SECOND_LOOK,
    DeadlineKind.RED,
    DeadlineKind.MANNER,
    DeadlineKind.OPEN,
    DeadlineKind.DECISION,
)
CLOSED = -1

# A person is a number: what is true of her in this case, a bit each.
TOLD = 1
COUNTS = 2
"""She took it, and is believed."""
PASSED = 4
AWAY = 8
"""On leave, removed, or her number was given up: no living recipient."""
HOLDS = 16
WISHES = 32
"""Wants it closed, and nobody has judged."""
PROVED = 64
"""Her answer is proved; without it, one that counts may be doubted yet."""
DOUBTED = 128
KILLED = 256
"""Whoever sent her alert was killed: nobody knows whether it went out."""
LOOKED = 512
"""Looked at it while another held it."""
READ = 1024
"""Opened its page."""
CHASED = 2048
"""Took it, and did not read it in time: others were asked."""
SEEN = TOLD | COUNTS | PASSED | AWAY | HOLDS | WISHES | READ
"""What the ladder is told of her."""


class Standing(NamedTuple):
    people: tuple[int, ...]
    clocks: tuple[int, ...]
    """For each kind how often it fired in a row; `CLOSED` where none is open."""
    wished: bool = False
    """Somebody without a phone wants it closed."""
    over: bool = False
    care: Care = Care.NONE
    """How those who are told must go: somebody keyed `000`, and then the national desk says how."""
    desk: bool = False
    """The national desk decides on the closure that waits, since somebody was met."""

    @property
    def holder(self) -> int | None:
        return self.whoever(HOLDS)

    @property
    def judging(self) -> int | None:
        """Who wants it closed; -1 for somebody without a phone."""
        return -1 if self.wished else self.whoever(WISHES)

    def whoever(self, bit: int) -> int | None:
        for n, one in enumerate(self.people):
            if one & bit:
                return n
        return None

    def is_open(self, kind: DeadlineKind) -> bool:
        return self.clocks[KINDS.index(kind)] != CLOSED

    @property
    def unread(self) -> frozenset[int]:
        """Who has a PIN, and has not read it."""
        return frozenset(n for n in WITH_PIN if not self.people[n] & READ)

    def living(self) -> Iterator[int]:
        return (n for n, one in enumerate(self.people) if not one & AWAY)

    def seen(self) -> tuple[tuple[int, ...], tuple[int, ...], bool, Care, bool]:
        """What the ladder is told."""
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
        """The people in the order of the canonical standing."""
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
