"""Stores the state and the text of each raised alarm."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.alarms.rules import Alarm, AlarmState
from hotline.core import database

LOCK = 4_114_110_024
"""The PostgreSQL advisory lock that a process takes before it changes the state of an alarm."""


class RaisedAlarm(database.Row):
    """A raised alarm."""

    __tablename__ = "alarm"

    name: Mapped[str] = mapped_column(primary_key=True)
    """The value of an `alarms.rules.Alarm`."""
    message: Mapped[str]
    """The text that the command `hotline doctor` shows for this alarm. This text contains no phone number and no text
    of a tip."""
    since: Mapped[datetime]
    next_at: Mapped[datetime]
    level: Mapped[int]
    notices: Mapped[int]
    well_since: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]


def take_lock(session: Session) -> None:
    """Waits until no other process is changing alarms. SQLite needs no lock, because SQLite allows only one writer."""
    database.take_lock(session, LOCK)


STATE = ("since", "next_at", "level", "notices", "well_since", "acknowledged_by")
"""The names of the fields that `RaisedAlarm` and `AlarmState` have in common."""


def raised_alarms(session: Session) -> dict[Alarm, AlarmState]:
    """Returns every raised alarm. Leaves out alarms from other versions of the program that this version does not
    know."""
    return {
        Alarm(row.name): AlarmState(Alarm(row.name), **{name: getattr(row, name) for name in STATE})
        for row in session.scalars(select(RaisedAlarm))
        if row.name in set(Alarm)
    }


def alarm_texts(session: Session) -> dict[str, str]:
    """Returns the text of each raised alarm, keyed by the name of the alarm."""
    rows = session.execute(select(RaisedAlarm.name, RaisedAlarm.message))
    return {row.name: row.message for row in rows}


def notified_alarms(session: Session) -> Sequence[RaisedAlarm]:
    """Returns the alarms of which a contact was notified, oldest first."""
    notified = select(RaisedAlarm).where(RaisedAlarm.notices > 0)
    return session.scalars(notified.order_by(RaisedAlarm.since, RaisedAlarm.name)).all()


def save(session: Session, alarm: Alarm, now: AlarmState | None, message: str) -> None:
    """Replaces the stored state of an alarm. If `now` is None, deletes the state."""
    session.execute(delete(RaisedAlarm).where(RaisedAlarm.name == alarm))
    if now is not None:
        state = {name: getattr(now, name) for name in STATE}
        session.add(RaisedAlarm(name=alarm, message=message, **state))
    session.flush()
