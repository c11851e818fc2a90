"""Ringing for a worker, after the commit. A dead bell is no failure: the clock looks by itself."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from hotline.domain.jobs import Job
from hotline.errors import QueueUnavailable
from hotline.ports import Kit
from hotline.store.database import Session
from hotline.store.outbox import messages


def ring(kit: Kit, job: Job, row_id: int) -> bool:
    """Returns True if a worker can have heard it."""
    try:
        kit.jobs.ring(job, row_id)
    except QueueUnavailable:
        return False
    return True


@contextmanager
def ringing(kit: Kit, turn: AbstractContextManager[object] | None = None) -> Iterator[Session]:
    """A transaction that writes, as `kit.database.writing` is. Rings once it is committed, if a message is due.

    `turn`: what is held meanwhile, and let go before the bell rings.
    """
    with turn or nullcontext(), kit.database.writing() as session:
        yield session
    message_id = messages.first_due(session)
    if message_id is not None:
        ring(kit, Job.DELIVER, message_id)
