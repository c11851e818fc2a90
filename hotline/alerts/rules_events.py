"""Defines the events of a case, its known state, and the possible results: the terms of escalation. Pure.

It also decides what an erasure request may do. The person who holds the phone and the PIN may be the one that the tip
is about. So such a request alone never ends a case. Text that no responder has acted on is erased only if the national
desk says so. The same holds for text of an open danger.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.alerts.rules_assignment import (
    NEVER,
    Candidate,
    Case,
    Notified,
    Reason,
    first_told,
    next_told,
    of_the_nation,
)
from hotline.tips.rules import Urgency
from hotline.tips.rules_deadlines import Clock, Clocks, DeadlineKind, in_hours
from hotline.tips.rules_events import Event, Happened, Purpose
from hotline.tips.rules_visit_safety import Care

DUE = Event(Happened.DUE)
"""A deadline passed without an act."""


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """The known state of an open case when an event happens."""

    case: Case
    step: int
    """Number of the next escalation level: how often people were alerted so far."""
    told: Sequence[Notified] = ()
    """Every responder who was ever alerted of it."""
    holder: int | None = None
    """The assignee: a responder who took it and is believed."""
    others: tuple[int, ...] = ()
    """Other responders who took it and are believed, the earliest first."""
    stood: datetime | None = None
    """The time at which the newest deadline for taking it was due."""
    renewed: bool = False
    """True if the assignee has taken it further once. The outcome's clock is not renewed a second time."""
    judging: int | None = None
    """The responder whose closure request waits for a second person. 0 for a person without a phone."""
    is_safe: bool = False
    """True if every person who was met is with a service, and the requested outcome agrees with that."""
    desk_decides: bool = False
    """True if the national desk decides on the requested closure, because a person was met."""
    closure_read: bool = False
    """True if a person who may confirm the closure has opened the case since the request."""
    care: Care = Care.NONE
    """The visit safety: how alerted responders must go."""
    clocks: Clocks = field(default_factory=dict)
    """The clocks that are open."""
    company: tuple[int, ...] = ()
    """Responders who were alerted of another tip of its cluster."""
    unread: frozenset[int] = frozenset()
    """Alerted responders who have a PIN of their own and have not read the case."""
    asked_beside: int = -1
    """Questions to the desk about visit safety of another tip of its cluster, still unanswered. -1 if there is none."""
    roster: Sequence[Candidate] = ()
    """The active recipients. `ladder.decide` sets it, `event` and `at`."""
    event: Event = DUE
    at: datetime = NEVER

    @property
    def urgency(self) -> int:
        return self.case.urgency

    @property
    def knew(self) -> frozenset[int]:
        """Returns every responder who was ever alerted."""
        return frozenset(one.responder_id for one in self.told)

    @property
    def desk(self) -> frozenset[int]:
        """Returns the active people of the national desk."""
        return of_the_nation(self.roster)

    def first_told(self) -> tuple[int, ...]:
        return first_told(self.case, self.roster, self.told)

    def next_told(self, reason: Reason) -> tuple[int, ...]:
        return next_told(self.case, self.roster, self.told, reason)


@dataclass(frozen=True, slots=True)
class Tell:
    """One order to send a message of one purpose to some responders."""

    who: tuple[int, ...]
    purpose: Purpose


def tells(*orders: tuple[tuple[int, ...], Purpose]) -> tuple[Tell, ...]:
    """Returns the orders that have a recipient."""
    return tuple(Tell(who, purpose) for who, purpose in orders if who)


UNCHANGED = -1
"""The assignee does not change. It is used only within a step: `ladder.decide` replaces it with the assignee."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of an event.

    A clock that is set replaces the open one of its kind. Closing `judge` withdraws the closure request.
    """

    tell: tuple[Tell, ...] = ()
    set: Mapping[DeadlineKind, Clock] = field(default_factory=dict)
    close: Set[DeadlineKind] = frozenset()
    holder: int | None = UNCHANGED
    """The assignee from now on."""
    release: tuple[int, ...] = ()
    """Responders whose assignments end, because the case is no longer theirs."""


WITHIN = timedelta(hours=72)
"""Time from an erasure request to the erasure, or to the national desk's decision."""
ASKED_AGAIN = timedelta(days=1)
"""Wait before the desk is notified again of an overdue decision, in working hours."""
KEPT_FOR = timedelta(days=30)
"""Wait until the next decision, after a decision to keep the text or under a legal hold."""


class WordsFate(StrEnum):
    """The fate of a tip's text after an erasure request."""

    GO = "go"
    """The text is erased at closing, or when the time of the request is over."""
    DECIDED = "decided"
    """The national desk decides. The clock erases nothing."""
    HELD = "held"
    """A court asked for the text. A legal hold prevents its erasure."""


@dataclass(frozen=True, slots=True)
class Wished:
    """The state of a case whose text a caller asked to erase."""

    urgency: int
    taken: bool
    closed: bool
    held: bool

    @property
    def fate(self) -> WordsFate:
        if self.held:
            return WordsFate.HELD
        if self.closed:
            return WordsFate.GO
        return (
            WordsFate.DECIDED if not self.taken or self.urgency == Urgency.DANGER else WordsFate.GO
        )


def next_due(fate: WordsFate, at: datetime) -> datetime:
    """Returns when an erasure request is due again after its clock fired, if the text still exists."""
    return at + KEPT_FOR if fate is WordsFate.HELD else in_hours(at + ASKED_AGAIN)
