"""How often hooks answered how fast, added up by every web process; and the counts that metrics ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.outbox.delivery import MessageState
from hotline.store.database import Row, add_if_new
from hotline.store.outbox.health import UNSENT
from hotline.store.outbox.messages import Message


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
    states = (*UNSENT, MessageState.UNKNOWN, MessageState.DEAD)
    rows = session.execute(
        select(Message.state, func.count()).where(Message.state.in_(states)).group_by(Message.state)
    )
    found = dict.fromkeys(map(str, states), 0)
    for state, count in rows:
        found[state] = count
    return found
