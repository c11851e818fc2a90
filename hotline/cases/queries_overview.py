"""Reads the state of tips, from their own rows, their assignments and their responders. It reads no encrypted
columns.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hotline.cases import queries_list
from hotline.cases.queries_list import AlertedPerson
from hotline.gateway import queries_health
from hotline.people import tables
from hotline.people.rules_audit import read_actor
from hotline.tips.queries_visible import THE_LINE, Viewer, visible_to
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_receipts import AskedAgain
from hotline.tips.tables import IS_REPORTED, WITHOUT_BODY, Tip


@dataclass(frozen=True, slots=True)
class TipOverview:
    """A tip and its state, without its text."""

    tip: Tip
    acknowledged_by: str | None
    """The first responder who acknowledged the tip and may still act on it. An unproved SMS does not count."""
    acknowledged_at: datetime | None
    unproven: str | None
    """A responder whose answer by SMS is not in the gateway's inbox. Until the inbox lists the SMS, the answer does not
    count."""
    assignments: int
    same_contact: int
    """The number of other tips from the same phone in the same week. Such tips are linked, but stay separate.
    Complaints are never linked."""
    question: str | None = None
    """The state of the desk's question to the caller: asked, answered or read."""
    responsible: str | None = None
    """The name of the assignee."""
    clock: str | None = None
    """The kind of the next deadline: the value of a `tips.rules_deadlines.DeadlineKind`."""
    due_at: datetime | None = None
    closure_by: str | None = None
    """The person who requested the closure, until a second person decides."""
    asked: AskedAgain | None = None
    """The reason why others are asked to take the tip although it has an assignee."""
    is_overdue: bool = False
    """True if all responders were alerted and none has taken the tip. The national desk then gets alerts until one of
    its people takes the tip."""

    @property
    def is_taken(self) -> bool:
        """Returns True if the tip has an assignee, and no other responder is asked to take it."""
        return self.responsible is not None and self.asked is None


@dataclass(frozen=True, slots=True)
class TipListFilter:
    """A filter for the list of tips. A listed tip must match every field that is set."""

    is_open: bool = False
    """If True, closed tips are left out."""
    viewer: Viewer | None = None
    """The person who reads the list. Tips that this person may not see are neither shown nor counted."""
    is_unproved: bool = False
    """If True, no secret proved who the viewer is. Complaints about the national desk are then left out."""
    since: datetime | None = None
    """Tips that were filed before this time are left out."""
    urgency: int | None = None
    before: int | None = None
    """If it is set, only tips with a lower id are listed."""
    tip_id: int | None = None
    """If it is set, only the tip with this id is listed."""
    limit: int | None = None


ALL_TIPS = TipListFilter()


def tip_overviews(session: Session, wanted: TipListFilter = ALL_TIPS) -> Sequence[TipOverview]:
    """Returns the tips that match a filter, the newest first. Leaves out drafts and the hotline's own test tips."""
    tips = _tips(session, wanted)
    ids = [tip.id for tip in tips]
    more = queries_list.linked_counts(session, wanted.viewer, tips)
    asked = queries_list.question_states(session, ids)
    clocks: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for tip_id, kind, due_at in queries_list.running_clocks(session, ids):
        clocks[tip_id].append((due_at, kind))
    alerted: dict[int, list[AlertedPerson]] = defaultdict(list)
    for one in queries_list.assignments_of(session, ids):
        alerted[one.assignment.tip_id].append(one)
    also_asked = queries_health.asked_besides_assignee(session)
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
    found = select(Tip).options(WITHOUT_BODY).where(*IS_REPORTED, *_conditions(wanted))
    return session.scalars(found.order_by(Tip.id.desc()).limit(wanted.limit)).all()


def _first_taker(alerted: Sequence[AlertedPerson]) -> tuple[str | None, datetime | None]:
    """Returns the name and time of the first responder who acknowledged the tip and may still act on it."""
    taken = [
        (one.assignment.acknowledged_at, one.name)
        for one in alerted
        if one.is_believed and one.assignment.acknowledged_at and one.assignment.released_at is None
    ]
    at, name = min(taken, default=(None, None))
    return name, at


def _conditions(wanted: TipListFilter) -> Iterator[ColumnElement[bool]]:
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
