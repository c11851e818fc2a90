"""Imports the classes of all tables, so that one metadata object contains every table."""

from importlib import import_module
from typing import Any

from sqlalchemy import ColumnElement, Index, and_
from sqlalchemy.orm import InstrumentedAttribute

import hotline.alerts.queries_retention
import hotline.tips.queries
import hotline.tips.queries_visible  # noqa: F401
from hotline.core.database import Database, Row
from hotline.core.environment import CHECKOUT
from hotline.gateway.tables import Assignment, Deadline, InboundSeen, Message
from hotline.people.tables import Enrolment, Membership
from hotline.tips.tables import DRAFT, IS_WAITING, Tip

# The metadata contains a table only after the module of its class was imported.
for path in sorted(CHECKOUT.glob("hotline/*/tables*.py")):
    import_module(f"hotline.{path.parent.name}.{path.stem}")
METADATA = Row.metadata


def _partial(
    name: str,
    where: ColumnElement[bool],
    *columns: InstrumentedAttribute[Any],
    unique: bool = False,
) -> None:
    """Creates an index over a part of a table.

    The row classes do not contain such indexes, because an index with PostgreSQL's options loads PostgreSQL's whole
    dialect. A process on SQLite does not need that dialect.
    """
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_partial("tip_waits", IS_WAITING, Tip.urgency, Tip.id)
_partial("tip_open", Tip.closed_at.is_(None), Tip.filed_at)
_partial("tip_closure", Tip.closure_requested_at.is_not(None), Tip.closure_requested_at)
_partial("tip_danger", Tip.danger_at.is_not(None), Tip.danger_at)
_partial("tip_silent", Tip.state == DRAFT, Tip.updated_at)
_partial(
    "membership_one",
    Membership.until_at.is_(None),
    Membership.responder_id,
    Membership.desk_code,
    unique=True,
)
_partial("membership_desk", Membership.until_at.is_(None), Membership.desk_code)
_partial("enrolment_open", Enrolment.ended_at.is_(None), Enrolment.responder_id, unique=True)
_partial("assignment_name", Assignment.repeats_id.is_(None), Assignment.reference, unique=True)
_partial("deadline_open", Deadline.fired_at.is_(None), Deadline.due_at)
_partial("deadline_one", Deadline.fired_at.is_(None), Deadline.tip_id, Deadline.kind, unique=True)
_partial(
    "message_contact", Message.contact_key.is_not(None), Message.contact_key, Message.created_at
)
_partial("message_answers", Message.contact_key.is_not(None), Message.created_at)
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
    """Creates every table at once, for tests. In a real database, migrations create the tables."""
    METADATA.create_all(database.engine)
