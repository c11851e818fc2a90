"""RQ as a doorbell: one row's id in JSON, kept nowhere longer than it takes, and never waited for."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue

from hotline.domain.jobs import Job
from hotline.errors import QueueUnavailable

SOCKET_SECONDS = 0.25
"""A hop that rings a dead bell loses twice this at the most."""
JOB_SECONDS = 20
FAILURE_TTL = 3600


class RqJobs:
    """The `JobQueue` of production. Opens its connection with the first ring."""

    def __init__(self, url: str) -> None:
        connection = Redis.from_url(
            url,
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=SOCKET_SECONDS,
            # Once, for the connection that a restarted Redis left behind; a hang is not waited for twice.
            retry=Retry(NoBackoff(), 1, supported_errors=(Disconnected,)),
        )
        self._queues = {
            job: Queue(job.queue, connection=connection, serializer="json") for job in Job
        }

    def ring(self, job: Job, row_id: int) -> None:
        try:
            self._queues[job].enqueue_call(
                job.path,
                args=(row_id,),
                description=f"a{row_id}",
                timeout=JOB_SECONDS,
                result_ttl=0,
                failure_ttl=FAILURE_TTL,
            )
        except (RedisError, OSError) as broken:
            raise QueueUnavailable(type(broken).__name__) from None
