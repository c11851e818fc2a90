"""Stores the raised alarms, the on-call contacts, and the notices sent about each alarm.

Stores when the monitor looked last, next to the relay's row, so that the doctor notices a frozen monitor.

Moves every waiting time forward. Otherwise a clock that was set back would delay them for too long.

Stores the canaries of lasting keys, and the last start of each process.

Reads in one query the state of each part that an alert passes on its way out. Each session begins with it.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    Select,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.call_back import KIGALI
from hotline.domain.outbox.alert_path import STALE, AlertPath
from hotline.domain.outbox.delivery import FINAL_STATES, Priority
from hotline.domain.tip import TipState
from hotline.domain.watch.alarms import Alarm, AlarmState
from hotline.errors import NotFound
from hotline.store import database
from hotline.store.database import Database, Row, add_if_new, insert_into, is_any
from hotline.store.driver import moment_of
from hotline.store.outbox import messages
from hotline.store.outbox.messages import (
    RELAY,
    SMS,
    Deadline,
    Lane,
    LaneHold,
    Leader,
    Message,
    Watcher,
)
from hotline.store.tips.tips import Tip

STOPPED = "stopped"
"""The reason for an on-call contact who sent STOP and wants no more SMS."""
LOCK = 4_114_110_024
"""The PostgreSQL advisory lock of the monitors. They take turns, so that no notice is sent twice."""


class RaisedAlarm(Row):
    """One raised alarm. Its columns are the fields of a `domain.watch.alarms.AlarmState`."""

    __tablename__ = "alarm"

    name: Mapped[str] = mapped_column(primary_key=True)
    """A `domain.watch.alarms.Alarm`."""
    says: Mapped[str]
    """The doctor's text about it. Holds no phone number and no text of a tip."""
    since: Mapped[datetime]
    next_at: Mapped[datetime]
    level: Mapped[int]
    told: Mapped[int]
    well_since: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]


def take_turns(session: Session) -> None:
    """Waits until no other monitor works. SQLite's writers queue anyway."""
    database.take_turns(session, LOCK)


STATE = ("since", "next_at", "level", "told", "well_since", "acknowledged_by")
"""The fields that a row and an `AlarmState` share."""


def standing(session: Session) -> dict[Alarm, AlarmState]:
    """Returns every raised alarm. Ignores alarms that only another release knows."""
    return {
        Alarm(row.name): AlarmState(Alarm(row.name), **{one: getattr(row, one) for one in STATE})
        for row in session.scalars(select(RaisedAlarm))
        if row.name in set(Alarm)
    }


def texts(session: Session) -> dict[str, str]:
    """Returns the text of each raised alarm, by its name."""
    rows = session.execute(select(RaisedAlarm.name, RaisedAlarm.says))
    return {row.name: row.says for row in rows}


def raised(session: Session) -> Sequence[RaisedAlarm]:
    """Returns the alarms of which a contact was notified, oldest first."""
    told = select(RaisedAlarm).where(RaisedAlarm.told > 0)
    return session.scalars(told.order_by(RaisedAlarm.since, RaisedAlarm.name)).all()


def keep(session: Session, alarm: Alarm, now: AlarmState | None, says: str) -> None:
    """Replaces the stored state of an alarm. None deletes it."""
    session.execute(delete(RaisedAlarm).where(RaisedAlarm.name == alarm))
    if now is not None:
        state = {one: getattr(now, one) for one in STATE}
        session.add(RaisedAlarm(name=alarm, says=says, **state))
    session.flush()


def watchers(session: Session) -> Sequence[Watcher]:
    """Returns the active on-call contacts, in the order of enrolment."""
    return session.scalars(select(Watcher).where(Watcher.active).order_by(Watcher.id)).all()


def can_be_woken(session: Session) -> bool:
    """Returns True if SMS can reach at least one on-call contact."""
    return is_any(session, Watcher.id, Watcher.active, Watcher.unreachable.is_(None))


def enrol(session: Session, watcher: Watcher) -> bool:
    """Adds an on-call contact. Returns False if that number is one already.

    A contact who was removed or unreachable becomes active again, with the new name and language.
    """
    if add_if_new(session, watcher):
        return True
    held = select(Watcher).where(Watcher.number_key == watcher.number_key).with_for_update()
    row = session.scalars(held).one()
    if row.active and row.unreachable is None:
        return False
    row.name, row.language = watcher.name, watcher.language
    row.active, row.unreachable = True, None
    return True


