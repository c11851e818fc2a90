"""Imports every table, so that one metadata object has them all."""

from typing import Any

from sqlalchemy import ColumnElement, Index, and_
from sqlalchemy.orm import InstrumentedAttribute

from hotline.statistics import tables  # noqa: F401
from hotline.store.accounts import accounts, approvals, sessions  # noqa: F401
from hotline.store.cases import case_keys, case_log, case_people  # noqa: F401
from hotline.store.changes import changes, signatures, text_questions  # noqa: F401
from hotline.store.database import Database, Row
from hotline.store.desk import audit, desks, recovery_pairs  # noqa: F401
from hotline.store.dialogue import contacts, readings  # noqa: F401
from hotline.store.dialogue.contacts import InboundSeen
from hotline.store.flows import flows, publications  # noqa: F401
from hotline.store.outbox import messages, reply_answers  # noqa: F401
from hotline.store.outbox.messages import Deadline, Message
from hotline.store.people import enrolments, pin_warnings, responders  # noqa: F401
from hotline.store.people.enrolments import Enrolment
from hotline.store.people.responders import Membership
from hotline.store.reach import outreach, screen_counts  # noqa: F401
from hotline.store.referrals import asked_back, receipts, retention  # noqa: F401
from hotline.store.referrals.drills import exercises  # noqa: F401
from hotline.store.rolls import joined  # noqa: F401
from hotline.store.sms import inbound  # noqa: F401
from hotline.store.tips import call_backs, guesses, likeness, tips, visible  # noqa: F401
from hotline.store.tips.tips import DRAFT, WAITS, Tip
from hotline.store.watch import alarms, trials  # noqa: F401

METADATA = Row.metadata


def _partial(
    name: str,
    where: ColumnElement[bool],
    *columns: InstrumentedAttribute[Any],
    unique: bool = False,
) -> None:
    """Creates an index over a part of a table.

    It is in this module, apart from the row classes, because PostgreSQL's part loads its whole dialect. A process on
    SQLite needs none of it.
    """
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_partial("tip_waits", WAITS, Tip.urgency, Tip.id)
_partial("tip_open", Tip.closed_at.is_(None), Tip.filed_at)
_partial("tip_closure", Tip.closure_requested_at.is_not(None), Tip.closure_requested_at)
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
_partial("deadline_open", Deadline.fired_at.is_(None), Deadline.due_at)
_partial("deadline_one", Deadline.fired_at.is_(None), Deadline.tip_id, Deadline.kind, unique=True)
_partial(
    "message_contact",
    Message.contact_key.is_not(None),
    Message.contact_key,
    Message.created_at,
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
    """Creates every table at once, for tests. Migrations create the tables of a real database."""
    METADATA.create_all(database.engine)
