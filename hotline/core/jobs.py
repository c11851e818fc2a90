"""Lists the jobs, each with a name, the dotted path of its function, and its queue. Pure.

Jobs have names so that no layer below imports `workers`. A floorplan test resolves every path. A job carries a row's id
and may run twice. A job that finds nothing to do succeeds.
"""

from enum import Enum


class Job(Enum):
    REFER_TIP = ("workers.jobs.refer_tip", "worker")
    DELIVER = ("workers.jobs.deliver", "worker")
    ANSWER = ("workers.jobs.answer", "worker", True)
    CHECK_CHANGE = ("workers.jobs.check_change", "worker", True)
    READ = ("workers.reader_jobs.read", "reader")

    def __init__(self, path: str, queue: str, may_wait: bool = False) -> None:
        """Names a job by its function and queue. One that `may_wait` runs in a thread of its own."""
        self.path = path
        self.queue = queue
        self.may_wait = may_wait


WORKER_QUEUE, READER_QUEUE = Job.DELIVER.queue, Job.READ.queue
