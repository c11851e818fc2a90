"""Tests the worker with a real Valkey: it runs our jobs, refuses forged jobs, and logs the content of no job."""

import json
import logging
import math
import os
import signal
import subprocess
import sys
import time
import tracemalloc
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from hotline.core.contexts import Job
from hotline.core.database import open_database
from hotline.dialogue.redis_adapters import RqJobs
from hotline.gateway import queries as health
from hotline.monitoring.instruments import LineInstruments
from hotline.people.rules import Level
from hotline.text.errors import JobRefused
from tests.support.district import District
from tests.support.eventually import eventually
from tests.support.made_once import lay_tables
from tests.support.valkey import Valkey
from workers import jobs
from workers.worker import MOST_BYTES, QuietWorker, SafeJob, make_worker, safe_job


def work(district: District, valkey: Valkey) -> QuietWorker:
    """Runs a worker until its queue has no more jobs."""
    worker = make_worker(district.context, valkey.url, "worker")
    worker.work(burst=True, logging_level="WARNING")
    return worker


def alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.CRITICAL]


def ends_well(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    _, said = process.communicate(timeout=40)
    assert process.returncode == 0, said.decode()


def forge(client: "Redis", call: Any, **fields: Any) -> None:
    """Writes a job to Redis as an attacker with a connection to Redis would do."""
    job = {
        "status": "queued",
        "created_at": "2026-11-24T08:00:00.000000Z",
        "enqueued_at": "2026-11-24T08:00:00.000000Z",
        "origin": "worker",
        "data": zlib.compress(json.dumps(call).encode()),
    } | fields
    client.hset("rq:job:forged", mapping=job)
    client.rpush("rq:queue:worker", "forged")


def test_a_frozen_worker_is_missed(district: District, valkey: Valkey, tmp_path: Path) -> None:
    gauges = LineInstruments(valkey.url, tmp_path)
    assert gauges.worker_age("worker") == math.inf
    worker: Any = make_worker(district.context, valkey.url, "worker")
    worker.register_birth()
    assert 0.0 <= (gauges.worker_age("worker") or 0.0) < 10.0
    assert gauges.worker_age("reader") == math.inf

    valkey.client().hset(worker.key, "last_heartbeat", "2026-11-24T08:00:00.000000Z")
    assert (gauges.worker_age("worker") or 0.0) > 60.0
    other: Any = make_worker(district.context, valkey.url, "worker")
    other.register_birth()
    other.heartbeat()
    other.set_state("busy")
    assert gauges.worker_age("worker") == 0.0
    worker.register_death()
    other.register_death()
    assert gauges.worker_age("worker") == math.inf


def test_a_redis_that_does_not_answer_is_logged_in_words_of_our_own(
    district: District, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    make_worker(district.context, valkey.url, "worker")
    said = "Worker %s: could not connect to Redis instance: %s retrying in %d seconds..."
    broken = RedisConnectionError("Error 111 connecting to 127.0.0.1:9. Connection refused.")
    logging.getLogger("rq.worker").error(said, "0a1b", broken, 1)
    assert caplog.messages == ["Redis does not answer (connection refused): next try in 1 seconds"]


def test_a_redis_that_does_not_answer_says_of_no_worker_whether_it_lives(tmp_path: Path) -> None:
    assert LineInstruments("redis://127.0.0.1:9/0", tmp_path).worker_age("worker") is None


def test_a_tip_travels_from_bell_to_phone(district: District, valkey: Valkey) -> None:
    district.enrol(Level.NATIONAL)
    tip_id = district.file_tip()
    bell = RqJobs(valkey.url)
    district.jobs.ring = bell.ring  # type: ignore[method-assign]
    bell.ring(Job.ASSIGN_TIP, tip_id)

    worker = work(district, valkey)

    assert district.states == ["accepted"]
    assert worker.failed_job_count == 0
    assert valkey.client().keys("rq:job:*") == []


@pytest.mark.fault(15)
@pytest.mark.parametrize(
    "data",
    [
        ["os.system", None, ["touch PWNED"], {}],
        ["workers.jobs.deliver", None, ["1"], {}],
        ["workers.jobs.deliver", None, [True], {}],
        ["workers.reader.read", None, [1], {}],
        ["workers.jobs.deliver", None, [1, 2], {}],
        ["workers.jobs.deliver", None, [], {"message_id": 1}],
        ["workers.jobs.deliver", None, [1], {"more": 1}],
        ["workers.jobs.deliver", "instance", [1], {}],
        ["hotline.alerts.service_assignment.assign_pending", None, [1], {}],
        [["workers.jobs.deliver"], None, [1], {}],
        "nonsense",
    ],
    ids=str,
)
def test_a_forged_job_is_refused_with_an_alarm(
    district: District,
    valkey: Valkey,
    data: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(tmp_path)
    district.enrol(Level.NATIONAL)
    district.tell()
    forge(valkey.client(), data)

    work(district, valkey)

    assert not (tmp_path / "PWNED").exists()
    assert district.states == ["pending"]
    assert alarms(caplog) == ["alarm: the worker refused a job that this hotline did not create"]
    assert "PWNED" not in caplog.text


@pytest.mark.fault(15)
def test_a_forged_job_is_dropped(district: District, valkey: Valkey, tmp_path: Path) -> None:
    webhook = {"url": "http://127.0.0.1:1/", "job_status": "finished", "method": "GET"}
    data = zlib.compress(json.dumps(["workers.jobs.deliver", None, [1], {}]).encode())
    job = safe_job(district.context)("forged", connection=valkey.client(), serializer="json")
    job.restore(
        {
            b"data": data,
            b"success_callback_name": b"os.getpid",
            b"failure_callback_name": b"os.getpid",
            b"stopped_callback_name": b"os.getpid",
            b"webhooks": json.dumps([webhook]).encode(),
            b"retries_left": b"9",
            b"timeout": b"86400",
        }
    )
    assert job.success_callback is None
    assert job.failure_callback is None
    assert job.stopped_callback is None
    assert (job.webhooks, job.retries_left, job.timeout) == ([], None, 20)


BOMBS = {
    "large as it lies": os.urandom(5000),
    "large when inflated": zlib.compress(b"[" + b" " * 1_000_000),
    "a stream within a stream": zlib.compress(zlib.compress(b"[" + b" " * 1_000_000)),
    "cut short": zlib.compress(json.dumps(["workers.jobs.deliver", None, [1], {}]).encode())[:-9],
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_a_job_that_is_large_is_refused_before_it_is_inflated(
    district: District, valkey: Valkey, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    job = safe_job(district.context)("forged", connection=valkey.client(), serializer="json")
    job.restore({b"data": data, b"status": b"queued"})
    assert job.data == b""

    forge(valkey.client(), None)
    valkey.client().hset("rq:job:forged", "data", data)
    work(district, valkey)
    assert alarms(caplog) == ["alarm: the worker refused a job that this hotline did not create"]


def test_the_workers_go_on_behind_a_large_job(
    district: District, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    """An attacker puts a job in the queue before a job of the hotline. The worker raises an alarm, refuses the
    attacker's job and runs the hotline's job."""
    district.enrol(Level.NATIONAL)
    tip_id = district.file_tip()
    forge(valkey.client(), None, data=zlib.compress(b"[" + b" " * 8_000_000))
    bell = RqJobs(valkey.url)
    district.jobs.ring = bell.ring  # type: ignore[method-assign]
    bell.ring(Job.ASSIGN_TIP, tip_id)
    assert valkey.client().lrange("rq:queue:worker", 0, 0) == [b"forged"]

    tracemalloc.start()
    try:
        work(district, valkey)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert most < 6_000_000
    assert alarms(caplog) == ["alarm: the worker refused a job that this hotline did not create"]
    assert district.states == ["accepted"]
    assert valkey.client().llen("rq:queue:worker") == 0


def test_no_other_field_of_a_job_is_inflated(district: District, valkey: Valkey) -> None:
    bomb = zlib.compress(b"x" * 40_000_000)
    call = zlib.compress(json.dumps(["workers.jobs.deliver", None, [1], {}]).encode())
    others = (b"exc_info", b"result", b"meta", b"description", b"created_at", b"origin")
    job = safe_job(district.context)("forged", connection=valkey.client(), serializer="json")
    tracemalloc.start()
    try:
        job.restore({b"data": call, **dict.fromkeys(others, bomb)})
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert job.data.startswith(b"[")
    assert most < 500_000


@given(st.binary(max_size=6000).map(lambda raw: raw if len(raw) % 2 else zlib.compress(raw)))
def test_whatever_lies_there_becomes_a_list_of_json_or_nothing(data: bytes) -> None:
    job = SafeJob("forged", connection=Redis(), serializer="json")
    job.restore({b"data": data})
    assert job.data == b"" or job.data.startswith(b"[")
    assert len(job.data) <= MOST_BYTES


def test_a_refusal_contains_no_argument() -> None:
    assert str(JobRefused()) == ""


def test_a_job_that_fails_tells_redis_nothing(
    district: District, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    class Loud:
        def send(self, msisdn: str, text: str) -> Any:
            raise RuntimeError(msisdn)

    district.enrol(Level.NATIONAL)
    district.tell()
    district.sms = Loud()  # type: ignore[assignment]
    RqJobs(valkey.url).ring(Job.DELIVER, 1)

    work(district, valkey)

    assert "a job of the worker failed: RuntimeError" in caplog.text
    assert "+250788" not in caplog.text
    client = valkey.client()
    for key in client.keys("*"):
        assert b"250788" not in (client.dump(key) or b"")


PROGRAM = """
import sys
from dataclasses import replace
from threading import Event
from hotline.cli.processes import stop_on_signal
from tests.workers.bare import bare_context
from workers.worker import run
stop = Event()
stop_on_signal(stop)
run(bare_context(sys.argv[1]), sys.argv[2], stop, listen_again=lambda: stop_on_signal(stop))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Returns a database with the tables of a hotline."""
    lay_tables(tmp_path / "hotline.db")
    return tmp_path / "hotline.db"


BROKEN = PROGRAM.replace(
    "run(bare_context(sys.argv[1])", "run(replace(bare_context(sys.argv[1]), now=None)"
)


def start(valkey: Valkey, database: str, program: str = PROGRAM) -> "subprocess.Popen[bytes]":
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", program, database, valkey.url],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.PIPE,
    )


def await_birth(valkey: Valkey) -> None:
    """Waits until Redis reports a blocked client, which means that a worker waits for jobs. Raises AssertionError if no
    worker waits in time."""
    for _ in range(3000):
        if valkey.client().info("clients")["blocked_clients"]:
            return
        signal.sigtimedwait([], 0.01)
    raise AssertionError("no worker")


def has_ticked(file: Path) -> bool:
    with closing(open_database(f"sqlite:///{file}")) as database, database.reading() as session:
        return health.outbox_health(session).clock_until is not None


def test_it_ends_with_zero_when_told_to_stop(valkey: Valkey, file: Path) -> None:
    process = start(valkey, f"sqlite:///{file}")
    await_birth(valkey)
    eventually(lambda: has_ticked(file))
    ends_well(process)


@pytest.mark.slow(reason="waits for a Redis that does not come")
def test_without_redis_it_owns_time_until_told_to_stop(valkey: Valkey, file: Path) -> None:
    valkey.kill()
    process = start(valkey, f"sqlite:///{file}")
    eventually(lambda: has_ticked(file))
    assert process.poll() is None
    ends_well(process)


def test_a_clock_that_breaks_ends_the_process_so_that_another_is_started(valkey: Valkey) -> None:
    process = start(valkey, "sqlite://", BROKEN)
    try:
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert b"TypeError" in said


def test_no_alert_waits_for_an_answer(district: District) -> None:
    """The thread that sends answers must wait, because another process writes to the database. The job that starts this
    thread ends without waiting."""
    district.enrol(Level.NATIONAL)
    district.tell()
    functions = safe_job(district.context).functions
    with district.database.writing():
        began = time.monotonic()
        functions[Job.ANSWER.path](1)
        assert time.monotonic() - began < 1
    functions[Job.DELIVER.path](1)
    assert district.states == ["accepted"]
    jobs.ANSWERING.rest(30)


@pytest.mark.fault(10)
def test_a_redis_that_was_restarted_finds_its_worker_again(valkey: Valkey, file: Path) -> None:
    process = start(valkey, f"sqlite:///{file}")
    await_birth(valkey)
    valkey.kill()
    valkey.restart()
    await_birth(valkey)
    ends_well(process)
