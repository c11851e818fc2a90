"""Tests faults 7 and 13 of tests/rows.py: the disk of the database or of Redis is full."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hotline.alerts import service_assignment
from hotline.core.contexts import Job
from hotline.core.database import Database
from hotline.dialogue.redis_adapters import Circuit, RqJobs
from hotline.monitoring.instruments import LineInstruments
from hotline.people.rules import Level
from tests.faults.disk import full_disk
from tests.support.callers import DANGER_HERE, FAILURE, Line, make_ready, told
from tests.support.clock import Clock
from tests.support.district import District
from tests.support.eventually import eventually
from tests.support.valkey import Valkey
from workers.clock import look_after_due

HOP_SECONDS = 5.0
PAGE = 4096


@pytest.fixture
def on_file(sqlite: Database, tmp_path: Path, clock: Clock) -> Line:
    return make_ready(sqlite, tmp_path, clock)


def sound(database: Database) -> bool:
    with database.reading() as session:
        return bool(session.scalar(text("PRAGMA integrity_check")) == "ok")


def keeping(valkey: Valkey) -> None:
    """Makes Redis write its data to the disk, as in production. Returns when Redis has written its first file
    completely."""
    client = valkey.client()
    client.config_set("appendonly", "yes")
    eventually(lambda: not _rewriting(client.info("persistence")))


def _rewriting(persistence: Any) -> bool:
    return bool(persistence["aof_rewrite_in_progress"] or persistence["aof_rewrite_scheduled"])


@pytest.mark.fault(7)
@pytest.mark.parametrize("room", [0, 1, 3])
def test_row_7_a_full_sqlite_keeps_all_or_none(on_file: Line, tmp_path: Path, room: int) -> None:
    """The disk is full from the start, or becomes full in the middle of the commit."""
    caller = told(on_file, *DANGER_HERE[:-1])
    log = (tmp_path / "hotline.db-wal").stat().st_size
    with full_disk(os.getpid(), most=log + room * PAGE if room else 0):
        began = time.monotonic()
        caller.key(DANGER_HERE[-1])
        assert caller.screen == FAILURE
        assert on_file.caller().dial().startswith(("CON ", "END "))
        assert time.monotonic() - began < HOP_SECONDS
        assert room or on_file.client.get("/readyz").status_code == 503
        assert on_file.tip.state == "draft"

    assert caller.again().startswith("CON ")
    assert on_file.tip.state == "filed"
    assert on_file.client.get("/readyz").status_code == 200
    assert sound(on_file.database)


@pytest.mark.fault(13)
@pytest.mark.slow(reason="waits until Redis notices: it writes to its disk once a second")
def test_row_13_redis_on_a_full_disk_rings_for_nobody_and_the_clock_delivers(
    district: District, valkey: Valkey, tmp_path: Path
) -> None:
    district.enrol(Level.NATIONAL)
    jobs = RqJobs(valkey.url, Circuit())
    district.jobs.ring = jobs.ring  # type: ignore[method-assign]
    keeping(valkey)
    gauges = LineInstruments(valkey.url, tmp_path)
    assert gauges.redis_fault() is None

    with full_disk(valkey.process.pid):
        full = "its disk is full or cannot be written"
        eventually(lambda: gauges.redis_fault() == full)
        assert valkey.client().get("anything") is None
        district.file_tip()
        service_assignment.assign_pending(district.context)
        district.clock.turn(seconds=2)
        look_after_due(district.context)
        assert district.states == ["accepted"]

    eventually(lambda: gauges.redis_fault() is None)
    eventually(lambda: jobs.ring(Job.DELIVER, 1))


def test_a_redis_without_memory_is_not_well(valkey: Valkey, tmp_path: Path) -> None:
    gauges = LineInstruments(valkey.url, tmp_path)
    valkey.client().config_set("maxmemory", "1")
    assert valkey.client().ping()
    assert gauges.redis_fault() == "its memory is full"
    valkey.client().config_set("maxmemory", "0")
    assert gauges.redis_fault() is None
