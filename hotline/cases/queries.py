"""Returns tips without their texts, the history of a tip, and the cases of a board. Each query for a `Viewer` (a person
with desks) uses the condition `visible_to`.

The history says which responders were alerted, what they did, and which deadlines passed. All pages use the same
queries for overdue reports about persons and for unconfirmed closures, so all pages show the same numbers. The module
decrypts nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from hotline.alerts.queries_retention import HAS_LEGAL_HOLD
from hotline.alerts.tables import QuestionBackRow
from hotline.alerts.tables_case_events import CaseEventRow, CaseNote
from hotline.cases.rules_board import BoardCase
from hotline.core.database import has_row, in_numbers, run_uncompiled
from hotline.core.wording import Template
from hotline.gateway import queries
from hotline.gateway.queries import UNTAKEN
from hotline.gateway.tables import (
    IS_BELIEVED,
    IS_CURRENT,
    IS_HELD,
    TRULY_DUE,
    Assignment,
    Deadline,
    Message,
    assigned_to,
)
from hotline.people import tables
from hotline.people.rules_audit import read_actor
from hotline.people.tables import Responder
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_roster import HandoverNote
from hotline.text.errors import NotFound
from hotline.text.places import sectors_named
from hotline.tips.queries_visible import THE_LINE, Viewer, visible_to
from hotline.tips.rules import ASKS, OVERSEEN, TIMES, DeadlineKind, Matter, TipState
from hotline.tips.rules_persons import FollowKind
from hotline.tips.rules_receipts import AskedAgain, AssigneeFilter, TipFilter, TipStateFilter
from hotline.tips.tables import IS_REAL_CASE, IS_REPORTED, STORM_ORDER, WITHOUT_BODY, Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral

OPEN = Tip.closed_at.is_(None)
TAKEN = and_(Tip.state != TipState.FRAGMENT, ~UNTAKEN)
WAITING = (OPEN, Tip.state != TipState.FRAGMENT, Tip.filed_at.is_not(None), UNTAKEN)
"""The conditions in a query that find filed tips which no responder has taken yet."""
QUESTION = {
    "asked": QuestionBackRow.answered_at.is_(None),
    "answered": QuestionBackRow.answered_at.is_not(None) & QuestionBackRow.read_at.is_(None),
    "read": QuestionBackRow.read_at.is_not(None),
}


def page_of_tips(
    session: Session, viewer: Viewer, wanted: TipFilter, *, before: int | None, limit: int
) -> Sequence[Tip]:
    """Returns the tips that match a filter and that the viewer may see, newest first.

    If `before` is given, returns only tips with a lower id.
    """
    found = _seen(viewer).where(*_conditions(viewer, wanted))
    if before is not None:
        found = found.where(Tip.id < before)
    return session.scalars(found.order_by(Tip.id.desc()).limit(limit)).all()


def visible_tip(session: Session, viewer: Viewer, tip_id: int) -> Tip:
    """Returns a tip without its text. Raises NotFound if the tip does not exist, or if this viewer may not see it."""
    tip = session.scalar(_seen(viewer).where(Tip.id == tip_id))
    if tip is None:
        raise NotFound(f"there is no tip {tip_id} that you may see")
    return tip


def tip_referenced(session: Session, viewer: Viewer, reference: str) -> int | None:
    """Returns the id of the tip that an SMS to a responder names with this reference. Returns None if this viewer may
    not see the tip."""
    named = (Assignment.reference == reference, Assignment.repeats_id.is_(None))
    known = select(Assignment.tip_id).where(*named)
    return session.scalar(select(Tip.id).where(*IS_REPORTED, visible_to(viewer), Tip.id.in_(known)))


def question_states(session: Session, tip_ids: Collection[int]) -> Mapping[int, str]:
    """Returns for each tip the state of the question that a desk sent to the caller: asked, answered or read."""
    rows = session.execute(
        select(QuestionBackRow.tip_id, QuestionBackRow.answered_at, QuestionBackRow.read_at).where(
            in_numbers(session, QuestionBackRow.tip_id, tip_ids)
        )
    )
    return {
        tip_id: "read" if read_at else "answered" if answered_at else "asked"
        for tip_id, answered_at, read_at in rows
    }


def under_legal_hold(session: Session, tip_ids: Collection[int]) -> frozenset[int]:
    """Returns the ids of the given tips that have a legal hold."""
    return frozenset(session.scalars(select(Tip.id).where(Tip.id.in_(tip_ids), HAS_LEGAL_HOLD)))


def visible_tips(session: Session, viewer: Viewer, tip_ids: Collection[int]) -> Sequence[int]:
    """Returns the ids of the given tips that this viewer may see, the newest first."""
    found = select(Tip.id).where(*IS_REPORTED, Tip.id.in_(tip_ids), visible_to(viewer))
    return session.scalars(found.order_by(Tip.id.desc())).all()


def linked_tips(session: Session, viewer: Viewer, tip: Tip) -> Sequence[int]:
    """Returns the ids of other tips that this viewer may see and that came from the same phone in the same week. The
    newest tip comes first."""
    if not tip.contact_key or tip.matter != Matter.TIP:
        return ()
    found = select(Tip.id).where(*_of_phones(viewer, [tip.contact_key]), Tip.id != tip.id)
    return session.scalars(found.order_by(Tip.id.desc())).all()


def linked_counts(
    session: Session, viewer: Viewer | None, tips: Sequence[Tip]
) -> Mapping[int, int]:
    """Returns for each tip the number of other tips from the same phone in the same week.

    Leaves out complaints, which are never linked.
    """
    linked = [tip for tip in tips if tip.contact_key and tip.matter == Matter.TIP]
    keys = {tip.contact_key for tip in linked}
    rows = session.execute(
        select(Tip.contact_key, func.count())
        .where(*_of_phones(viewer, keys))
        .group_by(Tip.contact_key)
    )
    counts = Counter({row[0]: row[1] for row in rows})
    return {tip.id: max(counts[tip.contact_key] - 1, 0) for tip in linked}


def _of_phones(viewer: Viewer | None, keys: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (*IS_REPORTED, Tip.matter == Matter.TIP, Tip.contact_key.in_(keys), visible_to(viewer))


def _seen(viewer: Viewer) -> Select[Tip]:
    return select(Tip).options(WITHOUT_BODY).where(*IS_REPORTED, visible_to(viewer))


def _conditions(viewer: Viewer, wanted: TipFilter) -> Iterator[ColumnElement[bool]]:
    yield Tip.matter == wanted.matter
    yield STATES[wanted.state]
    if wanted.assignee is AssigneeFilter.MINE:
        yield _is_own(viewer)
    if wanted.place:
        yield Tip.place == wanted.place
    if wanted.urgency is not None:
        yield Tip.urgency == wanted.urgency
    if wanted.category:
        yield Tip.category == wanted.category
    if wanted.sector:
        yield Tip.sector.in_(sectors_named(wanted.sector))
    if wanted.question in QUESTION:
        yield exists().where(QuestionBackRow.tip_id == Tip.id, QUESTION[wanted.question])
    if wanted.owes:
        yield has_overdue_report()
    if wanted.soon:
        yield Tip.warned_at.is_not(None) & Tip.erased_at.is_(None) & ~HAS_LEGAL_HOLD


CLOSURE_WAITS = and_(Tip.closure_requested_at.is_not(None), OPEN)
"""The condition in a query that finds tips whose closure was requested, but no second person has confirmed or refused
the closure yet."""
STATES = {
    TipStateFilter.WAITS: or_(and_(*WAITING), CLOSURE_WAITS),
    TipStateFilter.TAKEN: and_(OPEN, TAKEN, Tip.helped_at.is_(None)),
    TipStateFilter.HELPED: and_(OPEN, Tip.helped_at.is_not(None)),
    TipStateFilter.CLOSING: CLOSURE_WAITS,
    TipStateFilter.CLOSED: ~OPEN,
    TipStateFilter.ALL: true(),
}


_OWN = aliased(Assignment)


def _is_own(viewer: Viewer) -> ColumnElement[bool]:
    """Returns an SQL condition that is true for a viewer's own tips. A tip is the viewer's own if the viewer is its
    assignee, or was alerted of it while it has no assignee."""
    was_alerted = exists().where(
        _OWN.tip_id == Tip.id, _OWN.responder_id == viewer.responder_id, _OWN.released_at.is_(None)
    )
    return or_(Tip.assignee_id == viewer.responder_id, UNTAKEN & was_alerted.correlate(Tip))


OF_OFFER = (ServiceReferral.due_at.is_not(None), ServiceReferral.times > 0)
OF_PERSON = (PossibleVictim.due_at.is_not(None), PossibleVictim.times > 0)
"""Query conditions that find open follow-ups about persons, if the hotline has sent at least one reminder."""


def has_overdue_report() -> ColumnElement[bool]:
    """Returns an SQL condition that is true if a report about a person in a tip is overdue."""
    offers = select(ServiceReferral.tip_id).where(*OF_OFFER)
    return Tip.id.in_(offers.union(select(PossibleVictim.tip_id).where(*OF_PERSON)))


def overdue_follow_ups(
    session: Session, tip_ids: Collection[int]
) -> Mapping[int, frozenset[FollowKind]]:
    """Returns for each tip the kinds of follow-ups that are overdue."""
    owed: dict[int, set[FollowKind]] = {}
    for row, overdue, usual in (
        (ServiceReferral, OF_OFFER, FollowKind.ANSWER),
        (PossibleVictim, OF_PERSON, FollowKind.CONSENT),
    ):
        found = select(row.tip_id, row.clock).where(row.tip_id.in_(tip_ids), *overdue)
        for tip_id, clock in session.execute(found):
            owed.setdefault(tip_id, set()).add(FollowKind(clock or usual))
    return {tip_id: frozenset(kinds) for tip_id, kinds in owed.items()}


def overseen_tips(session: Session) -> Sequence[int]:
    """Returns the ids of the complaints about the national desk, which only oversight desks see."""
    return session.scalars(select(Tip.id).where(Tip.official == OVERSEEN)).all()


def closures_waiting(session: Session, viewer: Viewer | None, limit: int) -> Sequence[Tip]:
    """Returns the tips with a requested closure that this viewer may see, the oldest request first."""
    found = select(Tip).options(WITHOUT_BODY).where(*IS_REPORTED, visible_to(viewer), CLOSURE_WAITS)
    return session.scalars(found.order_by(Tip.closure_requested_at, Tip.id).limit(limit)).all()


class AlertedPerson(NamedTuple):
    """One assignment of a tip, with the name of its responder. `is_believed` is False if the acknowledgement may be
    forged."""

    assignment: Assignment
    name: str
    is_believed: bool


def assignments_of(session: Session, tip_ids: Collection[int]) -> Sequence[AlertedPerson]:
    """Returns the assignments of these tips, in the order in which responders were alerted."""
    rows = session.execute(
        select(Assignment, Responder.name, IS_BELIEVED)
        .join(Responder, Responder.id == Assignment.responder_id)
        .where(in_numbers(session, Assignment.tip_id, tip_ids))
        .order_by(Assignment.created_at, Assignment.id)
    )
    return [AlertedPerson(referral, name, bool(believed)) for referral, name, believed in rows]


def missed_limits(session: Session, tip_id: int) -> Sequence[datetime]:
    """Returns the times of the deadlines that passed before a responder acknowledged the tip."""
    rows = select(Deadline.fired_at).where(
        Deadline.tip_id == tip_id,
        Deadline.kind == DeadlineKind.ACKNOWLEDGE,
        Deadline.fired_at >= Deadline.due_at,
    )
    return [at for at in session.scalars(rows.order_by(Deadline.fired_at)) if at is not None]


def running_clocks(session: Session, tip_ids: Sequence[int]) -> Sequence[tuple[int, str, datetime]]:
    """Returns the open deadlines of these tips, the earliest first. Each entry has the id of the tip, the kind of the
    deadline, and the time at which the deadline ends."""
    rows = session.execute(
        select(Deadline.tip_id, Deadline.kind, TRULY_DUE)
        .where(in_numbers(session, Deadline.tip_id, tip_ids), Deadline.fired_at.is_(None))
        .order_by(TRULY_DUE, Deadline.id)
    )
    return [(tip_id, kind, due_at) for tip_id, kind, due_at in rows]


@dataclass(frozen=True, slots=True)
class TipOverview:
    """A tip and its state, without its text."""

    tip: Tip
    acknowledged_by: str | None
    """The name of the first responder who acknowledged the tip and still has it. An acknowledgement by SMS counts only
    after the hotline has found the SMS in the gateway's inbox."""
    acknowledged_at: datetime | None
    unproven: str | None
    """The name of a responder who acknowledged the tip by SMS, if the gateway's inbox does not list this SMS yet."""
    assignments: int
    same_contact: int
    """The number of other tips from the same phone in the same week. The hotline links these tips, but each stays a
    separate tip. Complaints are never linked."""
    question: str | None = None
    """The state of the question that a desk asked the caller: asked, answered or read."""
    responsible: str | None = None
    """The name of the assignee."""
    clock: str | None = None
    """The kind of the deadline that ends next, as the value of a `DeadlineKind`."""
    due_at: datetime | None = None
    closure_by: str | None = None
    """The person who requested the closure. None after a second person has decided about the closure."""
    asked: AskedAgain | None = None
    """The reason why other responders are asked to take the tip although it has an assignee."""
    is_overdue: bool = False
    """True if all responders were alerted and none has taken the tip. The hotline then repeats the alert to the
    national desk until a person of the national desk takes the tip."""

    @property
    def is_taken(self) -> bool:
        """Returns True if the tip has an assignee, and no other responder is asked to take the tip."""
        return self.responsible is not None and self.asked is None


