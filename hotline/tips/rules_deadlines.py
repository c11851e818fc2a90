"""Defines the deadlines of a case and computes when each is due. Pure.

A tip has at most one open clock of each kind. Closing one closes no other. The times are those of the casework design,
by urgency. Working hours are Monday to Friday, 08:00 to 17:00 in Kigali (UTC+2 all year).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.text.time import KIGALI
from hotline.tips.rules import Urgency

OPENS, CLOSES = 8, 17
MORNING_SMS = (6, 30)
"""The hour and minute of the national desk's morning SMS."""
SATURDAY = 5


class DeadlineKind(StrEnum):
    """The event that a deadline waits for. The arrival of an alert has its own clock: the message's `next_at`."""

    ACKNOWLEDGE = "acknowledge"
    """A responder takes the tip."""
    OPEN = "open"
    """The assignee, if they have a PIN of their own, reads the tip."""
    OUTCOME = "outcome"
    """The assignee reports the outcome."""
    CONFIRM_CLOSURE = "judge"
    """A second person confirms or refuses a requested closure."""
    DECISION = "decision"
    """The national desk decides on the closure of a case in which a person was met."""
    SECOND_LOOK = "second_look"
    """A second person looks at a danger that was taken."""
    OVERDUE = "red"
    """No one is left to alert. The national desk is alerted again until one of its people takes the case."""
    VISIT_SAFETY = "manner"
    """The national desk says how responders must go."""
    ERASURE = "erasure"
    """The national desk decides on an erasure request."""


OVERDUE_FROM = 2
"""Firings of the outcome's clock after which others were alerted. The first, at half time, is for the assignee."""


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """The properties of one kind of deadline. `ladder.DUE` holds the step that each causes when it is due."""

    ends_with_case: bool = True
    asks: bool = False
    """True if it runs while people are asked to take a tip."""
    is_overdue: bool = False
    """True if a tip is overdue once this deadline has passed."""
    may_fire: int = 0
    """Firings before which this clock may run in a case that is in good hands."""


DEADLINES: Mapping[DeadlineKind, DeadlineRow] = {
    DeadlineKind.ACKNOWLEDGE: DeadlineRow(asks=True, is_overdue=True),
    DeadlineKind.OPEN: DeadlineRow(is_overdue=True),
    DeadlineKind.OUTCOME: DeadlineRow(is_overdue=True, may_fire=OVERDUE_FROM),
    DeadlineKind.CONFIRM_CLOSURE: DeadlineRow(),
    DeadlineKind.DECISION: DeadlineRow(),
    DeadlineKind.SECOND_LOOK: DeadlineRow(may_fire=1),
    DeadlineKind.OVERDUE: DeadlineRow(asks=True, is_overdue=True),
    DeadlineKind.VISIT_SAFETY: DeadlineRow(),
    DeadlineKind.ERASURE: DeadlineRow(ends_with_case=False, may_fire=1),
}
CASE_CLOCKS = tuple(kind for kind, row in DEADLINES.items() if row.ends_with_case)
ASKS = tuple(kind for kind, row in DEADLINES.items() if row.asks)
OVERDUE_KINDS = tuple(kind for kind, row in DEADLINES.items() if row.is_overdue)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock to set: when it is due, and how often its kind has fired in a row."""

    due_at: datetime
    nth: int = 0
    named_at: datetime | None = None
    """The time that texts name, at which others are alerted. None if the clock fires at that time itself."""


Clocks = Mapping[DeadlineKind, Clock]


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a case's clocks at one urgency. None means until the next working morning."""

    acknowledge: timedelta
    later: timedelta | None
    """Time to take the tip, from the second escalation level on."""
    open: timedelta | None
    outcome: timedelta | None
    """Time to report the outcome. None means three working days."""
    outcome_again: timedelta | None
    """Time between alerts to the coordinator and to the national desk about an overdue outcome."""
    alarm: timedelta
    """Time after which a tip without an assignee is a fault of the line."""


