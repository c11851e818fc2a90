"""Reads, in one question, how everything stands that an alert passes on its way out. Each session begins with it."""

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select

from hotline.domain.outbox.alert_path import STALE, AlertPath
from hotline.store.database import Database
from hotline.store.driver import moment_of
from hotline.store.outbox.lanes import RELAY, SMS
from hotline.store.outbox.messages import Lane, LaneHold, Leader
from hotline.store.watch.alarms import SAID_AGAIN, ProcessStart

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
    """What a web process remembers of the clock's ticks, by its own time: a wall clock that is turned is no outage."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._until: datetime | None = None
        self._looked: float | None = None
        self._ticked: float | None = None

    def saw(self, until: datetime | None) -> bool:
        """Notes the newest tick, and returns True if one came within the last minute."""
        now, looked = self._elapsed(), self._looked
        if looked is not None and until != self._until:
            # Between the two looks, and perhaps just after the first.
            self._ticked = looked
        self._until, self._looked = until, now
        return self._ticked is not None and now - self._ticked <= STALE.total_seconds()


def find(database: Database, at: datetime) -> AlertPath:
    """Raises StoreUnavailable."""
    with database.looking() as connection:
        row = connection.ask(QUESTION, since=at - SAID_AGAIN)
    assert row is not None
    held, wrong_key, fault, *moments = row
    clock_until, awaited_at, failing_since, failed_at = (
        None if one is None else moment_of(one) for one in moments
    )
    return AlertPath(
        held=bool(held),
        fault=fault,
        wrong_key=bool(wrong_key),
        clock_until=clock_until,
        awaited_at=awaited_at,
        failing_since=failing_since,
        failed_at=failed_at,
    )
