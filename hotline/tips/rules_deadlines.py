"""Defines the deadlines of a tip, and computes when each is due. Pure.

A tip has at most one open deadline of each kind. When a deadline is closed, the others remain open. The times depend on
the urgency of the tip. Working hours are Monday to Friday, 08:00 to 17:00 in Kigali (UTC+2 all year).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.text.time import KIGALI
from hotline.tips.rules import Urgency

OPENS, CLOSES = 8, 17
MORNING_SMS = (6, 30)
"""The hour and minute at which the national desk gets its morning SMS."""
SATURDAY = 5


class DeadlineKind(StrEnum):
    """The kind of a deadline, named after the event that must happen before it.

    There is no kind for the arrival of an alert: the message's own `next_at` is its time limit.
    """

    HELD = "held"
    """A responder of the district comes on duty. Until then, no one is alerted of a tip without urgency."""
    ACKNOWLEDGE = "acknowledge"
    """A responder takes the case."""
    OPEN = "open"
    """The assignee reads the tip. This applies only to assignees with a PIN."""
    OUTCOME = "outcome"
    """The assignee reports the outcome of the case."""
    CONFIRM_CLOSURE = "judge"
    """A second person confirms or refuses a requested closure."""
    DECISION = "decision"
    """The national desk decides if a case in which a person was met may be closed."""
    SECOND_LOOK = "second_look"
    """A second person looks at a case about danger that was taken."""
    OVERDUE = "red"
    """All other people were already alerted. The national desk is alerted again and again until one of its people takes
    the case."""
    VISIT_SAFETY = "manner"
    """The national desk decides how responders may visit."""
    ERASURE = "erasure"
    """The national desk decides on an erasure request."""


OVERDUE_FROM = 2
"""If the outcome's deadline has fired this many times in a row, others are alerted. The first time, at half of the
time, only reminds the assignee."""


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """The rules for one kind of deadline.

    `rules_escalation.DEADLINE_STEPS` says which step follows when it is due.
    """

    ends_with_case: bool = True
    asks: bool = False
    """True if this deadline is open while people are asked to take the tip."""
    is_overdue: bool = False
    """True if a tip is overdue after this deadline has passed."""
    may_fire: int = 0
    """A case is in good hands only if this deadline has fired fewer times than this number."""


DEADLINES: Mapping[DeadlineKind, DeadlineRow] = {
    DeadlineKind.HELD: DeadlineRow(),
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
    """An open deadline: its due time, and how often this kind has fired in a row."""

    due_at: datetime
    nth: int = 0
    named_at: datetime | None = None
    """The time that texts show, at which others will be alerted. None if texts show the due time."""


Clocks = Mapping[DeadlineKind, Clock]


@dataclass(frozen=True, slots=True)
class Times:
    """The time limits for tips of one urgency. A limit of None ends on the next working morning."""

    acknowledge: timedelta
    later: timedelta | None
    """The time to take the tip, from the second step of escalation on."""
    open: timedelta | None
    outcome: timedelta | None
    """The time until the outcome must be reported. None means three working days."""
    outcome_again: timedelta | None
    """The time between the alerts about an overdue outcome: first to the coordinator, then to the national desk."""
    alarm: timedelta
    """The time after which a tip without an assignee raises an alarm."""


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
"""The time after a service referral within which the responder must report if the person reached the service."""
VISIT_SAFETY_WITHIN = timedelta(minutes=10)
"""The time after a caller's wish for no visit, within which the national desk must decide how responders may visit."""
SECOND_LOOK_AFTER = timedelta(hours=2)
AGAIN = timedelta(minutes=15)
HOURLY = timedelta(hours=1)


def is_in_good_hands(clocks: Clocks, at: datetime) -> bool:
    """Returns True if a case has an assignee and no other person needs to act.

    Nothing in such a case is overdue. No other responder is asked to take it, to read it or to confirm its closure.
    """
    known = DeadlineKind.OUTCOME in clocks
    return known and all(
        clock.nth < DEADLINES[kind].may_fire and clock.due_at > at for kind, clock in clocks.items()
    )


def acknowledge_due(urgency: int, at: datetime, *, step: int) -> datetime:
    """Returns the time by which a tip must be taken after this step of escalation. Steps are counted from 0."""
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
    """Returns the time by which the assignee must have read the tip."""
    within = TIMES[urgency].open
    return at + within if within is not None else next_morning(at)


def second_look_due(urgency: int, at: datetime) -> datetime:
    """Returns when a second person must have read the tip: without danger, in working hours."""
    due = at + SECOND_LOOK_AFTER
    return due if urgency == Urgency.DANGER else in_hours(due)


