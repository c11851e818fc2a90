"""What somebody has to prove before she is enrolled: for how long, how often she may try, and who decides. Pure."""

import secrets
from datetime import datetime, timedelta

CODE_LIVES = timedelta(hours=48)
"""The code went by SMS: it proves the phone."""
START_LIVES = timedelta(days=14)
"""The start PIN is on paper: it proves the person."""
DECIDED_WITHIN = timedelta(days=7)
"""Of what was proved. Then it lapses."""
OLD_NUMBER_KEPT = timedelta(days=7)
"""For telling it that it was changed."""
TRIES = 3
CODE_DIGITS = 6
START_DIGITS = 8


def new_digits(count: int) -> str:
    """By chance; the first is no zero, so that nobody loses it on the way."""
    first = 10 ** (count - 1)
    return str(first + secrets.randbelow(9 * first))


def may_decide(proved_at: datetime | None, at: datetime) -> bool:
    """Whether a second admin may decide on it at this moment."""
    return proved_at is not None and at < proved_at + DECIDED_WITHIN
