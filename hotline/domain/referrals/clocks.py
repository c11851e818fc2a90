"""The clocks of a case: their kinds, and how long each runs. Pure.

At most one clock of a kind is open for a tip, and closing one closes no other. Times are those of the casework design,
by urgency. Working hours are Monday to Friday, 08:00 to 17:00 in Kigali (UTC+2 all year).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from hotline.domain.tip import Urgency

KIGALI = timezone(timedelta(hours=2))
OPENS, CLOSES = 8, 17
MORNING_BELL = (6, 30)
"""The hour and minute of the national desk's morning SMS."""
SATURDAY = 5


class DeadlineKind(StrEnum):
    """What must have happened by then. That an alert arrives (`deliver`) is the message's own clock: `next_at`."""

    ACKNOWLEDGE = "acknowledge"
    """Somebody takes the tip."""
    OPEN = "open"
    """Who took it, and has a PIN of her own, reads it."""
    OUTCOME = "outcome"
    """Who took it says what came of it."""
    JUDGE = "judge"
    """A second person confirms or refuses a requested closure."""
    DECISION = "decision"
    """The national desk decides on a closure of a case in which somebody was met."""
    SECOND_LOOK = "second_look"
    """A second person looks at a danger that was taken."""
    RED = "red"
    """Nobody is left to tell: the national desk is told again, until one of it takes the tip."""
    MANNER = "manner"
    """The national desk says how to go."""
    ERASURE = "erasure"
    """The national desk decides on a wish to erase."""


OVERDUE_FROM = 2
"""The outcome's clock has fired at half time, for the holder, and at full time: others were told."""


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """All that follows from one kind of deadline. `ladder.DUE` says what each does when it is due."""

    ends_with_case: bool = True
    asks: bool = False
    """It runs while people are asked to take a tip."""
    is_overdue: bool = False
    """A tip is overdue once it has passed."""
    may_fire: int = 0
    """In a case in good hands it may run, and has fired less often."""


