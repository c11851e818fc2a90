"""Raises alarms about single events. The monitor notifies the on-call contacts."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from hotline.alarms import tables
from hotline.alarms.rules import HAPPENINGS, Alarm, AlarmState
from hotline.core import long_work
from hotline.core.context import Kit
from hotline.core.database import Session


def happened(kit: Kit, alarm: Alarm) -> None:
    """Raises an alarm, so that the monitor's next check notifies the on-call contacts. Raises StoreUnavailable.

    An alarm that is already raised stays one alarm.
    """
    with kit.database.writing() as session:
        note(session, alarm, kit.now())


def in_child(kit: Kit, work: str, given: bytes = b"[]") -> bytes:
    """Runs long work in a child process. Raises an alarm if the child is late or killed. Raises WorkEnded."""
    return long_work.run(work, given, partial(happened, kit, Alarm.LONG_WORK))


def note_each(session: Session, alarm: Alarm, at: datetime) -> None:
    """Raises an alarm for which each event matters.

    An alarm that is already raised is notified again at the next check.
    """
    tables.take_turns(session)
    before = tables.standing(session).get(alarm)
    if before is None:
        note(session, alarm, at)
        return
    again = replace(before, next_at=at, acknowledged_by=None)
    tables.keep(session, alarm, again, HAPPENINGS[alarm])


def note(session: Session, alarm: Alarm, at: datetime) -> None:
    """Raises an alarm inside the caller's transaction, unless it is already raised."""
    tables.take_turns(session)
    if alarm not in tables.standing(session):
        tables.keep(session, alarm, AlarmState(alarm, since=at, next_at=at), HAPPENINGS[alarm])
