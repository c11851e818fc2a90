"""After a transaction has committed, adds a job that tells the workers which message is due. This module calls this
"ringing the doorbell". If the job queue fails, the clock process finds the due message a little later."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from hotline.core.contexts import Context, Job
from hotline.core.database import Session
from hotline.gateway import tables


@contextmanager
def ringing(
    context: Context, turn: AbstractContextManager[object] | None = None
) -> Iterator[Session]:
    """Opens a writing transaction. After the commit, queues the job that sends messages (rings the doorbell), if a
    message is due.

    Holds the lock `turn` during the transaction, and releases the lock before the doorbell rings.
    """
    with turn or nullcontext(), context.database.writing() as session:
        yield session
    message_id = tables.first_due(session)
    if message_id is not None:
        context.jobs.ring(Job.DELIVER, message_id)
