"""Tests random sequences of events in one case about danger, with the real services and SQLite. No tip is lost, and
a restart loses no deadline."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from hotline.alerts import service_assignment
from hotline.core.database import Database, Session
from hotline.operations.schema import create_all
from tests.alerts.case_errands import CaseErrands, ProcessKilled
from tests.alerts.case_sums import check_logs
from tests.long import is_long, seed
from tests.support.clock import Clock
from tests.support.district import District
from tests.support.steps import Tell
from tests.support.unsynced import open_unsynced

WALKS = 200 if is_long() else 4
STEPS = 25


@pytest.mark.timeout(3600)
def test_no_danger_case_is_lost_whatever_happens(tmp_path: Path, tell_steps: Tell) -> None:
    closed = 0
    for walk in range(WALKS):
        database = open_unsynced(f"sqlite:///{tmp_path}/{walk}.db")
        create_all(database)
        chance = random.Random(f"{seed()} walk {walk}")
        errands = CaseErrands(District(database, Clock()), chance)
        for _ in range(STEPS):
            if errands.is_open:
                errands.step()
        errands.is_escalated_in_silence()
        check_logs(database)
        closed += not errands.is_open
        database.close()
    tell_steps(f"walks of a danger case: {WALKS} of {STEPS} steps, {closed} closed")


class DyingDatabase:
    """A database that kills every transaction just before its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._database.writing() as session:
            yield session
            session.flush()
            raise ProcessKilled


def test_invariant_8_no_restart_loses_a_clock_or_fires_it_twice(district: District) -> None:
    """The clock repeats a step that was not committed, and never a committed one, even without a doorbell."""
    district.man_desks()
    tip = district.tell(urgency=1)
    district.clock.turn(minutes=3)
    before = district.told(tip)
    dying = replace(district.context, database=cast(Any, DyingDatabase(district.database)))
    with pytest.raises(ProcessKilled):
        service_assignment.fire_deadlines(dying)
    assert district.told(tip) == before

    district.jobs.dead = True
    for _ in range(2):
        service_assignment.fire_deadlines(district.context)
        assert len(district.told(tip)) == len(before) + 1
    assert district.deliver() == len(before) + 1
