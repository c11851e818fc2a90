"""Alarms of what only happened, raised by whoever sees it; the watchman tells people."""

from dataclasses import replace
from datetime import datetime

from hotline.domain.watch.alarms import HAPPENINGS, Alarm, AlarmState
from hotline.ports import Kit
from hotline.store.database import Session
from hotline.store.watch import alarms


def happened(kit: Kit, alarm: Alarm) -> None:
    """Wake somebody, at the next look, for what only happened. Twice is once. Raises StoreUnavailable."""
    with kit.database.writing() as session:
        note(session, alarm, kit.now())


def note_each(session: Session, alarm: Alarm, at: datetime) -> None:
    """`note`, where each time matters: what stands already is told again at the next look."""
    alarms.take_turns(session)
    before = alarms.standing(session).get(alarm)
    if before is None:
        note(session, alarm, at)
        return
    again = replace(before, next_at=at, acknowledged_by=None)
    alarms.keep(session, alarm, again, HAPPENINGS[alarm])


def note(session: Session, alarm: Alarm, at: datetime) -> None:
    """`happened` inside the caller's transaction."""
    alarms.take_turns(session)
    if alarm not in alarms.standing(session):
        alarms.keep(session, alarm, AlarmState(alarm, since=at, next_at=at), HAPPENINGS[alarm])
