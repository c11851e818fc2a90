"""Reach: counters and nothing else, so that no row can be followed back to a phone.

Rows, and the questions asked of them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint, delete, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain import trial
from hotline.store.database import Row, insert_into
from hotline.store.driver import PreparedStatement, new_values

LOCK = 4_114_110_004
"""PostgreSQL's advisory lock of the counters: the release before counts in them, in each hop."""


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
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
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
