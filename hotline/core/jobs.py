"""Lists the jobs, each with a name, the dotted path of its function, and its queue. Pure.

Jobs have names, so that no lower layer imports `workers`. An architecture test resolves every path. A job contains the
id of a row and may run twice. If a job finds nothing to do, it succeeds.
"""

from enum import Enum


class Job(Enum):
    ASSIGN_TIP = ("workers.jobs.assign_tip", "worker")
    DELIVER = ("workers.jobs.deliver", "worker")
    ANSWER = ("workers.jobs.answer", "worker")
    CHECK_DRAFT = ("workers.jobs.check_draft", "worker")
    READ = ("workers.reader.read", "reader")

    def __init__(self, path: str, queue: str) -> None:
        self.path = path
        self.queue = queue


WORKER_QUEUE, READER_QUEUE = Job.DELIVER.queue, Job.READ.queue