TIMES: Mapping[int, Times] = {
    Urgency.DANGER: Times(
        acknowledge=timedelta(minutes=3),
        later=timedelta(minutes=3),
        open=timedelta(minutes=5),
        outcome=timedelta(minutes=30),
        outcome_again=timedelta(minutes=15),
        alarm=timedelta(minutes=10),
    ),
    Urgency.SEEN: Times(
        acknowledge=timedelta(minutes=15),
        later=timedelta(minutes=30),
        open=timedelta(hours=1),
        outcome=timedelta(hours=6),
        outcome_again=timedelta(hours=1),
        alarm=timedelta(hours=2),
    ),
    Urgency.HEARD: Times(
        acknowledge=timedelta(hours=2),
        later=None,
        open=None,
        outcome=None,
        outcome_again=None,
        alarm=timedelta(days=1),
    ),
}
WORKING_DAYS = 3
HELP_REACHED_WITHIN = timedelta(hours=72)
"""Time from "referred" until a responder must report whether the person reached help."""
VISIT_SAFETY_WITHIN = timedelta(minutes=10)
"""Time from a request not to visit until the national desk says how to go."""
SECOND_LOOK_AFTER = timedelta(hours=2)
AGAIN = timedelta(minutes=15)
HOURLY = timedelta(hours=1)


def is_in_good_hands(clocks: Clocks, at: datetime) -> bool:
    """Returns True if a case with an assignee needs no one else.

    Nothing is overdue in it, and no other responder is asked to take it, read it or confirm its closure.
    """
    known = DeadlineKind.OUTCOME in clocks
    return known and all(
        clock.nth < DEADLINES[kind].may_fire and clock.due_at > at for kind, clock in clocks.items()
    )


def acknowledge_due(urgency: int, at: datetime, *, step: int) -> datetime:
    """Returns when a tip must be taken after its alert at this escalation level, counted from 0."""
    if step == 0:
        return at + TIMES[urgency].acknowledge
    later = TIMES[urgency].later
    return at + later if later is not None else next_morning(at)


def outcome_due(urgency: int, at: datetime) -> datetime:
    within = TIMES[urgency].outcome
    if within is not None:
        return at + within
    due = at
    for _ in range(WORKING_DAYS):
        due = next_morning(due)
    return due


def open_due(urgency: int, at: datetime) -> datetime:
    """Returns when the assignee must have read the tip."""
    within = TIMES[urgency].open
    return at + within if within is not None else next_morning(at)


def outcome_clock(urgency: int, at: datetime, due_at: datetime) -> Clock:
    """Returns the clock that reminds the assignee at half time and alerts others when the outcome is due.

    Without danger the assignee is reminded only in working hours, and others are alerted only by day. So the reminder
    may be late or may not be sent at all.
    """
    reminded_at = at + (due_at - at) / 2
    if urgency != Urgency.DANGER:
        reminded_at, due_at = in_hours(reminded_at), by_day(due_at)
    if reminded_at >= due_at:
        return Clock(due_at, 1, due_at)
    return Clock(reminded_at, 0, due_at)


def outcome_again(urgency: int, at: datetime) -> datetime:
    again = TIMES[urgency].outcome_again
    if again is None:
        return next_morning(at)
    return at + again if urgency == Urgency.DANGER else by_day(at + again)


def next_morning_sms(at: datetime) -> datetime:
    """Returns the next 06:30 in Kigali."""
    hour, minute = MORNING_SMS
    bell = at.astimezone(KIGALI).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (bell if bell > at else bell + timedelta(days=1)).astimezone(at.tzinfo)


def decision_due(at: datetime) -> datetime:
    """Returns when the national desk must decide on a closure: the end of the next working day."""
    day = next_morning(at).astimezone(KIGALI)
    return day.replace(hour=CLOSES).astimezone(at.tzinfo)


def overdue_due(urgency: int, at: datetime) -> datetime:
    """Returns when the national desk is alerted again: of danger at any hour, of all else in working hours."""
    if urgency == Urgency.DANGER:
        return at + AGAIN
    return in_hours(at + (AGAIN if urgency == Urgency.SEEN else HOURLY))


