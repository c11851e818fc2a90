"""Finds the reason why no alert can be sent. `/readyz`, the doctor and flows that promise an alert ask for it."""

from datetime import datetime

from hotline.domain.outbox.alert_path import Blocked, blocked
from hotline.ports import DoorKit
from hotline.store.database import Database
from hotline.store.outbox import messages
from hotline.store.watch import alarms


def why_blocked(kit: DoorKit) -> Blocked | None:
    """Returns the reason why alerts are blocked, or None if they can be sent. Raises StoreUnavailable."""
    at = kit.now()
    path = alarms.find(kit.database, at)
    return blocked(path, at, fresh=kit.ticks.saw(path.clock_until))


def await_senders(database: Database, at: datetime) -> None:
    """Records that the sending processes are starting. They count as running until their clock ticks.

    Raises StoreUnavailable.
    """
    with database.writing() as session:
        messages.await_senders(session, at)


def begin(database: Database, at: datetime) -> None:
    """Records it once for a new installation, so that no caller is promised an alert without senders.

    Raises StoreUnavailable.
    """
    with database.writing() as session:
        if messages.lane_of(session).awaited_at is None:
            messages.await_senders(session, at)
