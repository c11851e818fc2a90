"""Judges whether an alert that is due now can leave. Pure: told how the lane, the clock and the gateway stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STALE = timedelta(seconds=60)
"""Longer than a restart of every process takes, and as long as an alarm waits before anybody is notified."""
TRIED_LATELY = timedelta(minutes=2)
"""A send that fails is tried again within a minute: what failed longer ago says nothing of now."""


class Blocked(StrEnum):
    """Why no alert can leave: for `/readyz`, the doctor and the alarm. No caller reads it."""

    HELD = "the lane is held by hand"
    FAULT = "the gateway refuses us"
    KEYS = "a key of the workers is wrong"
    NO_SENDER = "no process that sends is running"
    GATEWAY = "the gateway cannot be reached"


@dataclass(frozen=True, slots=True)
class AlertPath:
    """How everything stands that an alert passes on its way out."""

    held: bool = False
    """Whether a person holds the lane."""
    fault: str | None = None
    """What the gateway refused us for, until it takes a message again."""
    wrong_key: bool = False
    """Whether a worker was refused for its key lately."""
    clock_until: datetime | None = None
    """Until when a clock last said that it answers for time; None where none ever ticked."""
    awaited_at: datetime | None = None
    """When the processes that send were last told to start."""
    failing_since: datetime | None = None
    failed_at: datetime | None = None


def blocked(path: AlertPath, at: datetime, *, fresh: bool = False) -> Blocked | None:
    """Returns why no alert can leave at a moment; None where one can, and where nobody ever sent.

    `fresh`: this process saw a clock tick within the last minute by its own time, however the wall's clock was turned.
    """
    if path.held:
        return Blocked.HELD
    if path.fault is not None:
        return Blocked.FAULT
    ticks = path.clock_until is not None and path.clock_until > at
    if path.wrong_key and not ticks:
        return Blocked.KEYS
    seen = [moment for moment in (path.clock_until, path.awaited_at) if moment is not None]
    if seen and not fresh and at - max(seen) > STALE:
        return Blocked.NO_SENDER
    return Blocked.GATEWAY if _out_of_reach(path, at) else None


def _out_of_reach(path: AlertPath, at: datetime) -> bool:
    """Whether sends have reached no gateway for a minute, and one was tried lately."""
    if path.failing_since is None or path.failed_at is None:
        return False
    return path.failed_at - path.failing_since >= STALE and at - path.failed_at <= TRIED_LATELY
