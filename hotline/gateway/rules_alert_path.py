"""Decides if a due alert can be sent, from the state of the queue, the clock process and the gateway. All functions are
pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STALE = timedelta(seconds=60)
"""The time after which a silent process or gateway counts as failed. A restart of all processes takes less time. An
alarm also waits this long before on-call contacts are notified."""
RECENT_FAILURE = timedelta(minutes=2)
"""The time for which a failed send counts as a sign of a present failure. The worker repeats a failed send within a
minute. So an older failure says nothing about the present.
"""


class BlockReason(StrEnum):
    """The reason why alerts cannot be sent. `/readyz`, the doctor and the alarm show this reason. Callers never see
    it.
    """

    PAUSED = "a person paused the queue"
    FAULT = "the gateway refuses our messages"
    KEYS = "a key of the workers is wrong"
    NO_SENDER = "no sending process runs"
    GATEWAY = "the gateway cannot be reached"


@dataclass(frozen=True, slots=True)
class AlertPath:
    """The state of everything that is needed to send an alert."""

    has_responder: bool = True
    """True if at least one responder can be alerted of a tip."""
    has_oversight: bool = False
    """True if a person of an oversight desk can be alerted, and can decrypt this desk's complaints."""
    is_paused: bool = False
    """True if a person has paused the queue of outgoing messages."""
    fault: str | None = None
    """The reason why the gateway refused a message. None after the gateway has accepted a message again."""
    wrong_key: bool = False
    """True if a worker recently could not start because of a wrong key."""
    clock_until: datetime | None = None
    """The end of the lease of the clock process that is the leader. None if no clock process has ever run."""
    awaited_at: datetime | None = None
    """The time of the last signal to the sending processes to start."""
    failing_since: datetime | None = None
    failed_at: datetime | None = None


def block_reason(path: AlertPath, at: datetime, *, fresh: bool = False) -> BlockReason | None:
    """Returns the reason why no alert can be sent now. Returns None if alerts can be sent.

    Also returns None if no process has ever sent a message. `fresh` is True if this process saw that the clock process
    worked within the last minute. The process measures this minute without the system clock, so a change of that clock
    has no effect."""
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
    """Returns True if no send reached the gateway for a minute, and the last failure was recent."""
    if path.failing_since is None or path.failed_at is None:
        return False
    return path.failed_at - path.failing_since >= STALE and at - path.failed_at <= RECENT_FAILURE
