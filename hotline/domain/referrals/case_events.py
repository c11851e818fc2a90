"""What may happen to a case, what is known of it then, and what may follow: the words of the ladder. Pure.

What becomes of a wish to erase a tip's words. Pure.

Whoever holds the phone and the PIN may be the one whom the tip is about. So a wish is never the end of a case by
itself: words that nobody has acted on yet, and those of an open danger, go only when the national desk says so.
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
    """A later answer made it more urgent."""
    UNREACHED = "unreached"
    """An alert will not arrive, or not soon."""
    LEFT = "left"
    """Somebody who was told is no living recipient any more: removed, or on leave."""
    TAKEN = "taken"
    """Somebody took it, and is believed."""
    OPENED = "opened"
    """Somebody who was told read it, with a PIN of her own."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    ANSWERED = "answered"
    """The reporter answered a question back."""
    PASSED = "passed"
    """Somebody who was told, or who took it, cannot."""
    DOUBTED = "doubted"
    """The answer of who holds it is not proved: nobody holds it."""
    END_WANTED = "end_wanted"
    REFUSED = "refused"
    """A second person judged that it goes on; she holds it now."""
    CLOSURE_READ = "closure_read"
    """Somebody who may confirm a requested closure has opened the case since."""
    CLOSED = "closed"
    MARKED = "marked"
    """Whoever told it asked that nobody comes, or somebody erased it."""
    UNHEARD = "unheard"
    """The mark did not reach who holds it."""
    DECIDED = "decided"
    """The national desk has said how to go."""
    MOVED = "moved"
    """Whoever told it corrected the place."""
    BESIDE = "beside"
    """A later answer says that people of a desk beside may know of it: of which camp it is, or that they leave soon."""
    WITHHELD = "withheld"
    """An official is or may be involved, as a later answer says."""
    SENT_DOWN = "sent_down"
    """The national desk lets the district know of a case that was withheld from it."""
    DANGER_AGAIN = "danger_again"
    """Somebody who was helped is in danger again: it is open, and urgent."""
    RELEASED = "released"
    """The national desk lets the people of the first place go."""
    DUE = "due"
    """A clock of a kind fired."""


@dataclass(frozen=True, slots=True)
class Event:
    """`by` is who did it. `kind`, `nth` and `named_at` are of a clock that fired.

    Of a corrected place `nth` is how often it was corrected.
    """

    what: Happened
    by: int | None = None
    kind: DeadlineKind | None = None
    nth: int = 0
    named_at: datetime | None = None
    chosen: tuple[int, ...] = ()
    """Of a case that is passed on: who is asked, where the one who passes it on chose."""


