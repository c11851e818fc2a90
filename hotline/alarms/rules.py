"""Describes the result of a check, and decides when an alarm notifies the on-call contacts. Pure.

A check looks at one part of the installation. The result of a check says if this part works, and what the operator must
do.

The monitor raises an alarm when a fault has lasted for the time in `PATIENCE`. Until an on-call contact acknowledges
the alarm or the fault ends, the monitor sends further notices at growing intervals. When an alarm ends, every contact
who was notified of it gets a message. Some alarms report a single event, such as a jump of the system clock. Such an
alarm has no visible end, so it remains until a contact acknowledges it.

The module also defines the service levels, such as the time within which the hotline must answer a caller.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.text.time import KIGALI


class CheckState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """The check found a weakness that does no harm now. A weakness raises no alarm, but the operator should fix it
    during the day."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CheckResult:
    name: str
    ok: bool
    """True if the result raises no alarm: the check found no fault, or only a weakness."""
    message: str
    todo: str = ""
    """The next step for the operator. Empty if the check found no fault and no weakness."""
    level: int = 1
    """The severity of the fault, where a higher number is worse."""
    names: tuple[str, ...] = ()
    """The names of all accounts, desks or places that have the fault, so that programs can read them. `message` names
    only a few of these accounts, desks or places, and says how many have the fault."""
    is_warning: bool = False

    @property
    def state(self) -> CheckState:
        if not self.ok:
            return CheckState.WRONG
        return CheckState.WARNING if self.is_warning else CheckState.OK


def in_kigali(at: datetime) -> str:
    """Formats a time in the Kigali time zone."""
    return f"{at.astimezone(KIGALI):%Y-%m-%d %H:%M}, Kigali time"


def warning(name: str, message: str, todo: str) -> CheckResult:
    """Returns a check result for a weakness that does no harm yet."""
    return CheckResult(name, True, message, todo, is_warning=True)


def check_result(name: str, wrong: str | None, well: str, todo: str, level: int = 1) -> CheckResult:
    """Returns the result of a check. If `wrong` is None, the check found no fault, and the result's message is
    `well`."""
    if wrong is None:
        return CheckResult(name, True, well)
    return CheckResult(name, False, wrong, todo, level)


class Alarm(StrEnum):
    """A kind of alarm. The value is the alarm's name in the output of `hotline doctor` and in the runbook."""

    DATABASE = "database"
    FLOWS = "flows"
    URGENT_WORDS = "emergency text"
    NUMBERS = "numbers"
    NATIONAL = "national desk"
    DISTRICTS = "districts"
    DESKS = "desks"
    BOARDS = "boards"
    ON_CALL_CONTACTS = "on-call contacts"
    KEYS = "keys"
    CLOCK = "clock"
    TIPS = "tips"
    UNANSWERED = "unanswered"
    UNSENT = "unsent"
    UNDELIVERABLE = "undeliverable"
    QUEUE_PAUSED = "outgoing queue"
    REDIS = "redis"
    DISK = "disk"
    DIAL = "dial"
    BALANCE = "balance"
    QUIET = "quiet"
    MANY_SMS = "many sms"
    DELIVERY = "delivery"
    TRIAL = "trial"
    BACKUP = "backup"
    CLOCK_JUMP = "clock jump"
    STRANGE_JOB = "strange job"
    LONG_WORK = "long work"
    STRANGE_CALLER = "strange caller"
    DETAILS = "details"
    INBOX = "inbox"
    UNPROVEN = "unproven"
    STOP_REQUEST = "stop request"
    FORGETTING = "old keys"
    ACCOUNTS = "accounts"
    SIGN_INS = "failed sign ins"
    SIGN_IN_QUEUE = "sign-in queue"
    DESK_SIGNATURES = "desk signatures"
    MEMBER_KEYS = "member keys"
    TIP_PAIRS = "tip keys"
    AUDIT_LOG = "audit log"
    LOCKS = "locks"


class Notice(StrEnum):
    """The kind of message about an alarm to on-call contacts."""

    RAISED = "raised"
    AGAIN = "again"
    OVER = "over"
    DIGEST = "digest"
    """A message to on-call contacts that reports no fault. The message contains the newest digest of the audit log, so
    that the contacts can store this digest outside the hotline."""
    TRIAL = "trial"
    """A test message to on-call contacts. It reports no fault. A person sends this message to check that messages reach
    the contacts."""


