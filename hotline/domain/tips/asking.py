"""When a desk may ask one question back. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

STILL_TELLING = timedelta(minutes=3)
"""After her last answer. Until then she may add to her tip, which seals it anew, and no answer to a question opens."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What it hangs on."""

    told_at: datetime
    """Her last answer."""
    has_receipt: bool
    closed: bool
    asked: bool
    """Whether this tip, or another that her receipt stands for, was asked before."""
    signed: bool
    """Whether the question is signed today, word for word."""


def refusal(asking: Asking, at: datetime) -> str | None:
    """Why it may not be asked; None where it may."""
    if not asking.signed:
        return "nobody has signed this question as it stands: the page of the tip says which may be asked"
    if asking.closed:
        return "the tip is closed"
    if not asking.has_receipt:
        return "whoever told it took no number to ask after it: nobody could answer"
    if asking.asked:
        return "one question was asked already, and there is no second"
    if at < asking.told_at + STILL_TELLING:
        return "it was added to a moment ago: say it again in three minutes"
    return None
