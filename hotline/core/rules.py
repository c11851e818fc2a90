"""Contains three rules of all areas: attempts at short secrets, keys of records, and the hotline's test calls. Pure.

Limits the attempts at secrets that are short enough to be guessed.

Defines the number of possible record keys. Published numbers are rounded with them.

Marks the hotline's own test calls, so that statistics do not count them.

No network assigns the number of the test handset. A system that calls from it must know the secret of the hooks.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class AttemptedSecret(StrEnum):
    RECEIPT = "receipt"
    """The number of a receipt, together with its PIN."""
    CODE = "code"
    """The code of a district, with which a phone joins a programme."""
    WORK = "work"
    """A work PIN on a phone that is not enrolled. `people/rules.py` blocks it for a time, as it does for
    an enrolled phone."""


@dataclass(frozen=True, slots=True)
class SecretTyped:
    """The caller typed a PIN or a code. The conversation waits until a service has checked it."""

    upto: int
    secret: AttemptedSecret
    target: str = field(repr=False)
    """The number of the receipt, or the programme."""
    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum number of attempts that are checked. After that, a correct secret gets the same answer as a wrong
    one."""

    an_hour: int
    """The attempts of one caller within an hour."""
    a_day: int
    """The attempts at one target within a day. A target is the number of a receipt, or for codes a whole programme.
    For codes, only wrong attempts count."""


LIMITS = {
    AttemptedSecret.RECEIPT: Limits(5, 20),
    AttemptedSecret.CODE: Limits(5, 1000),
    AttemptedSecret.WORK: Limits(1_000_000, 1_000_000),
}


def is_exhausted(secret: AttemptedSecret, *, of_contact: int, of_target: int) -> bool:
    """Returns True if the next attempt may not be checked, because this caller or this target already had too many."""
    limits = LIMITS[secret]
    return of_contact >= limits.an_hour or of_target >= limits.a_day


RECORD_KEYS = 256
"""The number of possible record keys, which have 8 bits."""

CALLER = "+250000000000"
CHANNEL = "trial"
"""The channel of a test call's session and report. It replaces `ussd`."""
DRILL = "drill"
"""The channel of the tip of a drill. No caller reported such a tip (`alerts/rules_drills.py`)."""
UNCOUNTED = frozenset({CHANNEL, DRILL, "invented"})
"""The channels that are not real cases and that no statistics count: test calls, drills, and a year of sample data.

Code that counts must exclude all of them. Code that excludes only `CHANNEL` must give a reason
(`tests/counters/test_uncounted.py`).
"""


LEVEL = "trial"
"""The level of the test handset in the table of responders. It is not an escalation level."""
KEYS = ("5", "1", "2", "1", "1")
"""The keys that send a tip with the shipped flows: a problem, danger, no official, first province, first district."""


def channel_of(caller: str, channel: str) -> str:
    return CHANNEL if caller == CALLER else channel
