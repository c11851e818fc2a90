"""Describes the state of one danger tip and six people as a single value.

The value contains fewer facts than the database rows of a case, so that one value represents many similar states.
People of one level are interchangeable: two states that differ only in names are the same. Time is left out: an open
deadline may pass at any moment, in any order. The delivery of alerts is left out too. An alerted person may answer,
because they can dial, or may be silent. So the search covers every course that a real case can take, and also some
courses that a real case cannot take.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hotline.people.rules import Level
from hotline.tips.rules import DeadlineKind, VisitSafety

LEVELS = (
    Level.RESPONDER,
    Level.RESPONDER,
    Level.DEPUTY,
    Level.COORDINATOR,
    Level.NATIONAL,
    Level.NATIONAL,
)
PAIRS = ((0, 1), (4, 5))
"""Pairs of people with the same level. The search treats the two people of a pair as interchangeable."""
NATIONAL = (4, 5)
WITH_PIN = frozenset({2})
"""The people who read a case after entering a PIN. The others take a case by SMS, and no deadline asks if they have
read it."""
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

# The search describes each person by a number. The constants below are the bits of this number: each bit is one fact
# about the person in the case.
ALERTED = 1
COUNTS = 2
"""The person took the case, and the hotline does not doubt this acknowledgement."""
PASSED = 4
AWAY = 8
"""The person is on leave, removed, or without a number, so no alert reaches them."""
ASSIGNED = 16
REQUESTS = 32
"""The person requested to close the case, and no one has confirmed or refused the request."""
PROVED = 64
"""The gateway's inbox lists the person's answer, which proves it. Until the inbox lists an answer, the hotline may
still doubt the answer, even if it counts now."""
DOUBTED = 128
KILLED = 256
"""The process that sent the person's alert was killed. So the hotline does not know if the alert was sent."""
LOOKED = 512
"""The person looked at the case while another person was the assignee."""
READ = 1024
"""The person opened the page of the case."""
CHASED = 2048
"""The person took the case but did not read it in time, so the hotline asked other people to take the case."""
SEEN = ALERTED | COUNTS | PASSED | AWAY | ASSIGNED | REQUESTS | READ
"""The facts about a person on which the escalation policy bases its decisions."""


class Standing(NamedTuple):
    people: tuple[int, ...]
    clocks: tuple[int, ...]
    """For each kind of deadline: how many times in a row it has passed. If no deadline of the kind is open, the value
    is `CLOSED`."""
    wished: bool = False
    """True if an account without a phone requested the closure."""
    over: bool = False
    care: VisitSafety = VisitSafety.NONE
    """The visit safety of the case: not set, set because the caller typed `000`, or set by a decision of the national
    desk."""
    desk: bool = False
    """True if the national desk must decide on the requested closure, because a responder met a person."""

    @property
    def holder(self) -> int | None:
        return self.holder_of(ASSIGNED)

    @property
    def judging(self) -> int | None:
        """Returns the number of the person who requested the closure, or None. The number is -1 if an account without a
        phone requested it."""
        return -1 if self.wished else self.holder_of(REQUESTS)

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
        people = tuple([one & ~REQUESTS for one in self.people])
        return self._replace(people=people, wished=False, desk=False)

    def order(self) -> tuple[int, ...]:
        """Returns the people in a fixed order, so that interchangeable people give the same state."""
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