@dataclass(frozen=True, slots=True)
class TipListFilter:
    """A filter for the list of tips. A listed tip must match every field that is set."""

    is_open: bool = False
    """If True, closed tips are left out."""
    viewer: Viewer | None = None
    """The person who reads the list. The list neither shows nor counts tips that this person may not see."""
    is_unproved: bool = False
    """True for a command at the server, which cannot prove who reads the list. The list then leaves out complaints
    about the national desk."""
    since: datetime | None = None
    """Tips that were filed before this time are left out."""
    urgency: int | None = None
    before: int | None = None
    """If not None, only tips with a lower id are listed."""
    tip_id: int | None = None
    """If not None, the list has only the tip with this id."""
    limit: int | None = None


ALL_TIPS = TipListFilter()


def tip_overviews(session: Session, wanted: TipListFilter = ALL_TIPS) -> Sequence[TipOverview]:
    """Returns the tips that match a filter, the newest first. Leaves out drafts and the hotline's own test tips."""
    tips = _tips(session, wanted)
    ids = [tip.id for tip in tips]
    more = linked_counts(session, wanted.viewer, tips)
    asked = question_states(session, ids)
    clocks: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for tip_id, kind, due_at in running_clocks(session, ids):
        clocks[tip_id].append((due_at, kind))
    alerted: dict[int, list[AlertedPerson]] = defaultdict(list)
    for one in assignments_of(session, ids):
        alerted[one.assignment.tip_id].append(one)
    also_asked = queries.asked_besides_assignee(session)
    names = tables.responder_names(session)
    return [
        TipOverview(
            tip,
            *_first_taker(alerted[tip.id]),
            unproven=min(
                (one.name for one in alerted[tip.id] if not one.is_believed), default=None
            ),
            assignments=len(alerted[tip.id]),
            same_contact=more.get(tip.id, 0),
            question=asked.get(tip.id),
            responsible=names.get(tip.assignee_id or 0),
            clock=clocks[tip.id][0][1] if tip.id in clocks else None,
            due_at=clocks[tip.id][0][0] if tip.id in clocks else None,
            closure_by=tip.closure_by and read_actor(tip.closure_by, names)[1],
            asked=also_asked.get(tip.id),
            is_overdue=any(kind == DeadlineKind.OVERDUE for _, kind in clocks.get(tip.id, ())),
        )
        for tip in tips
    ]


