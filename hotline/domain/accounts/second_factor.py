"""The second factor: codes of an authenticator (RFC 6238), each accepted once, and the codes on paper. Pure."""

import hmac
from datetime import datetime

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