def silence(session: Session, number_key: str, reason: str) -> None:
    """Marks a number as unreachable, so that it gets no more notices."""
    there = update(Watcher).where(Watcher.number_key == number_key)
    session.execute(there.values(unreachable=reason))


def watcher_for_writing(session: Session, watcher_id: int) -> Watcher:
    """Returns an active on-call contact, locked for writing. Raises NotFound."""
    held = select(Watcher).where(Watcher.id == watcher_id, Watcher.active).with_for_update()
    row = session.scalars(held).one_or_none()
    if row is None:
        raise NotFound(f"nobody of number {watcher_id} is woken")
    return row


def notices_of(session: Session, alarm: RaisedAlarm) -> Sequence[Message]:
    """Returns the newest notice of an alarm for each contact, and for the other channel."""
    written = select(Message).where(
        Message.priority == Priority.MONITOR, Message.created_at >= alarm.since
    )
    told = notice_parameters(alarm.name, alarm.since)
    rows = [row for row in session.scalars(written.order_by(Message.id)) if row.parameters == told]
    return [*{row.watcher_id: row for row in rows}.values()]


def notice_parameters(alarm: str, since: datetime) -> dict[str, Any]:
    """Returns the values for the text of a notice: the alarm's name and its start."""
    return {"name": alarm, "time": f"{since.astimezone(KIGALI):%d/%m %H:%M}"}


def newest_to_contacts(session: Session) -> Message | None:
    """Returns the newest notice to a contact with a reachable number, or None."""
    reached = select(Watcher.id).where(Watcher.active, Watcher.unreachable.is_(None))
    written = select(Message).where(Message.watcher_id.in_(reached))
    return session.scalars(written.order_by(Message.id.desc()).limit(1)).one_or_none()


def notices(session: Session, ids: Sequence[int]) -> Sequence[Message]:
    found = select(Message).where(Message.id.in_(ids), Message.priority == Priority.MONITOR)
    return session.scalars(found.order_by(Message.id)).all()


WATCH = "watch"
LEASE = timedelta(minutes=1)
"""Six rounds of ten seconds. A round takes longer if it tries a dead connection or a slow gateway."""


def note(session: Session, at: datetime) -> None:
    """Records that the monitor looks at this moment."""
    messages.write_leader(session, WATCH, at + LEASE, name=WATCH)


def last(session: Session) -> datetime | None:
    """Returns the last time a monitor looked. None if it never did."""
    row = session.get(Leader, WATCH)
    return None if row is None else row.until - LEASE


def is_starting(session: Session, at: datetime) -> bool:
    """Returns True if the processes were told to start within the lease. Then the monitor may not have looked yet."""
    awaited = messages.lane_of(session).awaited_at
    return awaited is not None and at - awaited < LEASE


def is_fresh(session: Session, at: datetime) -> bool:
    """Returns True if a monitor looked within its lease, or is starting."""
    looked = last(session)
    return (looked is not None and at - looked < LEASE) or is_starting(session, at)


Kept = TypeVar("Kept", bound=Row)


def bring_forward(session: Session, by: timedelta) -> None:
    """Moves deadlines, due messages, leases, drafts' times and a paused queue's end forward by this much.

    Skips rows that another process has locked, because that process is about to change them.
    """
    for deadline in _held(session, select(Deadline).where(Deadline.fired_at.is_(None))):
        deadline.due_at -= by
        deadline.set_at = deadline.set_at and deadline.set_at - by
        deadline.named_at = deadline.named_at and deadline.named_at - by
    for message in _held(session, select(Message).where(Message.state.not_in(FINAL_STATES))):
        message.next_at -= by
        message.lease_until = message.lease_until and message.lease_until - by
    for tip in _held(session, select(Tip).where(Tip.state == TipState.DRAFT)):
        tip.updated_at -= by
    for lane in _held(session, select(Lane).where(Lane.held_until.is_not(None))):
        lane.held_until = lane.held_until and lane.held_until - by


def _held(session: Session, rows: Select[Kept]) -> list[Kept]:
    return list(session.scalars(rows.with_for_update(skip_locked=True)))


SAID_AGAIN = timedelta(minutes=10)
"""The time after which a refused start no longer counts. A refused process reports it again within seconds."""

GONE = timedelta(days=30)
"""The age at which starts are deleted. A container has another name at each start."""


