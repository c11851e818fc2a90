"""How long a name waits after failed tries, and how long a session lives. Pure.

A delay grows and ends; nothing locks an account, since whoever knows its name could then shut its person out.
"""

from datetime import datetime, timedelta

FREE_FAILURES = 5
LONGEST_WAIT = timedelta(seconds=60)
FORGET_AFTER = timedelta(hours=1)
"""When failed tries of a name count no more."""
FAILED_OF_ONE, FAILED_IN_ALL = 20, 200
"""Failed attempts within an hour that are an alarm: of one name, and of all names together."""
LOGGED_EACH = 5
SUSPENDED_FOR = timedelta(hours=24)
"""How long one admin suspends an account alone."""
SUSPENDED_AGAIN = timedelta(days=7)
"""When the same admin may suspend the same account again."""
LINK_RESTS = timedelta(hours=24)
"""How long a new link for somebody else's account rests, unless a second admin agrees to it."""
ACTS_WITHIN, MOST_ACTS = timedelta(hours=1), 2
"""How often one admin ends, suspends or links accounts again, or takes roles."""
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
FRESH = timedelta(minutes=15)
"""How long a second factor, and the key that it opened, are good for."""
SEEN_EACH = timedelta(seconds=60)
"""How often at the most a session's row says that somebody is there: each write waits for callers on SQLite."""
RENEWAL_TOLD = timedelta(days=7)
"""How long a person reads of a new sheet or authenticator, unless they say that it was them."""
LINK_LIVES = timedelta(minutes=15)
APPROVAL_LIVES = timedelta(days=7)


def wait_after(failures: int) -> timedelta:
    """How long the next try waits after so many failures: 2, 4, 8 ... 60 seconds from the fifth on."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(10, failures - FREE_FAILURES + 1)))


def is_logged(number: int) -> bool:
    """Returns True for the failed attempts of an hour that the audit log holds: 1 to 5, 10, 20, 50, 100, 200 and so on.

    A stranger could fill the log otherwise: nothing in it is ever deleted.
    """
    return number <= LOGGED_EACH or str(number).rstrip("0") in ("1", "2", "5")


def seconds_left(until: datetime | None, at: datetime) -> int:
    """Whole seconds until a moment, rounded up; 0 where it has passed."""
    if until is None or until <= at:
        return 0
    return -int((at - until).total_seconds() // 1)


def is_over(*, created_at: datetime, seen_at: datetime, at: datetime) -> bool:
    return at - seen_at >= IDLE or at - created_at >= LONGEST


def is_fresh(factor_at: datetime, at: datetime) -> bool:
    return at - factor_at < FRESH
