"""What a session has been counted for, changed in the driver's own words: most hops that commit only count a topic.

It is the same row that `store/dialogue/held.py` holds, with the same guard: a counted topic costs 140 us here and 210
there.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain import trial
from hotline.domain.dialogue.ussd import Heard
from hotline.store.database import Database
from hotline.store.dialogue.openings import TALLY, ends_of
from hotline.store.driver import PlainConnection, document_of, moment_of
from hotline.store.reach.outreach import Cell

READ = ("channel", "entry", "language", "counted", "started_at", "heard", "starred")


@dataclass(slots=True)
class SessionCounts:
    """What counting reads of a session's row, and what it changes there."""

    channel: str
    entry: str
    language: str
    counted: list[str]
    started_at: datetime


Tallies = Sequence[tuple[Cell, int]]
Decide = Callable[[SessionCounts, int], Tallies]
"""What to count, told how many letters are committed; it changes the counts that it is given."""


def count(
    database: Database, key: str, *, upto: int, heard_key: str, decide: Decide
) -> Heard | None:
    """Let `decide` say what this text counts, unless it is committed; what is heard then. None for no session.

    Raises StoreUnavailable.
    """

    def work(connection: PlainConnection) -> Heard | None:
        held = " FOR UPDATE" if connection.locks_rows else ""
        asked = f"SELECT {', '.join(READ)} FROM dialogue WHERE key = {connection.mark}{held}"
        row = connection.first(asked, (key,))
        if row is None:
            return None
        channel, entry, language, counted, at, heard, starred = row
        ends = ends_of(document_of(starred) or ())
        if heard >= upto:
            return Heard(heard, ends)
        counts = SessionCounts(channel, entry, language, [*document_of(counted)], moment_of(at))
        tallies = decide(counts, heard)
        _keep(connection, key, counts, upto, heard_key)
        for cell, number in tallies:
            _tally(connection, cell, number)
        return Heard(upto, ends)

    return database.jointly(work)


def _keep(
    connection: PlainConnection, key: str, counts: SessionCounts, upto: int, heard_key: str
) -> None:
    given = (counts.language, json.dumps(counts.counted), upto, heard_key, key)
    marks = ["language", "counted", "heard", "heard_key"]
    changed = ", ".join(f"{name} = {connection.mark}" for name in marks)
    connection.change(f"UPDATE dialogue SET {changed} WHERE key = {connection.mark}", given)


def _tally(connection: PlainConnection, cell: Cell, number: int) -> None:
    """What no figure counts leaves none."""
    if cell.channel not in trial.UNCOUNTED:
        marks = ", ".join([connection.mark] * len(TALLY))
        said = f"INSERT INTO tally ({', '.join(TALLY)}) VALUES ({marks})"
        given = (cell.day.isoformat(), *[getattr(cell, name) for name in TALLY[1:-1]], number)
        connection.change(said, given)