EVENT_ALARMS = {
    Alarm.CLOCK_JUMP: "the system clock jumped by more than a minute",
    Alarm.STRANGE_JOB: "a job that this hotline did not create was refused",
    Alarm.LONG_WORK: "a check, a report or a release was stopped: it took too long or too much memory, or was killed",
    Alarm.STRANGE_CALLER: "a phone sent input in the session of another phone",
    Alarm.FORGETTING: "the key of a past week could not be destroyed on the disk",
    Alarm.ACCOUNTS: "an admin ended or suspended an account, renewed its link, or removed a role",
    Alarm.SIGN_IN_QUEUE: "strangers filled the queue of sign-in attempts for a minute: new browsers could not sign in",
    Alarm.MEMBER_KEYS: "the public key of a person or of a desk in the database is not their own",
    Alarm.TIP_PAIRS: "a stranger wrote a key pair or a desk's access into a tip",
    Alarm.STOP_REQUEST: "an enrolled number seems to have sent STOP, which changed nothing",
}
"""The alarms for single events, each with the text that the command `hotline doctor` shows. Each of these alarms
remains until a contact acknowledges it."""
PATIENCE = {
    Alarm.DATABASE: timedelta(minutes=1),
    Alarm.REDIS: timedelta(minutes=2),
    Alarm.CLOCK: timedelta(minutes=1),
    Alarm.DIAL: timedelta(minutes=2),
    Alarm.LOCKS: timedelta(minutes=1),
    Alarm.BOARDS: timedelta(minutes=10),
}
"""The time for which a fault must last before contacts are notified. For an alarm that is not in this table, the
time is zero."""
SETTLED = timedelta(minutes=2)
"""The time without a fault after which an alarm ends. If a fault stops and returns within this time, the old alarm goes
on, and no new alarm is raised."""
REPEATS = tuple(timedelta(minutes=minutes) for minutes in (10, 20, 40, 80, 160, 240))
"""The times between the notices of an alarm that no contact has acknowledged. After the last of these times, the same
time passes before each further notice."""
REMINDED = timedelta(days=1)
"""If the fault of an acknowledged alarm still exists this long after the acknowledgement, the contacts are notified
again."""
REMINDED_LATER = {Alarm.DISTRICTS: timedelta(days=7)}
"""Maps each alarm whose fault takes weeks to repair, but harms no one meanwhile, to a time that replaces `REMINDED`."""


@dataclass(frozen=True, slots=True)
class AlarmState:
    """The state of an alarm that is raised, or that will be raised if its fault lasts."""

    alarm: Alarm
    since: datetime
    next_at: datetime
    """The time of the next notice."""
    level: int = 1
    """The severity of the fault, where a higher number is worse. If the severity rises, the monitor notifies all
    contacts again."""
    notices: int = 0
    well_since: datetime | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """The new state of an alarm after one check of the monitor, and the notice that must be sent, if any."""

    alarm: Alarm
    now: AlarmState | None
    notice: Notice | None = None


def next_state(before: AlarmState | None, alarm: Alarm, level: int, at: datetime) -> AlarmChange:
    """Returns the new state of an alarm after one check, and the notice that the monitor must send. `level` is the
    severity of the fault, or 0 if there is no fault."""
    if level == 0:
        return AlarmChange(alarm, None) if before is None else _well(before, at)
    if before is None:
        before = AlarmState(alarm, since=at, next_at=at + PATIENCE.get(alarm, timedelta()))
        before = replace(before, level=level)
    if level > before.level:
        before = replace(before, next_at=at, acknowledged_by=None)
    return _wrong(replace(before, level=level, well_since=None), at)


def after_acknowledgement(state: AlarmState, by: str, at: datetime) -> AlarmState | None:
    """Returns the state of an alarm after an acknowledgement. The contacts get no further notice before the time in
    `REMINDED` or `REMINDED_LATER` is over, unless the fault gets worse.

    Returns None for a single event, because the acknowledgement ends that alarm.
    """
    if state.alarm in EVENT_ALARMS:
        return None
    return replace(state, acknowledged_by=by, next_at=at + _reminded(state.alarm))


def _reminded(alarm: Alarm) -> timedelta:
    return REMINDED_LATER.get(alarm, REMINDED)


def _wrong(state: AlarmState, at: datetime) -> AlarmChange:
    # If the system clock was set back, `next_at` may be far in the future. The monitor then sends the notice now.
    if state.next_at > at and state.next_at - at <= _reminded(state.alarm):
        return AlarmChange(state.alarm, state)
    notice = Notice.AGAIN if state.notices else Notice.RAISED
    pause = REPEATS[min(state.notices, len(REPEATS) - 1)]
    notified = replace(state, notices=state.notices + 1, next_at=at + pause, acknowledged_by=None)
    return AlarmChange(state.alarm, notified, notice)


def _well(state: AlarmState, at: datetime) -> AlarmChange:
    if not state.notices:
        return AlarmChange(state.alarm, None)
    since = state.well_since or at
    if at - since < SETTLED:
        return AlarmChange(state.alarm, replace(state, well_since=since))
    return AlarmChange(state.alarm, None, Notice.OVER)


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """A time limit for one task of the hotline, such as answering a caller. `target` is the share of a month's tasks
    for which the hotline must keep this time limit."""

    name: str
    seconds: float
    target: float

    def kept(self, total: int, late: int) -> bool:
        return late <= total * (1 - self.target)

    def state(self, total: int, late: int) -> str:
        share = f"{(1 - late / total):.2%}" if total else "nothing to measure"
        return f"{self.name} within {self.seconds:g} s: {share} (target {self.target:.1%})"


DANGER = ServiceLevel("danger", seconds=15.0, target=0.999)
"""The gateway accepts the first alert about a danger."""
HOP = ServiceLevel("hop", seconds=0.3, target=0.995)
"""The hotline answers a hop."""
