"""Says why no alert can leave: asked before a caller is told that an alert left, by `/readyz` and by the doctor."""

from datetime import datetime

from hotline.domain.outbox.alert_path import Blocked, blocked
from hotline.ports import DoorKit
from hotline.store.database import Database
from hotline.store.outbox import messages
from hotline.store.watch import alarms


def why_blocked(kit: DoorKit) -> Blocked | None:
    """Returns None where an alert can leave. Raises StoreUnavailable."""
    at = kit.now()
    path = alarms.find(kit.database, at)
    return blocked(path, at, fresh=kit.ticks.saw(path.clock_until))


def await_senders(database: Database, at: datetime) -> None:
    """The processes that send are told to start now: until their clock ticks, they are believed.

    Raises StoreUnavailable.
    """
    with database.writing() as session:
        messages.await_senders(session, at)


def begin(database: Database, at: datetime) -> None:
    """A line that never ran is awaited once: from then on no caller is promised what nobody sends.

    Raises StoreUnavailable.
    """
    with database.writing() as session:
        if messages.lane_of(session).awaited_at is None:
            messages.await_senders(session, at)
