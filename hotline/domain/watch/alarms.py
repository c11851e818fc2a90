"""Alarms: what wakes a person, how soon, how often, and when it is over. Pure: told the time, and how things stand.

An alarm is raised once its patience is spent, repeated at growing intervals until somebody puts her name to it or it
is over, and its end is told to everybody who was woken. What only happened, and so cannot be seen to be over, stands
until somebody puts her name to it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Alarm(StrEnum):
    """Everything that wakes a person, named as the doctor names it and as the runbook heads its page."""

    DATABASE = "database"
    FLOWS = "flows"
    URGENT_WORDS = "urgent words"
    NUMBERS = "numbers"
    NATIONAL = "national desk"
    DISTRICTS = "districts"
    DESKS = "desks"
    WATCHERS = "watchers"
    KEYS = "keys"
    CLOCK = "clock"
    TIPS = "tips"
    UNANSWERED = "unanswered"
    UNSENT = "unsent"
    GIVEN_UP = "given up"
    LANE = "lane"
    REDIS = "redis"
    DISK = "disk"
    DIAL = "dial"
    BALANCE = "balance"
    QUIET = "quiet"
    DELIVERY = "delivery"
    TRIAL = "trial"
    BACKUP = "backup"
    CLOCK_JUMP = "clock jump"
    STRANGE_JOB = "strange job"
    STRANGE_CALLER = "strange caller"
    DETAILS = "details"
    INBOX = "inbox"
    UNPROVEN = "unproven"
    STOP_WISH = "stop wish"
    FORGETTING = "forgetting"
    ACCOUNTS = "accounts"
    SIGN_INS = "failed sign ins"
    SIGN_IN_QUEUE = "sign-in queue"


class Notice(StrEnum):
    """What whoever is woken is told of an alarm."""

    RAISED = "raised"
    AGAIN = "again"
    OVER = "over"
    TRIAL = "trial"
    """Nothing is wrong: somebody tries whether she would be woken."""


HAPPENINGS = {
    Alarm.CLOCK_JUMP: "the clock was turned by more than a minute",
    Alarm.STRANGE_JOB: "a job that none of ours rang was refused",
    Alarm.STRANGE_CALLER: "another phone keyed in a session that was not its own",
    Alarm.FORGETTING: "the key of a past week could not be destroyed on the disk",
    Alarm.ACCOUNTS: "an admin ended, suspended or linked an account again, or took a role",
    Alarm.SIGN_IN_QUEUE: "strangers filled the queue of sign-in attempts for a minute: new browsers could not sign in",
    Alarm.STOP_WISH: "STOP came in the name of an enrolled number, and changed nothing",
}
"""What only happened, and so stands until somebody puts her name to it: what the doctor would say of it."""
PATIENCE = {
    Alarm.DATABASE: timedelta(minutes=1),
    Alarm.REDIS: timedelta(minutes=2),
    Alarm.CLOCK: timedelta(minutes=1),
    Alarm.DIAL: timedelta(minutes=2),
}
"""How long something is wrong before anybody is woken: what mends itself meanwhile wakes nobody. Else none."""
SETTLED = timedelta(minutes=2)
"""How long it must be well to be over: what comes and goes is one alarm."""
REPEATS = tuple(timedelta(minutes=minutes) for minutes in (10, 20, 40, 80, 160, 240))
"""From one telling to the next, while nobody puts her name to it; the last one repeats."""
REMINDED = timedelta(days=1)
"""A name does not silence for ever: what still stands then is told again."""
REMINDED_LATER = {Alarm.DISTRICTS: timedelta(days=7)}
"""What takes weeks to mend, and harms nobody meanwhile."""


@dataclass(frozen=True, slots=True)
class AlarmState:
    """An alarm that was raised, or will be when its patience is spent."""

    alarm: Alarm
    since: datetime
    next_at: datetime
    """When it is told, or told again."""
    level: int = 1
    """How bad it is, where that is counted: it rises, and everybody is told anew."""
    told: int = 0
    well_since: datetime | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What one look changed about an alarm, and what is told of it."""

    alarm: Alarm
    now: AlarmState | None
    notice: Notice | None = None


def move(before: AlarmState | None, alarm: Alarm, level: int, at: datetime) -> Move:
    """One look: `level` 0 is well, and the more the worse."""
    if level == 0:
        return Move(alarm, None) if before is None else _well(before, at)
    if before is None:
        before = AlarmState(alarm, since=at, next_at=at + PATIENCE.get(alarm, timedelta()))
        before = replace(before, level=level)
    if level > before.level:
        before = replace(before, next_at=at, acknowledged_by=None)
    return _wrong(replace(before, level=level, well_since=None), at)


def acknowledged(standing: AlarmState, by: str, at: datetime) -> AlarmState | None:
    """Somebody put her name to it: a day of silence, unless it grows worse; the end of what only happened."""
    if standing.alarm in HAPPENINGS:
        return None
    return replace(standing, acknowledged_by=by, next_at=at + _reminded(standing.alarm))


def _reminded(alarm: Alarm) -> timedelta:
    return REMINDED_LATER.get(alarm, REMINDED)


def _wrong(standing: AlarmState, at: datetime) -> Move:
    # A clock that was set back must not silence what stands.
    if standing.next_at > at and standing.next_at - at <= _reminded(standing.alarm):
        return Move(standing.alarm, standing)
    notice = Notice.AGAIN if standing.told else Notice.RAISED
    pause = REPEATS[min(standing.told, len(REPEATS) - 1)]
    told = replace(standing, told=standing.told + 1, next_at=at + pause, acknowledged_by=None)
    return Move(standing.alarm, told, notice)


def _well(standing: AlarmState, at: datetime) -> Move:
    if not standing.told:
        return Move(standing.alarm, None)
    since = standing.well_since or at
    if at - since < SETTLED:
        return Move(standing.alarm, replace(standing, well_since=since))
    return Move(standing.alarm, None, Notice.OVER)
