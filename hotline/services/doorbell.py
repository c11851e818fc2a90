"""Ringing for a worker, after the commit. A dead bell is no failure: the clock looks by itself."""

from hotline.domain.jobs import Job
from hotline.errors import QueueUnavailable
from hotline.ports import Kit


def ring(kit: Kit, job: Job, row_id: int) -> bool:
    """Whether anybody can have heard it."""
    try:
        kit.jobs.ring(job, row_id)
    except QueueUnavailable:
        return False
    return True


def ring_for(kit: Kit, *messages: int | None) -> None:
    """Rings for messages that were written, where there are any."""
    for message_id in messages:
        if message_id is not None:
            ring(kit, Job.DELIVER, message_id)
