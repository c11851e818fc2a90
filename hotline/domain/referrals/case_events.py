"""Defines the events of a case, its known state, and the possible results: the terms of escalation. Pure.

It also decides what an erasure request may do. The person who holds the phone and the PIN may be the one that the tip
is about. So such a request alone never ends a case. Text that no responder has acted on is erased only if the national
desk says so. The same holds for text of an open danger.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.referrals.clocks import Clock, Clocks, DeadlineKind, in_hours
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.referral import (
    NEVER,
    Candidate,
    Case,
    Notified,
    Reason,
    first_told,
    next_told,
    of_the_nation,
)
from hotline.domain.tip import Urgency


class Happened(StrEnum):
    """An event of a case."""

    RAISED = "raised"
    """A later answer made the case more urgent."""
    UNREACHED = "unreached"
    """An alert will not arrive, or not soon."""
    LEFT = "left"
    """An alerted responder is no longer active: removed or on leave."""
    TAKEN = "taken"
    """A responder took the case, and the take is believed."""
    OPENED = "opened"
    """An alerted responder read the case with their own PIN."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    ANSWERED = "answered"
    """The reporter answered a question back."""
    PASSED = "passed"
    """A responder who was alerted or took the case cannot act."""
    DOUBTED = "doubted"
    """A take could not be proved. If it was the assignee's, the case loses its assignee."""
    END_WANTED = "end_wanted"
    REFUSED = "refused"
    """A second person refused the requested closure. A person who refuses by phone becomes the assignee."""
    CLOSURE_READ = "closure_read"
    """A person who may confirm the requested closure has opened the case since the request."""
    CLOSED = "closed"
    MARKED = "marked"
    """The reporter asked that no one visits, or a caller erased the tip."""
    UNHEARD = "unheard"
    """The notice about visit safety did not reach the assignee."""
    DECIDED = "decided"
    """The national desk decided how responders must go."""
    MOVED = "moved"
    """The reporter corrected the place."""
    BESIDE = "beside"
    """A later answer gives a partner desk access: it names the camp, or says that the people leave soon."""
    WITHHELD = "withheld"
    """A later answer says that an official is or may be involved."""
    SENT_DOWN = "sent_down"
    """The national desk gives the district access to a case that was withheld from it."""
    DANGER_AGAIN = "danger_again"
    """A person who was helped is in danger again. The case is open and urgent."""
    RELEASED = "released"
    """The national desk stands down the people of the first place."""
    DUE = "due"
    """A clock fired. `Event.kind` says which."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a case. `by` is the responder who caused it.

    `kind`, `nth` and `named_at` belong to a clock that fired. For a corrected place, `nth` counts the corrections.
    """

    what: Happened
    by: int | None = None
    kind: DeadlineKind | None = None
    nth: int = 0
    named_at: datetime | None = None
    chosen: tuple[int, ...] = ()
    """The responders to ask, if the responder who passed the case on chose them."""


class Purpose(StrEnum):
    """The purpose of a message to responders."""

    ALERT = "alert"
    OPEN = "open"
    """To the national desk: the case is still not taken."""
    REMIND = "remind"
    """To the assignee: asks for the outcome."""
    OVERDUE = "overdue"
    """To a coordinator or the national desk: the case was taken, and its outcome is overdue."""
    LOOK = "look"
    """To the national desk: asks a second person to look at a danger that was taken two hours ago."""
    JUDGE = "judge"
    """To the national desk: closure was requested and must be confirmed or refused."""
    CARE = "care"
    """To every alerted responder: how to go."""
    HOW = "how"
    """To the national desk: asks how responders must go."""
    UNANSWERED = "unanswered"
    """To responders who may go: the national desk has not said how."""
    MOVED = "moved"
    """To every alerted responder: the place changed."""
    TOLD_FIRST = "told_first"
    """To the national desk: the district was alerted before an official was named."""
    MORE = "more"
    """To the national desk: the reporter added to the tip."""
    LET = "let"
    """To the national desk: the new place took the case. Asks if the first place may be stood down."""
    FOLLOW = "follow"
    """To the responder who can know, then to higher levels: asks what happened to a person who was offered help."""
    LET_GO = "let_go"
    """To the people of the first place: they are stood down, because others took the case."""


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
    event: Event = Event(Happened.DUE)
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
