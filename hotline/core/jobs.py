"""Lists the jobs, each with a name, the dotted path of its function, and its queue. Pure.

Jobs have names so that no layer below imports `workers`. A floorplan test resolves every path. A job carries a row's id
and may run twice. A job that finds nothing to do succeeds.
"""

from enum import Enum


class Job(Enum):
    REFER_TIP = ("workers.jobs.refer_tip", "alerts")
    DELIVER = ("workers.jobs.deliver", "alerts")
    ANSWER = ("workers.jobs.answer", "misc")
    CHECK_CHANGE = ("workers.jobs.check_change", "misc")
    READ = ("workers.reader_jobs.read", "reader")

    def __init__(self, path: str, queue: str) -> None:
        self.path = path
        self.queue = queue


READER_QUEUE = Job.READ.queue
QUEUES = tuple(dict.fromkeys(job.queue for job in Job if job.queue != READER_QUEUE))
"""The queues of the workers, the most urgent first. The reader has its own."""
