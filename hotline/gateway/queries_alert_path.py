"""Finds out with a single query if the hotline can send a due alert now. The hotline makes this query at the
beginning of each session.

The module also stores when the monitor last checked the hotline, so that the doctor can see a frozen monitor.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from hotline.core.database import Database, Utc
from hotline.core.driver import read_time
from hotline.gateway import tables
from hotline.gateway.rules import STALE, AlertPath
from hotline.gateway.tables import RELAY, SMS, Leader, QueuePause, QueueState
from hotline.keys.tables_canaries import REFUSAL_VALID, ProcessStart
from hotline.people.rules import RESPONDER, DeskKind
from hotline.people.tables import IS_RUNNING, Membership, Responder, active_conditions
from hotline.people.tables_desks import Desk, DeskMember

WORKERS = "workers"


_LANE = QueueState.name == SMS


_OVERSEER = (
    Membership.responder_id == Responder.id,
    IS_RUNNING,
    Desk.code == Membership.desk_code,
    Desk.kind == DeskKind.OVERSIGHT,
    Desk.retired_at.is_(None),
    DeskMember.desk_code == Desk.code,
    DeskMember.member == literal(RESPONDER).concat(cast(Responder.id, String)),
)
"""SQL conditions that are true if a `Responder` belongs to an oversight desk and has this desk's key."""
QUESTION = select(
    exists().where(*active_conditions(bindparam("at", type_=Utc))),
    exists().where(*_OVERSEER, *active_conditions(bindparam("at", type_=Utc))),
    exists().where(QueuePause.queue == SMS),
    exists().where(
        ProcessStart.role == WORKERS,
        ProcessStart.wrong_keys != "",
        ProcessStart.at > bindparam("since"),
    ),
    select(QueueState.reason).where(_LANE).scalar_subquery(),
    select(func.max(Leader.until)).where(Leader.name == RELAY).scalar_subquery(),
    select(QueueState.awaited_at).where(_LANE).scalar_subquery(),
    select(QueueState.failing_since).where(_LANE).scalar_subquery(),
    select(QueueState.failed_at).where(_LANE).scalar_subquery(),
)


def oversight_with_people(session: Session, at: datetime) -> Sequence[str]:
    """Returns the oversight desks where an active person has the desk's key."""
    return session.scalars(select(Desk.code).where(*_OVERSEER, *active_conditions(at))).all()


class TickMemory:
    """Remembers in a web process when the clock process last worked. The class uses the monotonic clock, so that a
    change of the system clock does not look like a failure of the clock process."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._until: datetime | None = None
        self._looked: float | None = None
        self._ticked: float | None = None

    def saw(self, until: datetime | None) -> bool:
        """Records `until`, the end of the newest lease of the leading clock process. Returns True if the clock process
        renewed its lease within the last minute."""
        now, looked = self._elapsed(), self._looked
        if looked is not None and until != self._until:
            # The clock process renewed its lease at some time after the last check. The code counts from that last
            # check, because the clock process may have renewed its lease just after that check.
            self._ticked = looked
        self._until, self._looked = until, now
        return self._ticked is not None and now - self._ticked <= STALE.total_seconds()


def alert_path(database: Database, at: datetime) -> AlertPath:
    """Returns the state of all parts that the hotline needs to send an alert. Raises StoreUnavailable."""
    with database.looking() as connection:
        row = connection.ask(QUESTION, at=at, since=at - REFUSAL_VALID)
    assert row is not None
    responder, oversight, is_paused, wrong_key, fault, *moments = row
    times = (None if moment is None else read_time(moment) for moment in moments)
    found = (bool(responder), bool(oversight), bool(is_paused))
    return AlertPath(*found, fault, bool(wrong_key), *times)


MONITOR = "watch"


LEASE = timedelta(minutes=1)
"""After each check, the monitor counts as working for this time. The monitor checks every ten seconds, so it makes six
checks in a minute. A check takes longer if a connection is dead or the gateway is slow."""


def note_look(session: Session, at: datetime) -> None:
    """Records that the monitor checks the hotline now."""
    tables.write_leader(session, MONITOR, at + LEASE, name=MONITOR)


def last_look(session: Session) -> datetime | None:
    """Returns the time when a monitor last checked the hotline. Returns None if no monitor has ever checked the
    hotline."""
    row = session.get(Leader, MONITOR)
    return None if row is None else row.until - LEASE


def is_starting(session: Session, at: datetime) -> bool:
    """Returns True if the processes got the signal to start less than one minute ago.

    So soon after the start, the monitor may not yet have checked the hotline for the first time.
    """
    awaited = tables.queue_state(session).awaited_at
    return awaited is not None and at - awaited < LEASE


def is_fresh(session: Session, at: datetime) -> bool:
    """Returns True if a monitor checked the hotline within the last minute, or if the processes are starting."""
    looked = last_look(session)
    return (looked is not None and at - looked < LEASE) or is_starting(session, at)