DEADLINES: Mapping[DeadlineKind, DeadlineRow] = {
    DeadlineKind.ACKNOWLEDGE: DeadlineRow(asks=True, is_overdue=True),
    DeadlineKind.OPEN: DeadlineRow(is_overdue=True),
    DeadlineKind.OUTCOME: DeadlineRow(is_overdue=True, may_fire=OVERDUE_FROM),
    DeadlineKind.JUDGE: DeadlineRow(),
    DeadlineKind.DECISION: DeadlineRow(),
    DeadlineKind.SECOND_LOOK: DeadlineRow(may_fire=1),
    DeadlineKind.RED: DeadlineRow(asks=True, is_overdue=True),
    DeadlineKind.MANNER: DeadlineRow(),
    DeadlineKind.ERASURE: DeadlineRow(ends_with_case=False, may_fire=1),
}
CASE_CLOCKS = tuple(kind for kind, row in DEADLINES.items() if row.ends_with_case)
ASKS = tuple(kind for kind, row in DEADLINES.items() if row.asks)
OVERDUE_KINDS = tuple(kind for kind, row in DEADLINES.items() if row.is_overdue)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock to be set: when it is due, and how often its kind has fired in a row."""

    due_at: datetime
    nth: int = 0
    named_at: datetime | None = None
    """The time that texts name: when others are alerted. None where the clock fires at that very time."""


Clocks = Mapping[DeadlineKind, Clock]


@dataclass(frozen=True, slots=True)
class Times:
    """How long the clocks of a case run at one urgency. None: until the next working morning."""

    acknowledge: timedelta
    later: timedelta | None
    """The same from the second step on."""
    open: timedelta | None
    outcome: timedelta | None
    """None: three working days."""
    outcome_again: timedelta | None
    """Between the coordinator and the national desk, of an outcome that is overdue."""
    alarm: timedelta
    """After that a tip without a holder is a fault of the line."""


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
REFERRED_WITHIN = timedelta(hours=72)
"""After "referred": until somebody says whether help was reached."""
MANNER_WITHIN = timedelta(minutes=10)
"""After somebody asked that nobody comes: until the national desk says how to go."""
SECOND_LOOK_AFTER = timedelta(hours=2)
AGAIN = timedelta(minutes=15)
HOURLY = timedelta(hours=1)


def in_good_hands(clocks: Clocks, at: datetime) -> bool:
    """Of a case that somebody holds: whether nothing is overdue, and nobody else is asked to take, read or judge it."""
    known = DeadlineKind.OUTCOME in clocks
    return known and all(
        clock.nth < DEADLINES[kind].may_fire and clock.due_at > at for kind, clock in clocks.items()
    )


def acknowledge_due(urgency: int, at: datetime, *, step: int) -> datetime:
    """By when a tip that was told at this step of its ladder, from 0, must be taken."""
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
    """By when who took it has read it."""
    within = TIMES[urgency].open
    return at + within if within is not None else next_morning(at)


def outcome_clock(urgency: int, at: datetime, due_at: datetime) -> Clock:
    """Reminds the assignee at half time, and alerts others when the outcome is due.

    Without danger nobody is reminded outside working hours, and others are alerted by day: so the assignee may be
    reminded late, or not at all.
    """
    reminded_at = half_time(at, due_at)
    if urgency != Urgency.DANGER:
        reminded_at, due_at = in_hours(reminded_at), by_day(due_at)
    if reminded_at >= due_at:
        return Clock(due_at, 1, due_at)
    return Clock(reminded_at, 0, due_at)


def half_time(at: datetime, due_at: datetime) -> datetime:
    return at + (due_at - at) / 2


def outcome_again(urgency: int, at: datetime) -> datetime:
    again = TIMES[urgency].outcome_again
    if again is None:
        return next_morning(at)
    return at + again if urgency == Urgency.DANGER else by_day(at + again)


def next_bell(at: datetime) -> datetime:
    """06:30 in Kigali: of this day, or of the next."""
    hour, minute = MORNING_BELL
    bell = at.astimezone(KIGALI).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (bell if bell > at else bell + timedelta(days=1)).astimezone(at.tzinfo)


def decision_due(at: datetime) -> datetime:
    """By when the national desk decides on a closure: the end of the next working day."""
    day = next_morning(at).astimezone(KIGALI)
    return day.replace(hour=CLOSES).astimezone(at.tzinfo)


def red_due(urgency: int, at: datetime) -> datetime:
    """Danger at any hour; the others in working hours."""
    if urgency == Urgency.DANGER:
        return at + AGAIN
    return in_hours(at + (AGAIN if urgency == Urgency.SEEN else HOURLY))


def in_hours(at: datetime) -> datetime:
    """`at`, or the next moment of working hours."""
    here = at.astimezone(KIGALI)
    works = here.weekday() < SATURDAY
    if works and OPENS <= here.hour < CLOSES:
        return at
    morning = here.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return morning.astimezone(at.tzinfo) if works and here.hour < OPENS else next_morning(at)


def may_remind(urgency: int, at: datetime) -> bool:
    """Whether an assignee may be reminded now: of danger at any hour, else in working hours alone."""
    return urgency == Urgency.DANGER or in_hours(at) == at


def by_day(at: datetime) -> datetime:
    """`at`, or an hour after the next day's work begins, also where nobody works: who reminds is an hour ahead."""
    here = at.astimezone(KIGALI)
    if OPENS <= here.hour < CLOSES:
        return at
    morning = here.replace(hour=OPENS, minute=0, second=0, microsecond=0) + HOURLY
    return (morning if here.hour < OPENS else morning + timedelta(days=1)).astimezone(at.tzinfo)


def next_morning(at: datetime) -> datetime:
    """08:00 of the next working day in Kigali."""
    morning = any_morning(at)
    while morning.astimezone(KIGALI).weekday() >= SATURDAY:
        morning += timedelta(days=1)
    return morning


def any_morning(at: datetime) -> datetime:
    """08:00 of the next day in Kigali, also where nobody works: who was to arrive somewhere is not left to a Monday."""
    morning = at.astimezone(KIGALI).replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return (morning + timedelta(days=1)).astimezone(at.tzinfo)
