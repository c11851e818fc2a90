"""Finds out if the hotline can alert a responder, and the reason if it cannot.

`/readyz` and all flows that promise an alert use this module.
"""

from datetime import datetime

from hotline.core.contexts import WebContext
from hotline.core.database import Database
from hotline.gateway import queries_alert_path, tables
from hotline.gateway.rules import BlockReason, block_reason
from hotline.people import tables_desks


def current_alert_path(context: WebContext) -> tuple[bool, BlockReason | None, bool]:
    """Returns three values about alerts. The first is True if the hotline can alert at least one responder. The second
    is the reason why the hotline cannot send alerts, or None. The third is True if an oversight desk can get complaints
    about the national desk.

    Raises StoreUnavailable.
    """
    at = context.now()
    path = queries_alert_path.alert_path(context.database, at)
    fresh = context.ticks.saw(path.clock_until)
    oversight = path.has_oversight and _counts(context, at)
    return path.has_responder, block_reason(path, at, fresh=fresh), oversight


def _counts(context: WebContext, at: datetime) -> bool:
    """Returns True if at least one oversight desk has an active person and a signed key that is still valid."""
    with context.database.reading() as session:
        codes = queries_alert_path.oversight_with_people(session, at)
        keys = tables_desks.desk_keys(session, codes)
    return any(context.encrypter.counting(keys, at).values())


def await_senders(database: Database, at: datetime) -> None:
    """Records that the sending processes are starting. The sending processes count as running until the clock process
    has worked once.

    Raises StoreUnavailable.
    """
    with database.writing() as session:
        tables.await_senders(session, at)


def begin_waiting(database: Database, at: datetime) -> None:
    """Records for a new installation that the sending processes are starting. Records nothing if the hotline has
    recorded a start before. Without this record, the hotline would promise an alert to callers before any process can
    send alerts.

    Raises StoreUnavailable.
    """
    with database.writing() as session:
        if tables.queue_state(session).awaited_at is None:
            tables.await_senders(session, at)
