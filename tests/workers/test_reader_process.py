"""Tests the reader process: its queue notifies it, it also checks without a notification, and it ends when the test
asks it to end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from hotline.core.contexts import READER_QUEUE, Job
from hotline.core.database import open_database
from hotline.dialogue.redis_adapters import RqJobs
from tests.support.callers import Line
from tests.support.reading import PIN, ReaderBeside, at_her_desk, at_home, reader_beside
from tests.support.valkey import Valkey
from workers.reader import LOOK_SECONDS, Reader, look_until
from workers.worker import make_worker


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    return reader_beside(line)


@contextmanager
def looking(beside: ReaderBeside) -> Iterator[None]:
    """Runs a reader in its own thread, and a web process that waits with the real clock."""
    door = replace(beside.line.context.reader, pause=time.sleep, elapsed=time.monotonic)
    beside.line.context = replace(beside.line.context, reader=door)
    stop = Event()
    thread = Thread(target=look_until, args=(beside.context, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        beside.context.bell.set()
        thread.join()


def test_nobody_who_waits_needs_the_bell(beside: ReaderBeside) -> None:
    phone, _ = at_her_desk(beside)
    phone.dial("90")
    with looking(beside):
        assert at_home(phone).startswith("CON Open cases: 1.")
    assert LOOK_SECONDS <= 0.25


def test_a_ring_of_the_reader_s_queue_wakes_it(beside: ReaderBeside, valkey: Valkey) -> None:
    RqJobs(valkey.url).ring(Job.READ, 7)
    worker = make_worker(beside.context, valkey.url, READER_QUEUE)
    worker.work(burst=True, logging_level="WARNING")
    assert beside.context.bell.is_set()


def test_the_reader_takes_no_job_of_the_workers(beside: ReaderBeside, valkey: Valkey) -> None:
    worker = make_worker(beside.context, valkey.url, READER_QUEUE)
    assert set(worker.job_class.functions) == {Job.READ.path}  # type: ignore[attr-defined]


def test_a_failed_look_is_named(beside: ReaderBeside, caplog: pytest.LogCaptureFixture) -> None:
    broken = replace(beside.context, database=None)  # type: ignore[arg-type]
    Reader(broken).look()
    assert "the reader process could not finish its work: AttributeError" in caplog.text
    assert PIN not in caplog.text


def test_a_database_that_is_away_is_logged_once_a_minute_with_its_cause_and_once_when_it_is_back(
    beside: ReaderBeside, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    now = [0.0]
    reader = Reader(beside.context, elapsed=lambda: now[0])
    reader.look()
    reader._context = replace(
        beside.context, database=open_database(f"sqlite:///{tmp_path}/no/such.db")
    )
    for now[0] in (1.0, 1.25, 1.5, 60.0, 61.0, 61.25):
        reader.look()
    says = "the reader cannot answer: the database does not answer: the file cannot be opened"
    assert caplog.messages == [says, says]

    reader._context = beside.context
    reader.look()
    reader.look()
    assert caplog.messages[2:] == ["the database answers again, and so does the reader"]
