"""Checks second factors: the codes of an authenticator (RFC 6238), each accepted only once, and the codes on paper.
Pure.

Also defines for how long a name must wait after failed attempts, and for how long a session is valid. The waiting time
grows up to a limit. No account is ever locked.

Otherwise any stranger who knows a name could lock out the owner of the account.
"""

import hmac
from datetime import datetime, timedelta

import pyotp

from hotline.people.rules_passwords import Pick

STEP_SECONDS = 30
DIGITS = 6
EARLY_OR_LATE = 1
"""The number of time steps by which a phone's clock may be early or late."""
ISSUER = "Hotline"
PAPER_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are hard to confuse on paper."""
PAPER_CODES = 10
PAPER_CODE_LETTERS = 10
RECOVERY_KEY_LETTERS = 26
"""These letters contain 128 bits of chance, so an attacker cannot find the key by trying."""


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def accepted_step(secret: str, typed: str, at: datetime, *, after: int) -> int | None:
    """Returns the time step of a right code. The code may be one step early or late. Returns None for a wrong code, or
    for a step that is not later than `after`.

    The code that accepts it must store this step as the next `after`. So each code is accepted only once.
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
    """Returns the code that an authenticator shows at this time."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step_at(at))


def authenticator_uri(secret: str, name: str) -> str:
    """Returns the text of the QR code that an authenticator reads."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    return totp.provisioning_uri(name=name, issuer_name=ISSUER)


def plain_typed(typed: str) -> str:
    """Returns a text that a person copied from a phone or from paper, in small letters and without spaces and
    dashes.
    """
    return "".join(letter for letter in typed.casefold() if letter.isalnum())


def is_paper_code(typed: str) -> bool:
    return len(plain_typed(typed)) == PAPER_CODE_LETTERS


def group_letters(letters: str, size: int) -> str:
    """Returns letters in groups, because groups are easier to read from paper."""
    return "-".join(letters[first : first + size] for first in range(0, len(letters), size))


def paper_code(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(PAPER_CODE_LETTERS)), 5)


def recovery_key(pick: Pick) -> str:
    return group_letters("".join(pick(PAPER_LETTERS) for _ in range(RECOVERY_KEY_LETTERS)), 5)


FREE_FAILURES = 5
MAX_WAIT = timedelta(seconds=60)
FORGET_AFTER = timedelta(hours=1)
"""The time after which the failed attempts of a name no longer count."""
ALARM_FAILURES_OF_NAME, ALARM_FAILURES = 20, 200
"""The numbers of failed attempts within an hour that raise an alarm: for one name, and for all names together."""
LOGGED_EACH = 5
SUSPENDED_FOR = timedelta(hours=24)
"""The time for which one admin alone can suspend an account."""
SUSPENDED_AGAIN = timedelta(days=7)
"""The time after which the same admin may suspend the same account again."""
LINK_WAIT = timedelta(hours=24)
"""The time after which a new link for another person's account works, if no second admin approves it before."""
COMMANDS_WITHIN, MAX_COMMANDS = timedelta(hours=1), 2
"""A period, and the number of accounts that one admin may change in this period with a serious command: end, suspend,
give a new link, remove a role.
"""
MAX_IDLE = timedelta(minutes=15)
MAX_SESSION = timedelta(hours=8)
MAX_SHIFT = timedelta(hours=13)
"""The time after a sign-in for which a locked board counts dangers."""
BOARD_EACH = timedelta(minutes=4)
"""The shortest time between two records that a session with a board is in use."""
FACTOR_VALIDITY = timedelta(minutes=15)
"""The time for which a sign-in with the second factor counts as recent, and for which the private key stays
unlocked.
"""
SEEN_EACH = timedelta(seconds=60)
"""The shortest time between two updates of a session's row. With SQLite, each update makes callers wait."""
RENEWAL_NOTICE = timedelta(days=7)
"""The time for which a person sees notices about a new sheet or authenticator, unless the person confirms them."""
LINK_VALIDITY = timedelta(minutes=15)
APPROVAL_VALIDITY = timedelta(days=7)


def wait_after(failures: int) -> timedelta:
    """Returns the waiting time after this number of failures. From the fifth on, it is 2, 4, 8 and up to 60 seconds."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(MAX_WAIT, timedelta(seconds=2 ** min(10, failures - FREE_FAILURES + 1)))


def is_logged(number: int) -> bool:
    """Returns True if the audit log records the failed attempt with this number: 1 to 5, 10, 20, 50, 100, 200 and so
    on.

    Rows of the log are never deleted. If it recorded all attempts, a stranger could fill the log.
    """
    return number <= LOGGED_EACH or str(number).rstrip("0") in ("1", "2", "5")


def seconds_left(until: datetime | None, at: datetime) -> int:
    """Returns the number of seconds until this time, rounded up. Returns 0 if this time has passed."""
    if until is None or until <= at:
        return 0
    return -int((at - until).total_seconds() // 1)


def is_expired(*, created_at: datetime, seen_at: datetime, at: datetime) -> bool:
    return at - seen_at >= MAX_IDLE or at - created_at >= MAX_SESSION


def is_fresh(factor_at: datetime, at: datetime) -> bool:
    return at - factor_at < FACTOR_VALIDITY
