"""Counts how people use the hotline, its screens and the mobile networks. No row leads to a phone.

A process stores a single count (a tally), and the clock process later adds the tallies to the counters. Every web
process also adds how often and how fast the hooks answered.

For each hour, the clock process writes one row with the districts that had no active responder. If no clock process ran
in an hour, the hour has no row, and statistics leave this hour out. No other table says in which hours a responder
could be alerted.

A sketch estimates the number of people in a period. During the period, the sketch is a set of registers. After the
period, the hotline stores the number of people and deletes the registers. No row of these tables belongs to a person.
But a person who has both the registers and the key of the period could test if a phone was probably counted. So the
hotline deletes the key after the period, and the registers soon after the key.

Each screen has counters of its own for each week. A session's row records how much of the session is counted. If a
process knows more of the session than this counted part, the process adds only the screens after the counted part. With
this record, each screen of a session counts once.

The hotline counts the topics of a session in plain SQL, because most requests that write to the database only count a
topic. To count one topic, plain SQL takes 140 microseconds. With the mapped rows of `gateway/tables.py`, the same step
would take 210 microseconds. Code with plain SQL and code with mapped rows lock the same row of the session. Before each
count, the code checks that the text is not counted yet.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    TextClause,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core import database, rules_trial
from hotline.core.database import Database, Row, add_if_new, insert_into
from hotline.core.driver import PlainConnection, PreparedStatement, new_values, read_json, read_time
from hotline.core.ussd import NOTHING, CommittedText
from hotline.counters.rules import ScreenCounter, ScreenMeasure
from hotline.gateway.queries import ON_THE_WAY, TO_RESPONDER
from hotline.gateway.rules import MessageState
from hotline.gateway.tables import TALLY, Dialogue, Message, ends_of
from hotline.text.identifiers import estimate, register_and_rank

LOCK = 4_114_110_004
"""PostgreSQL's advisory lock for the counters. The lock prevents a deadlock of two processes that add up tallies at
the same time."""


class _Counted:
    """The columns that identify a group of counted events, and the column with the number of events in this group."""

    day: Mapped[date]
    """The day of the counted events, in Kigali."""
    measure: Mapped[str]
    """The kind of event: `session`, `topic` or `tip`, or a result of comparing two quiz answers."""
    district: Mapped[str]
    """The code of the district (from the statistics institute NISR), "abroad", "unsure", or "" if the caller did not
    say."""
    language: Mapped[str]
    channel: Mapped[str]
    entry: Mapped[str]
    topic: Mapped[str]
    count: Mapped[int]


class DailyCount(_Counted, Row):
    """The number of times that one kind of event occurred on one day."""

    __tablename__ = "counter"
    __table_args__ = (
        UniqueConstraint("day", "measure", "district", "language", "channel", "entry", "topic"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)


class Tally(_Counted, Row):
    """One event that the clock process has not added to its counter yet. If the clock process must subtract the event
    from the counter, the number `count` is negative.
    """

    __tablename__ = "tally"

    id: Mapped[int] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class CounterKey:
    """The values that identify one counter of events. Events with the same values belong to the same counter."""

    day: date
    measure: str
    language: str
    channel: str
    entry: str
    district: str = ""
    topic: str = ""


TALLYING = PreparedStatement(
    insert(Tally.metadata.tables[Tally.__tablename__]).values(
        new_values((*(field.name for field in fields(CounterKey)), "count"))
    )
)
"""The SQL statement that stores a tally. The statement is built once, so that a caller's request does not have to
build it."""


def count(session: Session, cell: CounterKey, by: int = 1) -> None:
    """Stores a tally (a single count). The clock process adds the tally to its counter later, so no process must wait
    for the counter now.

    Stores no tally for a channel that statistics leave out.
    """
    if cell.channel not in rules_trial.UNCOUNTED:
        values = {f"new_{name}": value for name, value in asdict(cell).items()}
        TALLYING.rows(session, new_count=by, **values)


def fold(session: Session, limit: int) -> int:
    """Adds the oldest tallies to the counters, at most `limit` of them and each only once. Returns the number of added
    tallies.

    Two processes that call this function at the same time add different tallies.
    """
    oldest = select(Tally.id).order_by(Tally.id).limit(limit).with_for_update(skip_locked=True)
    ids = session.scalars(oldest).all()
    folded = delete(Tally).where(Tally.id.in_(ids)).returning(*_columns(Tally), Tally.count)
    sums: Counter[CounterKey] = Counter()
    for *cell, number in session.execute(folded):
        sums[CounterKey(*cell)] += number
    database.take_lock(session, LOCK)
    rows = [{**asdict(cell), "count": number} for cell, number in sums.items()]
    _add_to_counters(session, DailyCount, _columns(DailyCount), rows)
    return len(ids)


def has_tallies(session: Session) -> bool:
    return session.scalar(select(Tally.id).limit(1)) is not None


def _add_to_counters(
    session: Session,
    row: "type[DailyCount] | type[ScreenCount]",
    key: Sequence[Any],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Adds each given count to the counter with the same values in the columns `key`, or inserts a new counter."""
    if rows:
        new = insert_into(session, row)
        raised = new.on_conflict_do_update(
            index_elements=key, set_={"count": row.count + new.excluded.count}
        )
        session.connection().execute(raised, rows)


