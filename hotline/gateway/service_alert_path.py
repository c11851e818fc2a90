"""Finds the reason why no alert can be sent. `/readyz`, the doctor and flows that promise an alert ask for it."""

from datetime import datetime

from hotline.core.context import DoorKit
from hotline.core.database import Database
from hotline.gateway import queries_alert_path, tables
from hotline.gateway.rules_alert_path import Blocked, blocked


def why_blocked(kit: DoorKit) -> Blocked | None:
    """Returns the reason why alerts are blocked, or None if they can be sent. Raises StoreUnavailable."""
    at = kit.now()
    path = queries_alert_path.find(kit.database, at)
    return blocked(path, at, fresh=kit.ticks.saw(path.clock_until))


def await_senders(database: Database, at: datetime) -> None:
    """Records that the sending processes are starting. They count as running until their clock ticks.

    Raises StoreUnavailable.
    """
    with database.writing() as session:
        tables.await_senders(session, at)


def begin(database: Database, at: datetime) -> None:
    """Records it once for a new installation, so that no caller is promised an alert without senders.

    Raises StoreUnavailable.
    """
    with database.writing() as session:
        if tables.lane_of(session).awaited_at is None:
            tables.await_senders(session, at)