def in_hours(at: datetime) -> datetime:
    """Returns `at`, or the next moment of working hours."""
    here = at.astimezone(KIGALI)
    works = here.weekday() < SATURDAY
    if works and OPENS <= here.hour < CLOSES:
        return at
    morning = here.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return morning.astimezone(at.tzinfo) if works and here.hour < OPENS else next_morning(at)


def may_remind(urgency: int, at: datetime) -> bool:
    """Returns True if an assignee may be reminded now: of danger at any hour, else only in working hours."""
    return urgency == Urgency.DANGER or in_hours(at) == at


def by_day(at: datetime) -> datetime:
    """Returns `at` between 08:00 and 17:00, else the next 09:00, also at weekends. The 08:00 reminders come first."""
    here = at.astimezone(KIGALI)
    if OPENS <= here.hour < CLOSES:
        return at
    morning = here.replace(hour=OPENS, minute=0, second=0, microsecond=0) + HOURLY
    return (morning if here.hour < OPENS else morning + timedelta(days=1)).astimezone(at.tzinfo)


def next_morning(at: datetime) -> datetime:
    """Returns 08:00 of the next working day in Kigali."""
    morning = any_morning(at)
    while morning.astimezone(KIGALI).weekday() >= SATURDAY:
        morning += timedelta(days=1)
    return morning


def any_morning(at: datetime) -> datetime:
    """Returns 08:00 of the next day in Kigali, also at weekends. A person's arrival cannot wait until Monday."""
    morning = at.astimezone(KIGALI).replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return (morning + timedelta(days=1)).astimezone(at.tzinfo)


# Defines how long data is kept, and when a tip's text is erased. Pure.

WORDS = timedelta(days=90)
"""Time for which a tip's text is kept after closing."""
COUNTS_AS_CLOSED = timedelta(days=180)
"""Time after filing from which a tip that is still open counts as closed."""
WARNING = timedelta(days=14)
PSEUDONYMS_KEPT = timedelta(days=30)
"""Time for which the pseudonyms of phones and sessions in tips are kept, and sessions themselves."""
ATTEMPTS_KEPT = timedelta(days=2)
"""Time for which attempts at receipts and codes are kept. It is longer than the period of any limit."""
CALLERS_KEPT = timedelta(hours=1)
"""Time after which a session's row loses its phone. No network keeps a session open for as long."""
CALLERS_SEARCHED = timedelta(days=3)
"""Age up to which such rows are searched. The clock removes the phones every day."""
INBOUND_KEPT = timedelta(days=30)
"""Time for which ids of incoming SMS are kept. The gateway repeats an id for twelve hours."""
STRAY_REPORTS_KEPT = timedelta(days=7)
"""Time for which delivery reports of unknown messages are kept. The gateway's answer comes within minutes."""
REPLIES_KEPT = timedelta(days=7)
"""Time for which answers to responders' SMS are recorded. It is longer than the period of any limit."""
PARAMETERS_KEPT = timedelta(days=90)
"""Time for which the parameters of a message are kept. The times of sending and arrival stay."""


class TextState(StrEnum):
    """The state of a tip's text. Legal steps: kept -> warned -> erased. `held` may replace any but the last."""

    KEPT = "kept"
    WARNED = "warned"
    """An admin can see when the text will be erased."""
    HELD = "held"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class RetentionTerm:
    """The facts that decide when a tip's text is erased."""

    filed_at: datetime
    closed_at: datetime | None = None
    warned_at: datetime | None = None
    erased_at: datetime | None = None
    held: bool = False

    @property
    def keeping(self) -> TextState:
        if self.erased_at is not None:
            return TextState.ERASED
        if self.held:
            return TextState.HELD
        return TextState.KEPT if self.warned_at is None else TextState.WARNED

    @property
    def goes_at(self) -> datetime:
        """Returns the earliest time at which the text may be erased if there is no legal hold."""
        end = (self.closed_at or self.filed_at + COUNTS_AS_CLOSED) + WORDS
        return end if self.warned_at is None else max(end, self.warned_at + WARNING)