def counted_on(session: Session, day: date, measure: str) -> int:
    """Returns the count of a measure on one day, including tallies that are not added up yet."""
    found = 0
    for table in (DailyCount, Tally):
        total = select(func.sum(table.count)).where(table.day == day, table.measure == measure)
        found += session.scalar(total) or 0
    return found


def _columns(table: type[DailyCount] | type[Tally]) -> list[Any]:
    """Returns the columns of a table that `CounterKey` names, in the same order."""
    return [getattr(table, field.name) for field in fields(CounterKey)]


class Coverage(Row):
    """One hour for which the hotline checked if each district had an active responder."""

    __tablename__ = "coverage"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """The start of the hour that was checked."""
    missing: Mapped[list[str]]
    """The districts without an active responder."""


def has_coverage(session: Session, hour: datetime) -> bool:
    return session.get(Coverage, hour) is not None


def write_coverages(session: Session, missing: Mapping[datetime, Collection[str]]) -> None:
    """Stores for each hour the districts without an active responder. Leaves out hours that are already stored."""
    rows = [{"hour": hour, "missing": sorted(codes)} for hour, codes in missing.items()]
    if rows:
        session.connection().execute(insert_into(session, Coverage).on_conflict_do_nothing(), rows)


@dataclass(frozen=True, slots=True, order=True)
class HookCount:
    """The values that identify one counter of a hook's answers. Answers with the same values belong to the same
    counter. A hook is an address of the hotline that the gateway calls.
    """

    hook: str
    outcome: str
    bound: int
    """The index of a time limit in `counters.rules.BOUNDS`. For an answer that is slower than all limits, the value is
    the length of `BOUNDS`."""


class HookCounter(Row):
    """The number of answers of a hook in one month, and the total time that they took."""

    __tablename__ = "hook_counter"

    month: Mapped[str] = mapped_column(primary_key=True)
    """A month in Kigali: `2026-11`."""
    hook: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(primary_key=True)
    bound: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    microseconds: Mapped[int] = mapped_column(BigInteger)


def add_hook_counts(
    session: Session, counted: Mapping[HookCount, tuple[int, float]], month: str
) -> None:
    """Adds the counted answers of hooks to the counters of this month. The function changes the counters in a fixed
    order, so that two processes never deadlock.
    """
    for hook_count in sorted(counted):
        number, seconds = counted[hook_count]
        key = {"month": month, **asdict(hook_count)}
        add_if_new(session, HookCounter(**key, count=0, microseconds=0))
        session.execute(
            update(HookCounter)
            .where(*(getattr(HookCounter, name) == value for name, value in key.items()))
            .values(
                count=HookCounter.count + number,
                microseconds=HookCounter.microseconds + round(seconds * 1e6),
            )
        )


def hook_counters(session: Session, month: str = "") -> Mapping[HookCount, tuple[int, float]]:
    """Returns the counters of a month. If `month` is empty, returns the counters of all months. All times in these
    counters are in seconds."""
    found: dict[HookCount, tuple[int, float]] = {}
    for row in session.scalars(select(HookCounter).where(HookCounter.month.startswith(month))):
        key = HookCount(row.hook, row.outcome, row.bound)
        number, seconds = found.get(key, (0, 0.0))
        found[key] = (number + row.count, seconds + row.microseconds / 1e6)
    return found


