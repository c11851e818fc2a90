"""Raises the alarms that report a single event, such as a jump of the system clock. The monitor then notifies the
on-call contacts."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from hotline.alarms import tables
from hotline.alarms.rules import EVENT_ALARMS, Alarm, AlarmState
from hotline.core import long_work
from hotline.core.contexts import Context
from hotline.core.database import Session


def raise_alarm(context: Context, alarm: Alarm) -> None:
    """Raises an alarm. At its next check, the monitor notifies the on-call contacts. Raises StoreUnavailable.

    If this alarm is already raised, the function changes nothing.
    """
    with context.database.writing() as session:
        record(session, alarm, context.now())


def run_in_child(context: Context, work: str, task_input: bytes = b"[]") -> bytes:
    """Runs a slow task in a child process. Raises an alarm if the child process takes too long, needs too much memory,
    or is killed. Raises WorkEnded."""
    return long_work.run(work, task_input, partial(raise_alarm, context, Alarm.LONG_WORK))


def record_each(session: Session, alarm: Alarm, at: datetime) -> None:
    """Raises an alarm about a single event, or raises it again if it is already raised.

    In both cases, the monitor notifies the contacts at its next check.
    """
    tables.take_lock(session)
    before = tables.raised_alarms(session).get(alarm)
    if before is None:
        record(session, alarm, at)
        return
    again = replace(before, next_at=at, acknowledged_by=None)
    tables.save(session, alarm, again, EVENT_ALARMS[alarm])


def record(session: Session, alarm: Alarm, at: datetime) -> None:
    """Raises an alarm inside the transaction of the calling function. If the alarm is already raised, changes
    nothing."""
    tables.take_lock(session)
    if alarm not in tables.raised_alarms(session):
        tables.save(session, alarm, AlarmState(alarm, since=at, next_at=at), EVENT_ALARMS[alarm])
