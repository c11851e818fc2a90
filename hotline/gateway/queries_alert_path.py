"""Reads in one question whether an alert that is due now can leave. Each session begins with it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from hotline.core.database import Database, Utc
from hotline.core.driver import read_time
from hotline.gateway import tables
from hotline.gateway.rules_alert_path import STALE, AlertPath
from hotline.gateway.tables import RELAY, SMS, Leader, QueuePause, QueueState
from hotline.keys.tables_canaries import REFUSAL_VALID, ProcessStart
from hotline.people.tables import active_conditions

WORKERS = "workers"


_LANE = QueueState.name == SMS


QUESTION = select(
    exists().where(*active_conditions(bindparam("at", type_=Utc))),
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


def alert_path(database: Database, at: datetime) -> AlertPath:
    """Returns the state of the alert path. Raises StoreUnavailable."""
    with database.looking() as connection:
        row = connection.ask(QUESTION, at=at, since=at - REFUSAL_VALID)
    assert row is not None
    responder, held, wrong_key, fault, *moments = row
    times = (None if one is None else read_time(one) for one in moments)
    return AlertPath(bool(responder), bool(held), fault, bool(wrong_key), *times)


# Stores when the monitor last looked, so that the doctor sees one that is frozen.

MONITOR = "watch"


LEASE = timedelta(minutes=1)
"""Six rounds of ten seconds. A round takes longer if it tries a dead connection or a slow gateway."""


def note_look(session: Session, at: datetime) -> None:
    """Records that the monitor looks at this moment."""
    tables.write_leader(session, MONITOR, at + LEASE, name=MONITOR)


def last_look(session: Session) -> datetime | None:
    """Returns the last time a monitor looked. None if it never did."""
    row = session.get(Leader, MONITOR)
    return None if row is None else row.until - LEASE


def is_starting(session: Session, at: datetime) -> bool:
    """Returns True if the processes were told to start within the lease. Then the monitor may not have looked yet."""
    awaited = tables.queue_state(session).awaited_at
    return awaited is not None and at - awaited < LEASE


def is_fresh(session: Session, at: datetime) -> bool:
    """Returns True if a monitor looked within its lease, or is starting."""
    looked = last_look(session)
    return (looked is not None and at - looked < LEASE) or is_starting(session, at)
