"""The second factor: codes of an authenticator (RFC 6238), each accepted once, and the codes on paper. Pure.

How long a name waits after failed tries, and how long a session lives. Pure.

A delay grows and ends; nothing locks an account, since whoever knows its name could then shut its person out.
"""

import hmac
from datetime import datetime, timedelta

import pyotp

from hotline.domain.accounts.passwords import Pick

STEP_SECONDS = 30
DIGITS = 6
EARLY_OR_LATE = 1
"""Steps by which a phone's clock may differ."""
ISSUER = "Hotline"
PAPER_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What nobody misreads on paper."""
PAPER_CODES = 10
PAPER_CODE_LETTERS = 10
RECOVERY_KEY_LETTERS = 26
"""128 bits of chance: nobody finds it by guessing, however quick a guess is."""


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def accepted_step(secret: str, typed: str, at: datetime, *, after: int) -> int | None:
    """The step of a right code, one early or late at most; None for a wrong code, and for one of a step up to `after`.

    Whoever accepts it keeps the step as the next `after`: so each code is accepted once.
    """
    code, now = plain(typed), step_at(at)
    authenticator = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    found = None
    for step in range(max(0, now - EARLY_OR_LATE), now + EARLY_OR_LATE + 1):
        right = hmac.compare_digest(authenticator.generate_otp(step).encode(), code.encode())
        if right and step > after:
            found = step
    return found


def code_at(secret: str, at: datetime) -> str:
    """The code that an authenticator shows at a moment."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step_at(at))


def authenticator_uri(secret: str, name: str) -> str:
    """What the picture says that an authenticator reads."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    return totp.provisioning_uri(name=name, issuer_name=ISSUER)


def plain(typed: str) -> str:
    """What was typed off a phone or off paper, without its gaps."""
    return "".join(letter for letter in typed.casefold() if letter.isalnum())


def is_paper_code(typed: str) -> bool:
    return len(plain(typed)) == PAPER_CODE_LETTERS


def grouped(letters: str, size: int) -> str:
    """Letters in groups, as somebody reads them off paper."""
    return "-".join(letters[first : first + size] for first in range(0, len(letters), size))


def paper_code(pick: Pick) -> str:
    return grouped("".join(pick(PAPER_LETTERS) for _ in range(PAPER_CODE_LETTERS)), 5)


def recovery_key(pick: Pick) -> str:
    return grouped("".join(pick(PAPER_LETTERS) for _ in range(RECOVERY_KEY_LETTERS)), 5)


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