def _tips(session: Session, wanted: TipListFilter) -> Sequence[Tip]:
    found = select(Tip).options(WITHOUT_BODY).where(*IS_REPORTED, *_overview_conditions(wanted))
    return session.scalars(found.order_by(Tip.id.desc()).limit(wanted.limit)).all()


def _first_taker(alerted: Sequence[AlertedPerson]) -> tuple[str | None, datetime | None]:
    """Returns the name of the first responder who acknowledged the tip and whose assignment has not ended, with the
    time."""
    taken = [
        (one.assignment.acknowledged_at, one.name)
        for one in alerted
        if one.is_believed and one.assignment.acknowledged_at and one.assignment.released_at is None
    ]
    at, name = min(taken, default=(None, None))
    return name, at


def _overview_conditions(wanted: TipListFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.is_open:
        yield Tip.closed_at.is_(None)
    if wanted.since is not None:
        yield Tip.filed_at >= wanted.since
    if wanted.urgency is not None:
        yield Tip.urgency == wanted.urgency
    if wanted.before is not None:
        yield Tip.id < wanted.before
    if wanted.tip_id is not None:
        yield Tip.id == wanted.tip_id
    yield visible_to(wanted.viewer)
    if wanted.is_unproved:
        yield visible_to(THE_LINE)


_IS_TIP, *_IS_WHOLE = IS_REAL_CASE
IS_ON_BOARD = (or_(_IS_TIP, Tip.official == OVERSEEN), *_IS_WHOLE)


def open_cases(session: Session, viewer: Viewer | None) -> Sequence[BoardCase]:
    """Returns the cases on the board of this viewer: open cases, and closed cases with an overdue follow-up about a
    person.

    Leaves out drills. Leaves out complaints, except complaints about the national desk, because oversight desks have no
    other cases.
    """
    run_uncompiled(session)
    clocks, owed = _clocks().subquery(), _tips_with_overdue().subquery()
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
    """Returns a query for the earliest open deadline of each kind, for each tip."""

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


def _tips_with_overdue() -> Select[Any]:
    """Returns a query for the tips with an overdue follow-up about a person. Each row has the time of the tip's
    earliest reminder that is due."""
    facts = union_all(
        select(ServiceReferral.tip_id, ServiceReferral.due_at).where(*OF_OFFER),
        select(PossibleVictim.tip_id, PossibleVictim.due_at).where(*OF_PERSON),
    ).subquery()
    return select(facts.c.tip_id, func.min(facts.c.due_at).label("due_at")).group_by(facts.c.tip_id)


def count_late(session: Session, viewer: Viewer, at: datetime) -> int:
    """Returns the number of tips that this viewer may see and that no responder took in time."""
    late = (
        and_(Tip.urgency == level, Tip.filed_at <= at - times.acknowledge)
        for level, times in TIMES.items()
    )
    found = (
        select(func.count()).select_from(Tip).where(*WAITING, *IS_REAL_CASE, ~IS_HELD, or_(*late))
    )
    return session.scalar(found.where(visible_to(viewer))) or 0


def version(session: Session) -> tuple[int, ...]:
    """Returns a value that changes with every new case event, deadline and row of the audit log."""
    last = [
        select(func.max(column)).scalar_subquery()
        for column in (CaseEventRow.id, Deadline.id, AuditEntry.id)
    ]
    return tuple(one or 0 for one in session.execute(select(*last)).one())


def was_reminded(session: Session, tip_id: int, responder_id: int, since: datetime) -> bool:
    """Returns True if this responder has got an SMS since the given time that asks for news about the tip."""
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
    """The person who wrote the note."""
    at: datetime
    key: str
    """The unique name of the note's case event. The name is needed to decrypt the text."""
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