def unfinished_messages(session: Session) -> Mapping[str, int]:
    """Counts unfinished messages by state: waiting, being sent, in doubt, or undeliverable."""
    states = (*ON_THE_WAY, MessageState.UNKNOWN, MessageState.UNDELIVERABLE)
    rows = session.execute(
        select(Message.state, func.count())
        .where(TO_RESPONDER, Message.state.in_(states))
        .group_by(Message.state)
    )
    found = dict.fromkeys(map(str, states), 0)
    for state, count in rows:
        found[state] = count
    return found


class PeopleRegister(Row):
    """One register (a small number) of the sketch that estimates the number of people in a current period."""

    __tablename__ = "people_register"

    period: Mapped[str] = mapped_column(primary_key=True)
    """A month or an ISO week in Kigali, such as `2026-11` or `2026-W48`."""
    register: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int]


class People(Row):
    """The number of people in one completed period."""

    __tablename__ = "people"

    period: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


def note_person(session: Session, digests: Mapping[str, int]) -> None:
    """Records that a caller used the hotline. `digests` has the caller's digest for each period. Only one transaction
    at a time can lock a register (a number from which the hotline estimates how many people called). This function
    always takes the periods in the same order, so that two requests never deadlock.
    """
    places = [(period, *register_and_rank(digest)) for period, digest in sorted(digests.items())]
    values = {
        f"{name}{n}": value
        for n, row in enumerate(places)
        for name, value in zip("prk", row, strict=True)
    }
    session.execute(_raising(len(places)), values)


@cache
def _raising(rows: int) -> TextClause:
    """Returns the SQL statement that raises `rows` registers to new values. PostgreSQL and SQLite use the same
    statement. The code builds the statement only once, because each session of a caller runs it.
    """
    values = ", ".join(f"(:p{n}, :r{n}, :k{n})" for n in range(rows))
    return text(
        f"INSERT INTO people_register (period, register, rank) VALUES {values} ON CONFLICT (period, register)"
        " DO UPDATE SET rank = excluded.rank WHERE people_register.rank < excluded.rank"
    )


def close_period(session: Session, period: str) -> None:
    """Stores the number of people of a period, and deletes its registers. A second call for the same period changes
    nothing."""
    add_if_new(session, People(period=period, count=_count(session, period)))
    session.execute(delete(PeopleRegister).where(PeopleRegister.period == period))


def running_periods(session: Session) -> set[str]:
    """Returns the periods that still have registers."""
    return set(session.scalars(select(PeopleRegister.period).distinct()))


def totals(session: Session) -> dict[str, int]:
    """Returns the number of people in each completed or current period."""
    ended = {row.period: row.count for row in session.scalars(select(People))}
    return {period: _count(session, period) for period in running_periods(session)} | ended


def _count(session: Session, period: str) -> int:
    ranks = select(PeopleRegister.rank).where(PeopleRegister.period == period)
    return estimate(session.scalars(ranks))


class ScreenCount(Row):
    """The count of one screen or network, for the sessions that began in one week of a month."""

    __tablename__ = "screen_count"

    week: Mapped[date] = mapped_column(primary_key=True)
    """The first day of the week in Kigali: the 1st, 8th, 15th or 22nd."""
    measure: Mapped[str] = mapped_column(primary_key=True)
    """A `counters.rules.ScreenMeasure`, which decides the meaning of `name`."""
    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


@dataclass(slots=True)
class CountedSession:
    """The columns of a session's row that the code needs to count screens."""

    key: str
    started_at: datetime
    upto: int
    """The length in letters of the part of the session's text whose screens are already counted."""


_DIALOGUE = Dialogue.metadata.tables[Dialogue.__tablename__]
_MARKING = (
    update(_DIALOGUE)
    .where(_DIALOGUE.c.key == bindparam("held"))
    .values(screens_counted=bindparam("upto"))
)


