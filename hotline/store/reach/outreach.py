"""Reach: counters and nothing else, so that no row can be followed back to a phone.

Rows, and the questions asked of them.

In which hours a district had nobody who could be told: one row an hour, written by the relay and never changed.

Whether a phone can be reached has no history elsewhere. An hour in which no relay ran has no row, and is not counted.

How often hooks answered how fast, added up by every web process; and the counts that metrics ask for.

People counted by sketches: how far each register of a period is filled, and once the period is over, how many.

No row stands for anybody. While a period runs, its key lives too: whoever holds both could ask of one phone whether it
was perhaps seen. So the registers go when the period is over, soon after its key.
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

from hotline.domain import trial
from hotline.domain.outbox.delivery import MessageState
from hotline.domain.sketch import estimate, place
from hotline.store import database
from hotline.store.database import Row, add_if_new, insert_into
from hotline.store.driver import PreparedStatement, new_values
from hotline.store.outbox.health import ON_THE_WAY, TO_RESPONDER
from hotline.store.outbox.messages import Message

LOCK = 4_114_110_004
"""PostgreSQL's advisory lock of the counters: of two who fold at once none waits for the other in a ring."""


class Reach(Row):
    """How often one thing happened on one day."""

    __tablename__ = "reach"
    __table_args__ = (
        UniqueConstraint("day", "measure", "district", "language", "channel", "entry", "topic"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    """The day in Kigali."""
    measure: Mapped[str]
    """session, topic or tip; or how two answers of the quiz compare."""
    district: Mapped[str]
    """NISR code, "abroad", "unsure", or "" where nobody said."""
    language: Mapped[str]
    channel: Mapped[str]
    entry: Mapped[str]
    topic: Mapped[str]
    count: Mapped[int]


class Tally(Row):
    """Something that happened, until the relay has added it to its counter. `count` may be less than nothing."""

    __tablename__ = "tally"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    measure: Mapped[str]
    district: Mapped[str]
    language: Mapped[str]
    channel: Mapped[str]
    entry: Mapped[str]
    topic: Mapped[str]
    count: Mapped[int]


@dataclass(frozen=True, slots=True)
class Cell:
    """What is counted together."""

    day: date
    measure: str
    language: str
    channel: str
    entry: str
    district: str = ""
    topic: str = ""


TALLYING = PreparedStatement(
    insert(Tally.metadata.tables[Tally.__tablename__]).values(
        new_values((*(field.name for field in fields(Cell)), "count"))
    )
)
"""Made once: a hop pays for no statement to be written anew."""


def count(session: Session, cell: Cell, by: int = 1) -> None:
    """Leave a tally: nobody waits for anybody. The relay folds them. What no figure counts leaves none."""
    if cell.channel not in trial.UNCOUNTED:
        told = {f"new_{name}": value for name, value in asdict(cell).items()}
        TALLYING.rows(session, new_count=by, **told)


def fold(session: Session, limit: int) -> int:
    """Add up to `limit` tallies to the counters, each once; how many. Two who fold at once take others."""
    oldest = select(Tally.id).order_by(Tally.id).limit(limit).with_for_update(skip_locked=True)
    ids = session.scalars(oldest).all()
    taken = delete(Tally).where(Tally.id.in_(ids)).returning(*_columns(Tally), Tally.count)
    sums: Counter[Cell] = Counter()
    for *cell, number in session.execute(taken):
        sums[Cell(*cell)] += number
    database.take_turns(session, LOCK)
    _add(session, sums)
    return len(ids)


def any_tally(session: Session) -> bool:
    return session.scalar(select(Tally.id).limit(1)) is not None


def _add(session: Session, sums: Mapping[Cell, int]) -> None:
    if not sums:
        return
    new = insert_into(session, Reach)
    raised = new.on_conflict_do_update(
        index_elements=_columns(Reach), set_={"count": Reach.count + new.excluded.count}
    )
    given = [{**asdict(cell), "count": number} for cell, number in sums.items()]
    session.connection().execute(raised, given)


def counted_on(session: Session, day: date, measure: str) -> int:
    """One day's count of one measure, with what is not folded yet."""
    found = 0
    for table in (Reach, Tally):
        here = select(func.sum(table.count)).where(table.day == day, table.measure == measure)
        found += session.scalar(here) or 0
    return found


def _columns(table: type[Reach] | type[Tally]) -> list[Any]:
    """As `Cell` lists them."""
    return [getattr(table, field.name) for field in fields(Cell)]


class Coverage(Row):
    """One hour that was looked at."""

    __tablename__ = "coverage"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """Its first moment."""
    missing: Mapped[list[str]]
    """The districts that had nobody."""


def is_written(session: Session, hour: datetime) -> bool:
    return session.get(Coverage, hour) is not None


def write(session: Session, hour: datetime, missing: Collection[str]) -> None:
    """Once an hour: who comes second writes nothing."""
    add_if_new(session, Coverage(hour=hour, missing=sorted(missing)))


def write_many(session: Session, missing: Mapping[datetime, Collection[str]]) -> None:
    """Hours of which none was written."""
    rows = [{"hour": hour, "missing": sorted(codes)} for hour, codes in missing.items()]
    if rows:
        session.execute(insert(Coverage), rows)


@dataclass(frozen=True, slots=True, order=True)
class HookCount:
    """What is counted together."""

    hook: str
    outcome: str
    bound: int
    """A place in `domain.reach.measures.BOUNDS`, or the one behind them."""


class HookFigure(Row):
    """How often, since the table was made, and how long all of them took together."""

    __tablename__ = "hook_figure"

    hook: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(primary_key=True)
    bound: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    microseconds: Mapped[int] = mapped_column(BigInteger)


def add(session: Session, counted: Mapping[HookCount, tuple[int, float]]) -> None:
    """Each in the same order, so that no two processes wait for each other."""
    for one in sorted(counted):
        number, seconds = counted[one]
        key = {"hook": one.hook, "outcome": one.outcome, "bound": one.bound}
        add_if_new(session, HookFigure(**key, count=0, microseconds=0))
        session.execute(
            update(HookFigure)
            .where(*(getattr(HookFigure, name) == value for name, value in key.items()))
            .values(
                count=HookFigure.count + number,
                microseconds=HookFigure.microseconds + round(seconds * 1e6),
            )
        )


def answered(session: Session) -> Mapping[HookCount, tuple[int, float]]:
    """All of it, in seconds."""
    return {
        HookCount(row.hook, row.outcome, row.bound): (row.count, row.microseconds / 1e6)
        for row in session.scalars(select(HookFigure))
    }


def unfinished_messages(session: Session) -> Mapping[str, int]:
    """Counts the messages that wait, are being sent, are in doubt or are undeliverable, by state."""
    states = (*ON_THE_WAY, MessageState.UNKNOWN, MessageState.DEAD)
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
    """One register of one running period's sketch."""

    __tablename__ = "people_register"

    period: Mapped[str] = mapped_column(primary_key=True)
    """A month or an ISO week of Kigali: `2026-11`, `2026-W48`."""
    register: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int]


class People(Row):
    """How many people a period had, once it is over."""

    __tablename__ = "people"

    period: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


def see(session: Session, digests: Mapping[str, int]) -> None:
    """Somebody used the line: her digest in each period. A register is locked, and by nobody for longer than a hop.

    In the order of the periods, so that two who share registers never wait for each other in a ring.
    """
    places = [(period, *place(digest)) for period, digest in sorted(digests.items())]
    given = {
        f"{name}{n}": value
        for n, row in enumerate(places)
        for name, value in zip("prk", row, strict=True)
    }
    session.execute(_raising(len(places)), given)


@cache
def _raising(rows: int) -> TextClause:
    """Said in SQL, alike on both databases: each session says it once."""
    values = ", ".join(f"(:p{n}, :r{n}, :k{n})" for n in range(rows))
    return text(
        f"INSERT INTO people_register (period, register, rank) VALUES {values}"
        " ON CONFLICT (period, register) DO UPDATE SET rank = excluded.rank"
        " WHERE people_register.rank < excluded.rank"
    )


def close(session: Session, period: str) -> None:
    """Write down how many there were, and let the registers go. Twice is once."""
    add_if_new(session, People(period=period, count=_count(session, period)))
    session.execute(delete(PeopleRegister).where(PeopleRegister.period == period))


def running(session: Session) -> set[str]:
    """Periods that still have registers."""
    return set(session.scalars(select(PeopleRegister.period).distinct()))


def totals(session: Session) -> dict[str, int]:
    """People by period, of those that are over and those that run."""
    closed = {row.period: row.count for row in session.scalars(select(People))}
    return {period: _count(session, period) for period in running(session)} | closed


def _count(session: Session, period: str) -> int:
    ranks = select(PeopleRegister.rank).where(PeopleRegister.period == period)
    return estimate(session.scalars(ranks))
