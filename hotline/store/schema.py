"""Every family of rows, imported so that one metadata knows them all."""

from typing import Any

from sqlalchemy import ColumnElement, Index, and_
from sqlalchemy.orm import InstrumentedAttribute

from hotline.store import (  # noqa: F401
    alarms,
    answers,
    asked_back,
    audit,
    call_backs,
    contacts,
    desks,
    flows,
    guesses,
    inbound,
    joined,
    likeness,
    measures,
    messages,
    outreach,
    people,
    publications,
    receipts,
    reply_answers,
    responders,
    retention,
    tips,
)
from hotline.store.contacts import InboundSeen
from hotline.store.database import Database, Row
from hotline.store.messages import Deadline
from hotline.store.tips import DRAFT, WAITS, Tip

METADATA = Row.metadata


def _partial(
    name: str,
    where: ColumnElement[bool],
    *columns: InstrumentedAttribute[Any],
    unique: bool = False,
) -> None:
    """An index over a part of a table.

    Here and not beside the rows: naming PostgreSQL's half of it loads its whole dialect, and a process that starts on
    SQLite has no use for that.
    """
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_partial("tip_waits", WAITS, Tip.urgency, Tip.id)
_partial("tip_silent", Tip.state == DRAFT, Tip.updated_at)
_partial("deadline_open", Deadline.fired_at.is_(None), Deadline.due_at)
_partial("deadline_one", Deadline.fired_at.is_(None), Deadline.tip_id, Deadline.kind, unique=True)
_partial(
    "inbound_seen_unlisted",
    and_(
        InboundSeen.proved_at.is_(None),
        InboundSeen.unproven_at.is_(None),
        InboundSeen.sms_key.is_not(None),
    ),
    InboundSeen.received_at,
)


def create_all(database: Database) -> None:
    """Every table, at once: for tests. A real database is made by the migrations."""
    METADATA.create_all(database.engine)
