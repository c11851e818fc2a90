"""Gives each prepared phone its own hotline, so that the traces of one phone do not affect another."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from hotline.dialogue.replay_cache import SessionMemory
from hotline.gateway.stand_ins import FakeJobs, FakeStarts, FakeStates
from tests.support.callers import Line
from tests.support.clock import Clock
from tests.support.unsynced import open_unsynced

MONTH = timedelta(days=31)


@contextmanager
def copied(line: Line, folder: Path, *, months: int = 0) -> Iterator[Line]:
    """Copies a hotline with SQLite to another folder, some months later. The copy sends its SMS to the same place as
    the first hotline."""
    folder.mkdir()
    file = folder / "hotline.db"
    with line.database.engine.connect() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(file),))
    database = open_unsynced(f"sqlite:///{file}")
    clock, runs, jobs = Clock(line.clock.at + months * MONTH), FakeStates(), FakeJobs()
    context = replace(
        line.context,
        database=database,
        now=clock,
        runs=runs,
        jobs=jobs,
        notes=FakeStarts(),
        sessions=SessionMemory(),
    )
    try:
        yield replace(
            line,
            context=context,
            database=database,
            clock=clock,
            runs=runs,
            jobs=jobs,
            numbers=count(1),
        )
    finally:
        database.close()
        shutil.rmtree(folder)
