"""Counts the use of the hotline with counters only, so that no row leads to a phone.

Stores for each hour the districts that had no active responder. The relay writes this row once. No other table records
if a phone could be reached. An hour in which no relay ran has no row and does not count.

Stores how often and how fast hooks answered. Every web process adds its numbers. Reads the numbers for the metrics.

Estimates the number of people with sketches: registers during a period, and one number after its end. No row belongs to
a person. During a period, its key still exists. A person with the registers and the key could test if a certain phone
was perhaps counted. So the registers are deleted after the end of the period, soon after the key.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    TextClause,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core import database, rules_trial
from hotline.core.database import Row, add_if_new, insert_into
from hotline.core.driver import PreparedStatement, new_values
from hotline.gateway.queries_health import ON_THE_WAY, TO_RESPONDER
from hotline.gateway.rules_delivery import MessageState
from hotline.gateway.tables import Message
from hotline.text.sketch import estimate, register_and_rank

LOCK = 4_114_110_004
"""PostgreSQL's advisory lock for the counters. It prevents a deadlock of two processes that add up tallies at the
same time."""


class _Counted:
    """The columns by which events are counted together, and their number."""

    day: Mapped[date]
    """The day in Kigali."""
    measure: Mapped[str]
    """`session`, `topic` or `tip`, or the name of a comparison of two quiz answers."""
    district: Mapped[str]
    """The NISR code, "abroad", "unsure", or "" if the caller did not say."""
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
    """One event that the relay has not added to its counter yet. `count` may be negative."""

    __tablename__ = "tally"

    id: Mapped[int] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class CounterKey:
    """The values by which events are counted together."""

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
"""The statement is built once, so that hops do not have to build it."""


def count(session: Session, cell: CounterKey, by: int = 1) -> None:
    """Stores a tally that the relay adds up later, so that no process waits.

    It stores none for channels that statistics leave out.
    """
    if cell.channel not in rules_trial.UNCOUNTED:
        values = {f"new_{name}": value for name, value in asdict(cell).items()}
        TALLYING.rows(session, new_count=by, **values)


def fold(session: Session, limit: int) -> int:
    """Adds up to `limit` tallies to the counters, each once, and returns how many it added.

    Two processes that do this at the same time take different tallies.
    """
    oldest = select(Tally.id).order_by(Tally.id).limit(limit).with_for_update(skip_locked=True)
    ids = session.scalars(oldest).all()
    folded = delete(Tally).where(Tally.id.in_(ids)).returning(*_columns(Tally), Tally.count)
    sums: Counter[CounterKey] = Counter()
    for *cell, number in session.execute(folded):
        sums[CounterKey(*cell)] += number
    database.take_lock(session, LOCK)
    _add(session, sums)
    return len(ids)


def has_tallies(session: Session) -> bool:
    return session.scalar(select(Tally.id).limit(1)) is not None


def _add(session: Session, sums: Mapping[CounterKey, int]) -> None:
    if not sums:
        return
    new = insert_into(session, DailyCount)
    raised = new.on_conflict_do_update(
        index_elements=_columns(DailyCount), set_={"count": DailyCount.count + new.excluded.count}
    )
    given = [{**asdict(cell), "count": number} for cell, number in sums.items()]
    session.connection().execute(raised, given)


def counted_on(session: Session, day: date, measure: str) -> int:
    """Returns the count of a measure on one day, including tallies that are not added up yet."""
    found = 0
    for table in (DailyCount, Tally):
        here = select(func.sum(table.count)).where(table.day == day, table.measure == measure)
        found += session.scalar(here) or 0
    return found


def _columns(table: type[DailyCount] | type[Tally]) -> list[Any]:
    """Returns the columns in the order of `CounterKey`."""
    return [getattr(table, field.name) for field in fields(CounterKey)]


class Coverage(Row):
    """One hour for which the hotline checked if responders were active."""

    __tablename__ = "coverage"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """The start of the hour."""
    missing: Mapped[list[str]]
    """The districts without an active responder."""


def has_coverage(session: Session, hour: datetime) -> bool:
    return session.get(Coverage, hour) is not None


def write_coverage(session: Session, hour: datetime, missing: Collection[str]) -> None:
    """Stores the result for one hour. It does nothing if that hour is already stored."""
    add_if_new(session, Coverage(hour=hour, missing=sorted(missing)))


def write_coverages(session: Session, missing: Mapping[datetime, Collection[str]]) -> None:
    """Stores many hours that are not stored yet."""
    rows = [{"hour": hour, "missing": sorted(codes)} for hour, codes in missing.items()]
    if rows:
        session.execute(insert(Coverage), rows)


@dataclass(frozen=True, slots=True, order=True)
class HookCount:
    """The values by which answers of hooks are counted together."""

    hook: str
    outcome: str
    bound: int
    """An index in `counters.rules.BOUNDS`, or the index after its end."""


class HookCounter(Row):
    """The number of answers in one month, and the total time that they took."""

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
    """Adds to the counters in a fixed order, so that two processes never wait for each other."""
    for one in sorted(counted):
        number, seconds = counted[one]
        key = {"month": month, "hook": one.hook, "outcome": one.outcome, "bound": one.bound}
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
    """Returns the counters of a month, or without `month` those of all months. Times are in seconds."""
    found: dict[HookCount, tuple[int, float]] = {}
    for row in session.scalars(select(HookCounter).where(HookCounter.month.startswith(month))):
        of = HookCount(row.hook, row.outcome, row.bound)
        number, seconds = found.get(of, (0, 0.0))
        found[of] = (number + row.count, seconds + row.microseconds / 1e6)
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
    """One register of the sketch of a current period."""

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
    """Records that a caller used the hotline, by the caller's digest in each period. Only one hop at a time can lock a
    register.

    The periods have a fixed order, so that hops with the same registers never deadlock.
    """
    places = [(period, *register_and_rank(digest)) for period, digest in sorted(digests.items())]
    given = {
        f"{name}{n}": value
        for n, row in enumerate(places)
        for name, value in zip("prk", row, strict=True)
    }
    session.execute(_raising(len(places)), given)


@cache
def _raising(rows: int) -> TextClause:
    """Returns the SQL for this number of rows, which is the same for both databases. Each session runs it once."""
    values = ", ".join(f"(:p{n}, :r{n}, :k{n})" for n in range(rows))
    return text(
        f"INSERT INTO people_register (period, register, rank) VALUES {values}"
        " ON CONFLICT (period, register) DO UPDATE SET rank = excluded.rank"
        " WHERE people_register.rank < excluded.rank"
    )


def close_period(session: Session, period: str) -> None:
    """Stores the number of people of a period, and deletes its registers. A second call changes nothing."""
    add_if_new(session, People(period=period, count=_count(session, period)))
    session.execute(delete(PeopleRegister).where(PeopleRegister.period == period))


def running_periods(session: Session) -> set[str]:
    """Returns the periods that still have registers."""
    return set(session.scalars(select(PeopleRegister.period).distinct()))


def totals(session: Session) -> dict[str, int]:
    """Returns the number of people by period, for completed and current periods."""
    closed = {row.period: row.count for row in session.scalars(select(People))}
    return {period: _count(session, period) for period in running_periods(session)} | closed


def _count(session: Session, period: str) -> int:
    ranks = select(PeopleRegister.rank).where(PeopleRegister.period == period)
    return estimate(session.scalars(ranks))
