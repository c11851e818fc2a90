"""People counted by sketches: how far each register of a period is filled, and once the period is over, how many.

No row stands for anybody. While a period runs, its key lives too: whoever holds both could ask of one phone whether it
was perhaps seen. So the registers go when the period is over, soon after its key.
"""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import TextClause, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.sketch import estimate, place
from hotline.store.database import Row, add_if_new


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
