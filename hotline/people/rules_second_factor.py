"""Checks the second factor: an authenticator's codes (RFC 6238), each accepted once, and the codes on paper. Pure.

Defines how long a name waits after failed attempts, and how long a session lasts. Pure.

A delay grows and ends, but nothing locks an account. Otherwise a stranger who knows its name could lock the owner out.
"""

import hmac
from datetime import datetime, timedelta

import pyotp

from hotline.people.rules_passwords import Pick

STEP_SECONDS = 30
DIGITS = 6
EARLY_OR_LATE = 1
"""Steps by which a phone's clock may differ."""
ISSUER = "Hotline"
PAPER_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that a reader cannot confuse on paper."""
PAPER_CODES = 10
PAPER_CODE_LETTERS = 10
RECOVERY_KEY_LETTERS = 26
"""128 bits of chance, which no guessing finds, however fast it is."""


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def accepted_step(secret: str, typed: str, at: datetime, *, after: int) -> int | None:
    """Returns the step of a right code, at most one early or late. Returns None for a wrong code, or a step up to
    `after`.

    The function that accepts the code stores the step as the next `after`. So each code is accepted once.
    """
    code, now = plain_typed(typed), step_at(at)
    authenticator = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    found = None
    for step in range(max(0, now - EARLY_OR_LATE), now + EARLY_OR_LATE + 1):
        right = hmac.compare_digest(authenticator.generate_otp(step).encode(), code.encode())
        if right and step > after:
            found = step
    return found


def code_at(secret: str, at: datetime) -> str:
    """Returns the code that an authenticator shows at a moment."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step_at(at))


def authenticator_uri(secret: str, name: str) -> str:
    """Returns the text of the QR code that an authenticator reads."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    return totp.provisioning_uri(name=name, issuer_name=ISSUER)


def plain_typed(typed: str) -> str:
    """Returns text that was typed from a phone or from paper, without its gaps and in small letters."""
    return "".join(letter for letter in typed.casefold() if letter.isalnum())


def is_paper_code(typed: str) -> bool:
    return len(plain_typed(typed)) == PAPER_CODE_LETTERS


def group_letters(letters: str, size: int) -> str:
    """Returns letters in groups, so that a person can read them from paper."""
    return "-".join(letters[first : first + size] for first in range(0, len(letters), size))


def paper_code(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(PAPER_CODE_LETTERS)), 5)


def recovery_key(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(RECOVERY_KEY_LETTERS)), 5)


FREE_FAILURES = 5
MAX_WAIT = timedelta(seconds=60)
FORGET_AFTER = timedelta(hours=1)
"""Time after which the failed attempts of a name no longer count."""
ALARM_FAILURES_OF_NAME, ALARM_FAILURES = 20, 200
"""Failed attempts within an hour that raise an alarm: with one name, and with all names together."""
LOGGED_EACH = 5
SUSPENDED_FOR = timedelta(hours=24)
"""Time for which one admin can suspend an account alone."""
SUSPENDED_AGAIN = timedelta(days=7)
"""Time until the same admin may suspend the same account again."""
LINK_WAIT = timedelta(hours=24)
"""Time until a new link for another person's account works, unless a second admin approves it."""
COMMANDS_WITHIN, MAX_COMMANDS = timedelta(hours=1), 2
"""Number of accounts that one admin may end, suspend, link again or take roles from in this time."""
MAX_IDLE = timedelta(minutes=15)
MAX_SESSION = timedelta(hours=8)
FACTOR_VALIDITY = timedelta(minutes=15)
"""Time for which a second factor is valid, and the key that it decrypted."""
SEEN_EACH = timedelta(seconds=60)
"""Minimum time between two updates of a session's row. On SQLite each write waits for callers."""
RENEWAL_NOTICE = timedelta(days=7)
"""Time for which a person is notified of a new sheet or authenticator, unless they confirm it."""
LINK_VALIDITY = timedelta(minutes=15)
APPROVAL_VALIDITY = timedelta(days=7)


def wait_after(failures: int) -> timedelta:
    """Returns the delay of the next attempt after so many failures: 2, 4, 8 ... 60 seconds from the fifth on."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(MAX_WAIT, timedelta(seconds=2 ** min(10, failures - FREE_FAILURES + 1)))


def is_logged(number: int) -> bool:
    """Returns True for failed attempts of an hour that the audit log holds: 1 to 5, 10, 20, 50, 100, 200 and so on.

    Otherwise a stranger could fill the log, because nothing in it is ever deleted.
    """
    return number <= LOGGED_EACH or str(number).rstrip("0") in ("1", "2", "5")


def seconds_left(until: datetime | None, at: datetime) -> int:
    """Returns the whole seconds until a moment, rounded up. Returns 0 if it has passed."""
    if until is None or until <= at:
        return 0
    return -int((at - until).total_seconds() // 1)


def is_expired(*, created_at: datetime, seen_at: datetime, at: datetime) -> bool:
    return at - seen_at >= MAX_IDLE or at - created_at >= MAX_SESSION


def is_fresh(factor_at: datetime, at: datetime) -> bool:
    return at - factor_at < FACTOR_VALIDITY
