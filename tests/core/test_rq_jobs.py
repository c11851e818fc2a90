"""Tests the job queue with a real Valkey: the jobs that it stores, and the cost of a dead server."""

import time
from pathlib import Path

import pytest
from rq import Queue

from hotline.core.jobs import Job
from hotline.dialogue.redis_adapters import Circuit, RqJobs
from hotline.errors import QueueUnavailable
from tests.support.valkey import Valkey


def test_a_ring_is_one_job_with_a_rows_id_and_nothing_else(valkey: Valkey) -> None:
    RqJobs(valkey.url).ring(Job.DELIVER, 42)

    (job,) = Queue("worker", connection=valkey.client(), serializer="json").jobs
    assert (job.func_name, job.args, job.kwargs) == ("workers.jobs.deliver", [42], {})
    assert (job.description, job.result_ttl, job.failure_ttl) == ("a42", 0, 3600)
    assert (job.timeout, job.retries_left) == (20, None)


def test_a_bell_without_a_wire_says_so(tmp_path: Path) -> None:
    with pytest.raises(QueueUnavailable):
        RqJobs(f"unix://{tmp_path}/none").ring(Job.DELIVER, 1)


@pytest.mark.fault(12)
def test_a_hanging_redis_costs_half_a_second_at_the_most(valkey: Valkey) -> None:
    jobs = RqJobs(valkey.url)
    jobs.ring(Job.DELIVER, 1)
    valkey.hang()

    began = time.monotonic()
    with pytest.raises(QueueUnavailable):
        jobs.ring(Job.DELIVER, 2)
    assert time.monotonic() - began < 0.6


def test_it_rings_again_a_second_after_redis_is_back(valkey: Valkey) -> None:
    at = [0.0]
    jobs = RqJobs(valkey.url, Circuit(elapsed=lambda: at[0]))
    valkey.hang()
    with pytest.raises(QueueUnavailable):
        jobs.ring(Job.ASSIGN_TIP, 1)
    valkey.wake()
    with pytest.raises(QueueUnavailable):
        jobs.ring(Job.ASSIGN_TIP, 2)
    at[0] = 1.1
    jobs.ring(Job.ASSIGN_TIP, 2)
    assert valkey.client().llen("rq:queue:worker") >= 1


@pytest.mark.fault(10)
def test_a_redis_that_was_restarted_hears_the_first_ring(valkey: Valkey) -> None:
    jobs = RqJobs(valkey.url)
    jobs.ring(Job.DELIVER, 1)
    valkey.kill()
    valkey.restart()
    jobs.ring(Job.DELIVER, 2)
    assert valkey.client().llen("rq:queue:worker") == 1