def lock_sessions(session: Session, keys: Collection[str]) -> Mapping[str, CountedSession]:
    """Returns the rows of the given sessions. Leaves out sessions that statistics do not count. Locks the rows of these
    sessions in a fixed order. The rows stay locked until the transaction ends."""
    statement = (
        select(Dialogue.key, Dialogue.started_at, Dialogue.screens_counted)
        .where(Dialogue.key.in_(keys), Dialogue.channel.not_in(rules_trial.UNCOUNTED))
        .order_by(Dialogue.key)
        .with_for_update()
    )
    return {
        key: CountedSession(key, at, NOTHING if upto is None else upto)
        for key, at, upto in session.execute(statement)
    }


def mark_counted(session: Session, counted: Sequence[CountedSession]) -> None:
    """Records for each session the number of letters of its text whose screens are already counted."""
    if counted:
        values = [{"held": row.key, "upto": row.upto} for row in counted]
        session.connection().execute(_MARKING, values)


def add(session: Session, counts: Mapping[tuple[date, ScreenCounter], int]) -> None:
    """Adds the given counts of screens to the counters. The function changes the counters in a fixed order, so that two
    processes never deadlock."""
    rows = [
        {"week": week, **counter._asdict(), "count": number}
        for (week, counter), number in sorted(counts.items())
    ]
    key = [ScreenCount.week, ScreenCount.measure, ScreenCount.name]
    _add_to_counters(session, ScreenCount, key, rows)


def screen_totals(
    session: Session, measure: ScreenMeasure, begins: date, ends: date
) -> Mapping[str, int]:
    """Returns the counts of one measure, keyed by counter name, for the weeks that begin from `begins` on and before
    `ends`.
    """
    statement = (
        select(ScreenCount.name, func.sum(ScreenCount.count))
        .where(ScreenCount.measure == measure, ScreenCount.week >= begins, ScreenCount.week < ends)
        .group_by(ScreenCount.name)
        .order_by(ScreenCount.name)
    )
    return {name: int(count) for name, count in session.execute(statement)}


READ = ("channel", "entry", "language", "counted", "started_at", "committed", "starred")


@dataclass(slots=True)
class SessionCounts:
    """The columns of a session's row that the code needs to count topics."""

    channel: str
    entry: str
    language: str
    counted: list[str]
    started_at: datetime


Tallies = Sequence[tuple[CounterKey, int]]
CountDecision = Callable[[SessionCounts, int], Tallies]
"""A function that decides which events of a session to count. The function gets the row of the session, and the number
of letters of the session's text that are already stored. The function can change the row.
"""


def count_text(
    database: Database, key: str, *, upto: int, text_key: str, decide: CountDecision
) -> CommittedText | None:
    """Counts the events that the function `decide` returns, unless this text of the session was counted before. Returns
    the number of letters of the session's text that are now stored.

    Returns None if the database has no session with the key `key`. Raises StoreUnavailable.
    """

    def work(connection: PlainConnection) -> CommittedText | None:
        lock = " FOR UPDATE" if connection.locks_rows else ""
        question = f"SELECT {', '.join(READ)} FROM dialogue WHERE key = {connection.mark}{lock}"
        row = connection.first(question, (key,))
        if row is None:
            return None
        channel, entry, language, counted, at, committed, starred = row
        ends = ends_of(read_json(starred) or ())
        if committed >= upto:
            return CommittedText(committed, ends)
        counts = SessionCounts(channel, entry, language, [*read_json(counted)], read_time(at))
        tallies = decide(counts, committed)
        values = (counts.language, json.dumps(counts.counted), upto, text_key, key)
        columns = ("language", "counted", "committed", "text_key")
        changes = ", ".join(f"{name} = {connection.mark}" for name in columns)
        connection.change(f"UPDATE dialogue SET {changes} WHERE key = {connection.mark}", values)
        for cell, number in tallies:
            _tally(connection, cell, number)
        return CommittedText(upto, ends)

    return database.jointly(work)


def _tally(connection: PlainConnection, cell: CounterKey, number: int) -> None:
    """Stores a tally (a single count), except for a channel that statistics leave out."""
    if cell.channel not in rules_trial.UNCOUNTED:
        marks = ", ".join([connection.mark] * len(TALLY))
        statement = f"INSERT INTO tally ({', '.join(TALLY)}) VALUES ({marks})"
        values = (cell.day.isoformat(), *[getattr(cell, name) for name in TALLY[1:-1]], number)
        connection.change(statement, values)
