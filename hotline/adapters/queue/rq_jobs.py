"""RQ as a doorbell: one row's id in JSON, kept nowhere longer than it takes, and never waited for."""

from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.retry import Retry
from rq import Queue

from hotline.adapters.queue.circuit import Circuit, connect
from hotline.domain.jobs import Job
from hotline.errors import CircuitOpen, QueueUnavailable

JOB_SECONDS = 20
FAILURE_TTL = 3600


class RqJobs:
    """The `JobQueue` of production. Opens its connection with the first ring."""

    def __init__(self, url: str, circuit: Circuit | None = None) -> None:
        connection = connect(url)
        # Once, for the connection that a restarted Redis left behind; a hang is not waited for twice.
        connection.set_retry(Retry(NoBackoff(), 1, supported_errors=(Disconnected,)))
        self._connection = connection
        self._circuit = circuit or Circuit()
        self._queues = {
            job: Queue(job.queue, connection=connection, serializer="json") for job in Job
        }

    def ring(self, job: Job, row_id: int) -> None:
        try:
            self._circuit.call(lambda: self._enqueue(job, row_id))
        except CircuitOpen as broken:
            raise QueueUnavailable(str(broken)) from None

    def _enqueue(self, job: Job, row_id: int) -> None:
        # One way there and back: left to itself RQ takes two.
        together = self._connection.pipeline()
        self._queues[job].enqueue_call(
            job.path,
            args=(row_id,),
            description=f"a{row_id}",
            timeout=JOB_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_TTL,
            pipeline=together,
        )
        together.execute()
