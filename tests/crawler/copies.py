"""A line of its own for each standing: what one leaves behind is no other's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from hotline.dialogue.replay_cache import SessionMemory
from hotline.gateway.stand_ins import FakeJobs, FakeNotes, FakeRuns
from tests.callers import Line
from tests.conftest import Clock
from tests.unsynced import open_unsynced

MONTH = timedelta(days=31)


@contextmanager
def copied(line: Line, folder: Path, *, months: int = 0) -> Iterator[Line]:
    """A copy of a line on SQLite, in another folder and so many months later. Its SMS go where the first one's go."""
    folder.mkdir()
    file = folder / "hotline.db"
    with line.database.engine.connect() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(file),))
    database = open_unsynced(f"sqlite:///{file}")
    clock, runs, jobs = Clock(line.clock.at + months * MONTH), FakeRuns(), FakeJobs()
    kit = replace(
        line.kit,
        database=database,
        now=clock,
        runs=runs,
        jobs=jobs,
        notes=FakeNotes(),
        sessions=SessionMemory(),
    )
    try:
        yield replace(
            line, kit=kit, database=database, clock=clock, runs=runs, jobs=jobs, numbers=count(1)
        )
    finally:
        database.close()
        shutil.rmtree(folder)
