"""How often screens were shown and answered, and where sessions were left. Rows, and the questions asked of them.

Counters by week and by names of screens, flows and networks. What is counted of a session stands in its row: whoever
knows more of it adds the difference, so that it counts once, whoever counts, and however often.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, bindparam, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain import trial
from hotline.domain.dialogue.ussd import NOTHING
from hotline.domain.reach.screens import ScreenCounter, ScreenMeasure, WalkedAt
from hotline.domain.tip import Matter, TipState
from hotline.store.database import Row, insert_into
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.tips.tips import Tip


class ScreenCount(Row):
    """How often one thing happened in the sessions that began in one week of a month."""

    __tablename__ = "screen_count"

    week: Mapped[date] = mapped_column(primary_key=True)
    """Its first day, in Kigali: the 1st, 8th, 15th or 22nd."""
    measure: Mapped[str] = mapped_column(primary_key=True)
    """A `domain.reach.screens.ScreenMeasure`, which says what `name` is."""
    name: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The flows that were shown; 0 where the measure is not by flows' revisions."""
    count: Mapped[int] = mapped_column(BigInteger)


@dataclass(slots=True)
class CountedSession:
    """What counting reads of a session's row, and changes there."""

    key: str
    counted: list[str]
    started_at: datetime
    upto: int
    """Letters of its text whose screens are counted."""


@dataclass(frozen=True, slots=True)
class ToldReport:
    """What one session's report came to."""

    state: TipState
    place: str
    answered_at: datetime
    """When the answer came that filed it, or the last one."""


_DIALOGUE = Dialogue.metadata.tables[Dialogue.__tablename__]
_MARKING = (
    update(_DIALOGUE)
    .where(_DIALOGUE.c.key == bindparam("held"))
    .values(screens_counted=bindparam("upto"), counted=bindparam("names"))
)


def hold(session: Session, keys: Collection[str]) -> Mapping[str, CountedSession]:
    """The rows that are counted in figures, held until this transaction ends, always in one order."""
    asked = (
        select(Dialogue.key, Dialogue.counted, Dialogue.started_at, Dialogue.screens_counted)
        .where(Dialogue.key.in_(keys), Dialogue.channel.not_in(trial.UNCOUNTED))
        .order_by(Dialogue.key)
        .with_for_update()
    )
    return {
        key: CountedSession(key, counted, at, NOTHING if upto is None else upto)
        for key, counted, at, upto in session.execute(asked)
    }


def mark(session: Session, counted: Sequence[CountedSession]) -> None:
    """These are counted so far."""
    if counted:
        given = [{"held": one.key, "upto": one.upto, "names": one.counted} for one in counted]
        session.connection().execute(_MARKING, given)


def add(session: Session, counts: Mapping[tuple[date, ScreenCounter], int]) -> None:
    """Each in the same order, so that no two processes wait for each other in a ring."""
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


def reports(session: Session, keys: Collection[str]) -> Mapping[str, Sequence[ToldReport]]:
    """What these sessions told in the report."""
    asked = select(Tip.session_key, Tip.state, Tip.place, Tip.filed_at, Tip.updated_at).where(
        Tip.session_key.in_(keys), Tip.matter == Matter.TIP
    )
    found: dict[str, list[ToldReport]] = {}
    for key, state, place, filed_at, updated_at in session.execute(asked):
        answered_at = updated_at if filed_at is None else min(filed_at, updated_at)
        found.setdefault(key, []).append(ToldReport(TipState(state), place, answered_at))
    return found


def walks(
    session: Session, measure: ScreenMeasure, begins: date, ends: date
) -> Mapping[str, Mapping[WalkedAt, int]]:
    """Counts by name, each by week, language and revision, of weeks that begin from one day on and before another."""
    at = (ScreenCount.week, ScreenCount.language, ScreenCount.revision_id)
    asked = select(ScreenCount.name, *at, ScreenCount.count).where(
        ScreenCount.measure == measure, ScreenCount.week >= begins, ScreenCount.week < ends
    )
    found: dict[str, dict[WalkedAt, int]] = {}
    for name, week, language, revision_id, count in session.execute(asked):
        found.setdefault(name, {})[WalkedAt(week, language, revision_id)] = int(count)
    return found


def totals(session: Session, measure: ScreenMeasure, begins: date, ends: date) -> Mapping[str, int]:
    """Counts by name, of weeks that begin from one day on and before another."""
    asked = (
        select(ScreenCount.name, func.sum(ScreenCount.count))
        .where(ScreenCount.measure == measure, ScreenCount.week >= begins, ScreenCount.week < ends)
        .group_by(ScreenCount.name)
        .order_by(ScreenCount.name)
    )
    return {name: int(count) for name, count in session.execute(asked)}