class KeyCanary(Row):
    """One text sealed with a lasting key (`sealing/keys/canaries.py`). A name has two rows while its key is rotated."""

    __tablename__ = "key_canary"

    name: Mapped[str] = mapped_column(primary_key=True)
    """The key's file, such as `relay.key`. Every role that has the file has the same key."""
    canary: Mapped[bytes] = mapped_column(primary_key=True)


class ProcessStart(Row):
    """The last start of one role's processes on one machine."""

    __tablename__ = "process_start"

    role: Mapped[str] = mapped_column(primary_key=True)
    """A `bootstrap.Role`."""
    host: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    wrong_keys: Mapped[str]
    """The keys that do not decrypt their canaries, separated by commas. Empty if all keys fit."""
    second_channel: Mapped[bool | None]
    """For `watch`: True if it can send alarms by mail or command."""


def canaries(session: Session) -> Mapping[str, Sequence[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for row in session.scalars(select(KeyCanary)):
        found[row.name].append(row.canary)
    return found


def add(session: Session, name: str, canary: bytes) -> None:
    add_if_new(session, KeyCanary(name=name, canary=canary))


def drop(session: Session, name: str, canary: bytes) -> None:
    session.execute(delete(KeyCanary).where(KeyCanary.name == name, KeyCanary.canary == canary))


def note_start(session: Session, start: ProcessStart) -> None:
    """Replaces the last start of a role on a machine. Also deletes old starts, since their machines no longer exist."""
    session.execute(delete(ProcessStart).where(ProcessStart.at < start.at - GONE))
    values = {
        "at": start.at,
        "wrong_keys": start.wrong_keys,
        "second_channel": start.second_channel,
    }
    table = ProcessStart.__table__
    written = insert_into(session, ProcessStart).values(role=start.role, host=start.host, **values)
    session.execute(
        written.on_conflict_do_update(index_elements=[table.c.role, table.c.host], set_=values)
    )


def refused(session: Session, at: datetime) -> Sequence[ProcessStart]:
    """Returns the recent starts that a wrong key stopped."""
    asked = select(ProcessStart).where(
        ProcessStart.wrong_keys != "", ProcessStart.at > at - SAID_AGAIN
    )
    return session.scalars(asked.order_by(ProcessStart.role, ProcessStart.host)).all()


def has_second_channel(session: Session) -> bool:
    """Returns True if the newest start of `watch` reports that it can send alarms by mail or command."""
    asked = select(ProcessStart.second_channel).where(ProcessStart.second_channel.is_not(None))
    return bool(session.scalar(asked.order_by(ProcessStart.at.desc()).limit(1)))


WORKERS = "workers"
_LANE = Lane.name == SMS
QUESTION = select(
    exists().where(LaneHold.lane == SMS),
    exists().where(
        ProcessStart.role == WORKERS,
        ProcessStart.wrong_keys != "",
        ProcessStart.at > bindparam("since"),
    ),
    select(Lane.reason).where(_LANE).scalar_subquery(),
    select(func.max(Leader.until)).where(Leader.name == RELAY).scalar_subquery(),
    select(Lane.awaited_at).where(_LANE).scalar_subquery(),
    select(Lane.failing_since).where(_LANE).scalar_subquery(),
    select(Lane.failed_at).where(_LANE).scalar_subquery(),
)


class TickMemory:
    """One web process's record of the relay's ticks, by elapsed time. A changed wall clock is no outage."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._until: datetime | None = None
        self._looked: float | None = None
        self._ticked: float | None = None

    def saw(self, until: datetime | None) -> bool:
        """Notes the newest tick, and returns True if one came within the last minute."""
        now, looked = self._elapsed(), self._looked
        if looked is not None and until != self._until:
            # The tick came between the two looks, perhaps just after the first.
            self._ticked = looked
        self._until, self._looked = until, now
        return self._ticked is not None and now - self._ticked <= STALE.total_seconds()


def find(database: Database, at: datetime) -> AlertPath:
    """Returns the state of the alert path. Raises StoreUnavailable."""
    with database.looking() as connection:
        row = connection.ask(QUESTION, since=at - SAID_AGAIN)
    assert row is not None
    held, wrong_key, fault, *moments = row
    times = (None if one is None else moment_of(one) for one in moments)
    return AlertPath(bool(held), fault, bool(wrong_key), *times)
