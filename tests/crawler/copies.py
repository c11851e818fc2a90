"""Copies a hotline for each prepared phone. Also makes a small list of places whose names occur in no text of the
flows.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hotline.dialogue.replay_cache import SessionMemory
from hotline.flows.conversation import Option
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import PlaceLists, place_lists
from hotline.gateway.stand_ins import FakeJobs, FakeStarts, FakeStates
from hotline.text.languages import CODES
from tests.support.callers import Line
from tests.support.clock import Clock
from tests.support.unsynced import open_unsynced

MONTH = timedelta(days=31)


@contextmanager
def copied(line: Line, folder: Path, *, months: int = 0) -> Iterator[Line]:
    """Copies a hotline with SQLite to another folder, and sets the copy's clock some months later. The SMS of the
    copy are recorded together with the SMS of the first hotline.
    """
    folder.mkdir()
    file = folder / "hotline.db"
    with line.database.engine.connect() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(file),))
    database = open_unsynced(f"sqlite:///{file}")
    clock = Clock(line.clock.at + months * MONTH)
    new: dict[str, Any] = {"database": database, "runs": FakeStates(), "jobs": FakeJobs()}
    context = replace(line.context, now=clock, notes=FakeStarts(), sessions=SessionMemory(), **new)
    try:
        yield replace(line, context=context, clock=clock, numbers=count(1), **new)
    finally:
        database.close()
        shutil.rmtree(folder)


def small(line: Line) -> Line:
    """Returns the same hotline, but with the small list of places."""
    books = SqlFlowSets(line.database, canaries())
    return replace(line, context=replace(line.context, flow_sets=books))


def large(line: Line) -> Line:
    """Returns the same hotline, but with all places of the country."""
    return replace(
        line, context=replace(line.context, flow_sets=SqlFlowSets(line.database, place_lists()))
    )


def canaries() -> PlaceLists:
    return PlaceLists(
        {
            name: tuple(
                Option(one.value, dict.fromkeys(CODES, f"Zuzu{name.replace('.', '')}"))
                for one in options[:1]
            )
            for name, options in place_lists().items()
        }
    )
