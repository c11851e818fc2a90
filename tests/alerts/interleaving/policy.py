"""Asks the shipped escalation policy, `hotline.alerts.rules_escalation.decide`, about states of a case.

This module contains no rules about escalation of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple

from hotline.alerts import rules_escalation, rules_escalation_steps
from hotline.alerts.rules_assignment import AlertedResponder, Candidate, Case, first_recipients
from hotline.alerts.rules_escalation_steps import CaseState, Decision
from hotline.tips.rules import Clock, DeadlineKind, Urgency
from hotline.tips.rules_events import CaseEventKind, Event, Purpose
from tests.alerts.interleaving.state import (
    ALERTED,
    ASSIGNED,
    AWAY,
    CLOSED,
    COUNTS,
    KINDS,
    LEVELS,
    PAIRS,
    PASSED,
    Standing,
)

NOW = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
CASE = Case("12", "sex", Urgency.DANGER, "no")
HERE = frozenset({"12"})
MOST_IN_A_ROW = {DeadlineKind.OUTCOME: 3, DeadlineKind.SECOND_LOOK: 1}
"""The search counts how often a deadline fires in a row without an answer. For each kind of deadline in this table,
the count stops at the number in the table.
"""
LATER = 2
RAN = timedelta(minutes=15)
CLOCKS = [Clock(NOW, nth) for nth in range(4)]
AS_ALERTED = [AlertedResponder(n, level) for n, level in enumerate(LEVELS)]
TURNS = tuple(
    (*responders, 2, 3, *national)
    for responders, national in product(*(((a, b), (b, a)) for a, b in PAIRS))
)
"""The possible orders in which people are alerted. Two people with the same role may be alerted in either order."""
ROSTERS = {
    turns: {n: Candidate(n, LEVELS[n], HERE, load=turn) for turn, n in enumerate(turns)}
    for turns in TURNS
}


class Course(NamedTuple):
    """One possible decision of the escalation policy about a case."""

    tells: tuple[tuple[int, Purpose], ...]
    clocks: tuple[int, ...]
    delays: tuple[tuple[DeadlineKind, timedelta], ...]
    """The time from the decision until each new deadline."""
    holder: int | None
    ends_wish: bool


class EscalationModel:
    """The escalation policy, which gives every result that an event may have. If `without` names a kind of deadline,
    the policy sets no deadline of this kind.

    If `resends` is True, the model also has the two times after which a worker sends a lost alert again: the end of a
    claim, and `message.next_at`.
    """

    def __init__(self, without: DeadlineKind | None = None, *, resends: bool = True) -> None:
        self.without = without
        self.resends = resends
        self._known: dict[object, tuple[Course, ...]] = {}
        self._rings: dict[object, bool] = {}

    def filed(self) -> Standing:
        told = first_recipients(CASE, [*ROSTERS[TURNS[0]].values()])
        people = tuple(ALERTED if n in told else 0 for n in range(len(LEVELS)))
        first = Decision((), rules_escalation_steps.acknowledge_clock(CASE, NOW))
        return Standing(people, self._course(first, (CLOSED,) * len(KINDS)).clocks).canonical()

    def courses(self, at: Standing, event: Event) -> tuple[Course, ...]:
        """Returns the possible decisions about an event: for each order in which people with the same role may be
        alerted, one decision.
        """
        asked = (at.seen(), event)
        known = self._known.get(asked)
        if known is None:
            found = dict.fromkeys(self._decide(at, event))
            known = self._known[asked] = tuple(found)
        return known

    def fired(self, at: Standing, kind: DeadlineKind) -> tuple[Course, ...]:
        """Returns the possible decisions of the policy when this open deadline passes."""
        n = KINDS.index(kind)
        nth = at.clocks[n]
        rest = at._replace(clocks=(*at.clocks[:n], CLOSED, *at.clocks[n + 1 :]))
        times = {nth, LATER} if nth == MOST_IN_A_ROW.get(kind, 0) < LATER else {nth}
        due = NOW + RAN
        events = [Event(CaseEventKind.DUE, kind=kind, nth=n, named_at=due) for n in sorted(times)]
        found = [one for event in events for one in self.courses(rest, event)]
        return tuple(dict.fromkeys(found))

    def _decide(self, at: Standing, event: Event) -> Iterator[Course]:
        for standing in _as_asked(at, event):
            for turns in TURNS:
                roster = [ROSTERS[turns][n] for n in turns if not at.people[n] & AWAY]
                decision = rules_escalation.decide(standing, roster, event, NOW)
                yield self._course(decision, at.clocks)
                if not decision.notices:
                    # The orders differ only in which of two people with the same role is alerted. If no one is alerted,
                    # one order is enough.
                    break

    def _course(self, decision: Decision, clocks: tuple[int, ...]) -> Course:
        after = [
            CLOSED if kind in decision.close else nth
            for kind, nth in zip(KINDS, clocks, strict=True)
        ]
        delays = []
        for kind, clock in decision.set.items():
            after[KINDS.index(kind)] = CLOSED
            if kind is not self.without:
                after[KINDS.index(kind)] = min(clock.nth, MOST_IN_A_ROW.get(kind, 0))
                delays.append((kind, clock.due_at - NOW))
        tells = tuple(
            (who, order.purpose) for order in decision.notices for who in order.responder_ids
        )
        ends_wish = DeadlineKind.CONFIRM_CLOSURE in decision.close
        return Course(tells, tuple(after), tuple(delays), decision.assignee, ends_wish)

    def rings(self, at: Standing, kind: DeadlineKind) -> bool:
        """Returns True if this deadline, or a later deadline that the policy sets because of it, alerts an active
        person other than the assignee."""
        asked = (at.seen(), kind)
        if asked not in self._rings:
            self._rings[asked] = False
            courses = self.fired(at, kind)
            self._rings[asked] = all(self._rings_after(at, course) for course in courses)
        return self._rings[asked]

    def _rings_after(self, at: Standing, course: Course) -> bool:
        others = {n for n in at.active() if not at.people[n] & ASSIGNED}
        if any(who in others for who, _ in course.tells):
            return True
        after = carry_out(at, course)
        return any(self.rings(after, kind) for kind, _ in course.delays)


def _as_asked(at: Standing, event: Event) -> Iterator[CaseState]:
    """Yields the case in the form that the policy reads. If the event is that the hotline doubts an answer, yields
    one case for each person who may become the next assignee.
    """
    people = at.people
    took = [n for n, one in enumerate(people) if one & COUNTS and not one & (ASSIGNED | PASSED)]
    firsts = took if event.what is CaseEventKind.DOUBTED and took else [None]
    for first in firsts:
        yield CaseState(
            CASE,
            step=1,
            alerted=[AS_ALERTED[n] for n, one in enumerate(people) if one & ALERTED],
            assignee=at.holder,
            other_assignees=tuple(sorted(took, key=lambda n: n != first))
            if first is not None
            else tuple(took),
            closure_by=at.judging,
            desk_decides=at.desk,
            safety=at.care,
            unread=at.unread,
            clocks={k: CLOCKS[n] for k, n in zip(KINDS, at.clocks, strict=True) if n != CLOSED},
        )


def carry_out(at: Standing, course: Course) -> Standing:
    """Returns the state of the case after a decision, as `alerts.service_escalation` would store it."""
    people = [one & ~ASSIGNED for one in at.people]
    for who, purpose in course.tells:
        if purpose is not Purpose.REMIND:
            people[who] |= ALERTED
    if course.holder is not None:
        people[course.holder] |= ASSIGNED
    after = at._replace(people=tuple(people), clocks=course.clocks)
    return after.without_wish() if course.ends_wish else after