def outcome_clock(urgency: int, at: datetime, due_at: datetime) -> Clock:
    """Returns a deadline that reminds the assignee at half of the time, and alerts others when the outcome is due.

    Without danger, the assignee is reminded only in working hours, and others are alerted only during the day. So the
    reminder may come late. It may also be dropped.
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
    """Returns the next time when the clock in Kigali shows 06:30."""
    hour, minute = MORNING_SMS
    bell = at.astimezone(KIGALI).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (bell if bell > at else bell + timedelta(days=1)).astimezone(at.tzinfo)


def decision_due(at: datetime) -> datetime:
    """Returns when the national desk must decide on a closure, which is the end of the next working day."""
    day = next_morning(at).astimezone(KIGALI)
    return day.replace(hour=CLOSES).astimezone(at.tzinfo)


def overdue_due(urgency: int, at: datetime) -> datetime:
    """Returns when the national desk is alerted again: without danger, always in working hours."""
    if urgency == Urgency.DANGER:
        return at + AGAIN
    return in_hours(at + (AGAIN if urgency == Urgency.SEEN else HOURLY))


def in_hours(at: datetime) -> datetime:
    """Returns `at` if it is within working hours. Otherwise returns the next beginning of working hours."""
    here = at.astimezone(KIGALI)
    works = here.weekday() < SATURDAY
    if works and OPENS <= here.hour < CLOSES:
        return at
    morning = here.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return morning.astimezone(at.tzinfo) if works and here.hour < OPENS else next_morning(at)


def may_remind(urgency: int, at: datetime) -> bool:
    """Returns True if an assignee may be reminded now. Without danger, this is only in working hours."""
    return urgency == Urgency.DANGER or in_hours(at) == at


def by_day(at: datetime) -> datetime:
    """Returns `at` if it is between 08:00 and 17:00. Otherwise returns the next 09:00, also at weekends.

    09:00 is later than 08:00, so that reminders come before alerts.
    """
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
    """Returns 08:00 of the next day in Kigali, even if this is at a weekend.

    For example, the question if a person has arrived cannot wait until Monday.
    """
    morning = at.astimezone(KIGALI).replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return (morning + timedelta(days=1)).astimezone(at.tzinfo)


# Defines how long data is kept, and when the text of a tip is erased. Pure.

WORDS = timedelta(days=90)
"""The time for which the text of a tip is kept after its case was closed."""
HOLD_REVIEWED = timedelta(days=182)
"""The time after which a person must decide if the legal hold of a case file is still needed."""
FILES_LISTED = timedelta(days=3653)
"""The time for which the list of case files keeps a row: ten years."""
COUNTS_AS_CLOSED = timedelta(days=180)
"""The time after filing at which an open tip counts as closed."""
WARNING = timedelta(days=14)
PSEUDONYMS_KEPT = timedelta(days=30)
"""The time for which sessions, and the pseudonyms in tips, are kept."""
ATTEMPTS_KEPT = timedelta(days=2)
"""The time for which attempts to use receipts and codes are stored. It is longer than the period of any limit on
attempts.
"""
CALLERS_KEPT = timedelta(hours=1)
"""The time after which the phone's pseudonym is erased from the row of a session. No network keeps a session open for
so long."""
CALLERS_SEARCHED = timedelta(days=3)
"""The greatest age of the rows in which a caller's pseudonym is searched. The clock process erases the pseudonyms every
day, so older rows have none.
"""
INBOUND_KEPT = timedelta(days=30)
"""The time for which the ids of received SMS are kept. The gateway may send the same id again for twelve hours."""
STRAY_REPORTS_KEPT = timedelta(days=7)
"""The time for which a delivery report is kept if its message is unknown. The gateway returns the id of a sent message
within minutes."""
REPLIES_KEPT = timedelta(days=7)
"""The time for which the hotline stores that it answered a responder's SMS. It is longer than the period of any limit
on answers.
"""
PARAMETERS_KEPT = timedelta(days=90)
"""The time for which the values in the text of a message are kept. The times when the message was sent and when it
arrived are kept longer.
"""


class TextState(StrEnum):
    """The state of a tip's text.

    It goes from kept to warned, and then to erased. Until the text is erased, a legal hold sets the state to `HELD`.
    """

    KEPT = "kept"
    WARNED = "warned"
    """An admin can see the date on which the text will be erased."""
    HELD = "held"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class RetentionTerm:
    """The facts that decide when the text of a tip is erased."""

    filed_at: datetime
    closed_at: datetime | None = None
    warned_at: datetime | None = None
    erased_at: datetime | None = None
    is_held: bool = False

    @property
    def state(self) -> TextState:
        if self.erased_at is not None:
            return TextState.ERASED
        if self.is_held:
            return TextState.HELD
        return TextState.KEPT if self.warned_at is None else TextState.WARNED

    @property
    def goes_at(self) -> datetime:
        """Returns the earliest time at which the text may be erased if there is no legal hold."""
        end = (self.closed_at or self.filed_at + COUNTS_AS_CLOSED) + WORDS
        return end if self.warned_at is None else max(end, self.warned_at + WARNING)