class Purpose(StrEnum):
    """What a message to those who are told is for."""

    ALERT = "alert"
    OPEN = "open"
    """The national desk: nobody has taken it."""
    REMIND = "remind"
    """To who holds it: what came of it?"""
    OVERDUE = "overdue"
    """To a coordinator or the national desk: taken, and no word since."""
    LOOK = "look"
    """To the national desk: look at a danger that was taken two hours ago."""
    JUDGE = "judge"
    """To the national desk: somebody wants to close it."""
    CARE = "care"
    """To everybody who was told: how to go."""
    HOW = "how"
    """To the national desk: how shall they go?"""
    UNANSWERED = "unanswered"
    """To those who go: the national desk has not said how."""
    MOVED = "moved"
    """To everybody who was told: the place changed."""
    TOLD_FIRST = "told_first"
    """To the national desk: the district was told before an official was named."""
    MORE = "more"
    """To the national desk: more was told."""
    LET = "let"
    """To the national desk: the new place has it, may the first one go?"""
    FOLLOW = "follow"
    """To who can say it, and then above: what became of somebody who was offered help?"""
    LET_GO = "let_go"
    """To the people of the first place: others have it."""


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What is known of an open case when something happens."""

    case: Case
    step: int
    """The next one of its ladder: how many times people were told."""
    told: Sequence[Notified] = ()
    """Everybody who was ever told of it."""
    holder: int | None = None
    """Who took it, is believed, and is responsible."""
    others: tuple[int, ...] = ()
    """Who else took it and is believed, the first first."""
    stood: datetime | None = None
    """When the newest clock to take it was due."""
    renewed: bool = False
    """Whether the holder has taken it further once: it renews the outcome's clock no second time."""
    judging: int | None = None
    """Who wants it closed, where a second person has not judged yet; 0 where it is somebody without a phone."""
    is_safe: bool = False
    """Whether every person who was met is with a service, and the requested outcome agrees with that."""
    desk_decides: bool = False
    """Whether the national desk decides on the requested closure, since somebody was met."""
    closure_read: bool = False
    """Whether somebody who may confirm the closure has opened the case since it was requested."""
    care: Care = Care.NONE
    """How those who are told must go."""
    clocks: Clocks = field(default_factory=dict)
    """Those that are open."""
    company: tuple[int, ...] = ()
    """Who was told of another tip of its cluster."""
    unread: frozenset[int] = frozenset()
    """Who was told, has a PIN of her own, and has not read it."""
    asked_beside: int = -1
    """How often the desk was asked, how to go, of another tip of its cluster that waits for the answer; -1: of none."""
    roster: Sequence[Candidate] = ()
    """The living recipients. `ladder.decide` sets it, and these two."""
    event: Event = Event(Happened.DUE)
    at: datetime = NEVER

    @property
    def urgency(self) -> int:
        return self.case.urgency

    @property
    def knew(self) -> frozenset[int]:
        """Returns who was ever told."""
        return frozenset(one.responder_id for one in self.told)

    @property
    def desk(self) -> frozenset[int]:
        """Returns the living of the national desk."""
        return of_the_nation(self.roster)

    def first_told(self) -> tuple[int, ...]:
        return first_told(self.case, self.roster, self.told)

    def next_told(self, reason: Reason) -> tuple[int, ...]:
        return next_told(self.case, self.roster, self.told, reason)


@dataclass(frozen=True, slots=True)
class Tell:
    who: tuple[int, ...]
    purpose: Purpose


def tells(*orders: tuple[tuple[int, ...], Purpose]) -> tuple[Tell, ...]:
    """Returns the orders that name anybody."""
    return tuple(Tell(who, purpose) for who, purpose in orders if who)


UNCHANGED = -1
"""Who holds it goes on holding it. Only within a step: `ladder.decide` names who that is."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows. A clock that is set replaces the open one of its kind; closing `judge` takes the wish back."""

    tell: tuple[Tell, ...] = ()
    set: Mapping[DeadlineKind, Clock] = field(default_factory=dict)
    close: Set[DeadlineKind] = frozenset()
    holder: int | None = UNCHANGED
    """Who is responsible from now on."""
    release: tuple[int, ...] = ()
    """Whose referrals end: it is no case of theirs any more."""


WITHIN = timedelta(hours=72)
"""From the wish to its end, or to the national desk's decision."""
ASKED_AGAIN = timedelta(days=1)
"""A decision that is overdue: the desk is told again, in working hours."""
KEPT_FOR = timedelta(days=30)
"""After "keep", and under a legal hold: then somebody decides anew."""


class WordsFate(StrEnum):
    """What may become of the words now."""

    GO = "go"
    """At closing, or when the wish's time is over."""
    DECIDED = "decided"
    """The national desk decides; the clock erases nothing."""
    HELD = "held"
    """A court asked for them: nobody erases."""


@dataclass(frozen=True, slots=True)
class Wished:
    """How a case stands whose words somebody wants erased."""

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
    """When a wish whose clock has fired comes up again, where the words are still there."""
    return at + KEPT_FOR if fate is WordsFate.HELD else in_hours(at + ASKED_AGAIN)
