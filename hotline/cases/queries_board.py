"""Reads the cases of a desk's board for a viewer, and their handover notes. Each query uses `visible_to`.

The queries of the board read no encrypted columns.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from hotline.alerts.tables_case_events import CaseEventRow, CaseNote
from hotline.cases.queries_list import OF_OFFER, OF_PERSON, OPEN, WAITING
from hotline.cases.rules_board import BoardCase
from hotline.core.database import has_row, run_uncompiled
from hotline.core.wording import Template
from hotline.gateway.tables import (
    IS_CURRENT,
    IS_HELD,
    TRULY_DUE,
    Assignment,
    Deadline,
    Message,
    assigned_to,
)
from hotline.people.tables import Responder
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_roster import HandoverNote
from hotline.tips.queries_visible import Viewer, visible_to
from hotline.tips.rules import OVERSEEN
from hotline.tips.rules_deadlines import ASKS, TIMES, DeadlineKind
from hotline.tips.tables import IS_REAL_CASE, STORM_ORDER, Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral

_IS_TIP, *_IS_WHOLE = IS_REAL_CASE
IS_ON_BOARD = (or_(_IS_TIP, Tip.official == OVERSEEN), *_IS_WHOLE)


def open_cases(session: Session, viewer: Viewer | None) -> Sequence[BoardCase]:
    """Returns the open cases that this viewer may see, and closed cases with an overdue fact about a person.

    A complaint has a list of its own, and a drill is never late. So the board shows no drills, and of complaints only
    those about the national desk. Oversight desks have no other cases.
    """
    run_uncompiled(session)
    clocks, owed = _clocks().subquery(), _owed().subquery()
    own = (Assignment.tip_id == Tip.id, Assignment.responder_id == Tip.assignee_id)
    read = exists().where(*own, Assignment.opened_at.is_not(None)).correlate(Tip)
    passed = exists().where(*own, Assignment.passed_at.is_not(None)).correlate(Tip)
    arrived = select(func.min(Assignment.on_site_at)).where(Assignment.tip_id == Tip.id, IS_CURRENT)
    taken_by = select(Responder.name).where(Responder.id == Tip.assignee_id).correlate(Tip)
    reader_id = viewer.responder_id if viewer else None
    known_as = select(func.max(Assignment.reference)).where(
        Assignment.tip_id == Tip.id, Assignment.responder_id == (reader_id or 0)
    )
    found = (
        select(
            *(Tip.id, Tip.urgency, Tip.filed_at, STORM_ORDER, Tip.closed_at.is_not(None)),
            *(Tip.assignee_id.is_not(None), clocks.c.asked, clocks.c.overdue),
            *(passed, read),
            arrived.correlate(Tip).scalar_subquery(),
            case((OPEN, Tip.closure_requested_at)),
            *(owed.c.due_at, clocks.c.held, clocks.c.open, clocks.c.outcome, clocks.c.closure),
            *(Tip.place, Tip.within, Tip.sector, Tip.category, Tip.official, Tip.basis, Tip.visit),
            *(Tip.do_not_visit, Tip.visit_decision, taken_by.scalar_subquery()),
            known_as.correlate(Tip).scalar_subquery(),
        )
        .outerjoin(clocks, clocks.c.tip_id == Tip.id)
        .outerjoin(owed, owed.c.tip_id == Tip.id)
        .where(*IS_ON_BOARD, Tip.filed_at.is_not(None), visible_to(viewer))
        .where(or_(OPEN, Tip.id.in_(select(owed.c.tip_id))))
    )
    return [BoardCase(*row) for row in session.execute(found)]


def _clocks() -> Select[Any]:
    """Returns a query for the open deadlines of each tip."""

    def due(*kinds: DeadlineKind) -> ColumnElement[Any]:
        return func.min(case((Deadline.kind.in_(kinds), TRULY_DUE)))

    return (
        select(
            Deadline.tip_id,
            due(*ASKS).is_not(None).label("asked"),
            due(DeadlineKind.OVERDUE).is_not(None).label("overdue"),
            due(DeadlineKind.HELD).label("held"),
            due(DeadlineKind.OPEN).label("open"),
            due(DeadlineKind.OUTCOME).label("outcome"),
            due(DeadlineKind.CONFIRM_CLOSURE, DeadlineKind.DECISION).label("closure"),
        )
        .where(Deadline.fired_at.is_(None))
        .group_by(Deadline.tip_id)
    )


def _owed() -> Select[Any]:
    """Returns a query for the tips with an overdue fact about a person, each with its next reminder."""
    facts = union_all(
        select(ServiceReferral.tip_id, ServiceReferral.due_at).where(*OF_OFFER),
        select(PossibleVictim.tip_id, PossibleVictim.due_at).where(*OF_PERSON),
    ).subquery()
    return select(facts.c.tip_id, func.min(facts.c.due_at).label("due_at")).group_by(facts.c.tip_id)


def count_late(session: Session, viewer: Viewer, at: datetime) -> int:
    """Returns how many tips that this viewer may see were not taken in time."""
    late = (
        and_(Tip.urgency == level, Tip.filed_at <= at - times.acknowledge)
        for level, times in TIMES.items()
    )
    found = (
        select(func.count()).select_from(Tip).where(*WAITING, *IS_REAL_CASE, ~IS_HELD, or_(*late))
    )
    return session.scalar(found.where(visible_to(viewer))) or 0


def version(session: Session) -> tuple[int, ...]:
    """Returns a value that changes with each event of a case, each new deadline and each row of the audit log."""
    last = [
        select(func.max(column)).scalar_subquery()
        for column in (CaseEventRow.id, Deadline.id, AuditEntry.id)
    ]
    return tuple(one or 0 for one in session.execute(select(*last)).one())


def was_nudged(session: Session, tip_id: int, responder_id: int, since: datetime) -> bool:
    """Returns True if this responder was asked for news of the tip since this time."""
    news = (Message.template == Template.FOLLOW.name, Message.created_at > since)
    of_it = Message.assignment_id.in_(
        select(Assignment.id).where(*assigned_to(tip_id, responder_id))
    )
    return has_row(session, Message.id, Message.responder_id == responder_id, *news, of_it)


class CaseHandover(NamedTuple):
    """A handover note about a case, encrypted with the key of its tip."""

    tip_id: int
    uid: str
    person_id: int
    """The person who wrote it."""
    at: datetime
    key: str
    """The key of the case event to which the text is bound."""
    body: bytes


def case_notes(session: Session, viewer: Viewer) -> Sequence[CaseHandover]:
    """Returns the handover notes of the open cases that this viewer may see, the newest first."""
    columns = (Tip.id, Tip.uid, HandoverNote.person_id, HandoverNote.at)
    found = (
        select(*columns, CaseEventRow.key, CaseNote.body)
        .join(CaseNote, CaseNote.case_event_id == HandoverNote.case_event_id)
        .join(CaseEventRow, CaseEventRow.id == CaseNote.case_event_id)
        .join(Tip, Tip.id == CaseEventRow.tip_id)
        .where(*IS_REAL_CASE, OPEN, visible_to(viewer))
        .order_by(HandoverNote.id.desc())
    )
    return [CaseHandover(*row) for row in session.execute(found)]
