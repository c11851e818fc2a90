"""Decides whether a due alert can be sent, from the state of the queue, the clock and the gateway. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STALE = timedelta(seconds=60)
"""Longer than a restart of all processes takes. An alarm waits as long before it notifies on-call contacts."""
RECENT_FAILURE = timedelta(minutes=2)
"""The worker repeats a failed send within a minute. An older failure proves nothing about the present."""


class BlockReason(StrEnum):
    """One reason why no alert can be sent. `/readyz`, the doctor and the alarm show it. No caller reads it."""

    PAUSED = "the lane is held by hand"
    FAULT = "the gateway refuses us"
    KEYS = "a key of the workers is wrong"
    NO_SENDER = "no process that sends is running"
    GATEWAY = "the gateway cannot be reached"


@dataclass(frozen=True, slots=True)
class AlertPath:
    """The state of everything that an alert passes through before it is sent."""

    has_responder: bool = True
    """True if any responder at all can be alerted of a tip."""
    is_paused: bool = False
    """True if an operator paused the outgoing queue."""
    fault: str | None = None
    """The reason why the gateway refused a message. None once it accepts one again."""
    wrong_key: bool = False
    """True if a worker was recently refused at its start because of a wrong key."""
    clock_until: datetime | None = None
    """Time until which the leading clock process is in charge. None if no clock has ever run."""
    awaited_at: datetime | None = None
    """Time when the sending processes were last ordered to start."""
    failing_since: datetime | None = None
    failed_at: datetime | None = None


def block_reason(path: AlertPath, at: datetime, *, fresh: bool = False) -> BlockReason | None:
    """Returns the reason why no alert can be sent at a moment. Returns None if one can be sent.

    Returns None also where no process has ever sent. `fresh` is True if this process saw a clock tick within the last
    minute. It measures this minute itself, so a changed system time has no effect.
    """
    if path.is_paused:
        return BlockReason.PAUSED
    if path.fault is not None:
        return BlockReason.FAULT
    ticks = path.clock_until is not None and path.clock_until > at
    if path.wrong_key and not ticks:
        return BlockReason.KEYS
    seen = [moment for moment in (path.clock_until, path.awaited_at) if moment is not None]
    if seen and not fresh and at - max(seen) > STALE:
        return BlockReason.NO_SENDER
    return BlockReason.GATEWAY if _out_of_reach(path, at) else None


def _out_of_reach(path: AlertPath, at: datetime) -> bool:
    """Returns True if every send failed to reach the gateway for a minute and one failed recently."""
    if path.failing_since is None or path.failed_at is None:
        return False
    return path.failed_at - path.failing_since >= STALE and at - path.failed_at <= RECENT_FAILURE
