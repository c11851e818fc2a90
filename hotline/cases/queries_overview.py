"""Reads the state of tips by joining tips, assignments and responders. Reads only columns that are not encrypted."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hotline.cases import queries_list
from hotline.gateway import queries_health
from hotline.gateway.tables import IS_BELIEVED, IS_CURRENT, Assignment
from hotline.people.rules_audit import read_actor
from hotline.people.tables import Responder
from hotline.tips.queries_visible import Viewer, visible_to
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_receipts import AskedAgain
from hotline.tips.tables import IS_REPORTED, Tip


@dataclass(frozen=True, slots=True)
class TipOverview:
    """A tip with its state. It contains no encrypted data."""

    tip: Tip
    acknowledged_by: str | None
    """The first responder who acknowledged the tip, is not doubted, and may still work on it."""
    acknowledged_at: datetime | None
    unproven: str | None
    """A responder whose SMS answer is not in the gateway's inbox. The answer does not count until the inbox lists
    it."""
    assignments: int
    same_contact: int
    """The number of other tips from the same phone in the same week. Such tips are linked but never merged. Complaints
    are not linked."""
    question: str | None = None
    """The state of the question to the caller: asked, answered or read."""
    responsible: str | None = None
    """The assignee's name."""
    clock: str | None = None
    """The kind of the deadline that is due first (`tips.rules_deadlines.DeadlineKind`)."""
    due_at: datetime | None = None
    closure_by: str | None = None
    """The person who requested closure, until a second person decides."""
    asked: AskedAgain | None = None
    """The reason why other responders are asked to take the tip although it has an assignee."""
    is_overdue: bool = False
    """True if everyone was alerted and no responder has taken the tip. The national desk gets alerts until one of its
    people takes the tip."""

    @property
    def is_taken(self) -> bool:
        """Returns True if the tip has an assignee and no other responder is asked to take it."""
        return self.responsible is not None and self.asked is None


@dataclass(frozen=True, slots=True)
class TipListFilter:
    """A filter of the list of tips. A listed tip matches every field that is set."""

    is_open: bool = False
    """True to leave out closed tips."""
    viewer: Viewer | None = None
    """The person who reads the list. Tips that this person may not see are neither listed nor counted."""
    since: datetime | None = None
    """Leaves out tips filed before this time."""
    urgency: int | None = None
    before: int | None = None
    """The id of a tip. Only tips with a lower id are listed."""
    tip_id: int | None = None
    """The id of the only tip to list."""
    limit: int | None = None


ALL_TIPS = TipListFilter()


def tip_overviews(session: Session, wanted: TipListFilter = ALL_TIPS) -> Sequence[TipOverview]:
    """Returns tips, newest first. Leaves out drafts and the hotline's own test tips."""
    found = _tips(session, wanted)
    more = queries_list.linked_counts(session, wanted.viewer, [tip for tip, *_ in found])
    ids = [tip.id for tip, *_ in found]
    asked = queries_list.question_states(session, ids)
    clocks: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for tip_id, kind, due_at in queries_list.running_clocks(session, ids):
        clocks[tip_id].append((due_at, kind))
    also_asked = queries_health.asked_besides_assignee(session)
    people = session.execute(select(Responder.id, Responder.name))
    names: dict[int | None, str] = {row.id: row.name for row in people}
    return [
        TipOverview(
            tip,
            name,
            taken_at,
            doubted,
            count,
            more.get(tip.id, 0),
            asked.get(tip.id),
            responsible=names.get(tip.assignee_id),
            clock=clocks[tip.id][0][1] if tip.id in clocks else None,
            due_at=clocks[tip.id][0][0] if tip.id in clocks else None,
            closure_by=_named(tip.closure_by, names),
            asked=also_asked.get(tip.id),
            is_overdue=any(kind == DeadlineKind.OVERDUE for _, kind in clocks.get(tip.id, ())),
        )
        for tip, name, taken_at, doubted, count in found
    ]


def _tips(
    session: Session, wanted: TipListFilter
) -> Sequence[tuple[Tip, str | None, datetime | None, str | None, int]]:
    """Returns each tip with the first responder who took it, the time, a doubted responder, and the number of
    assignments.
    """
    first = (
        select(Assignment.tip_id, func.min(Assignment.acknowledged_at).label("at"))
        .where(IS_BELIEVED, IS_CURRENT)
        .group_by(Assignment.tip_id)
        .subquery()
    )
    taker = (
        select(Assignment.tip_id, func.min(Responder.name).label("name"), first.c.at)
        .join(
            first,
            (first.c.tip_id == Assignment.tip_id) & (first.c.at == Assignment.acknowledged_at),
        )
        .join(Responder, Responder.id == Assignment.responder_id)
        .where(IS_BELIEVED, IS_CURRENT)
        .group_by(Assignment.tip_id, first.c.at)
        .subquery()
    )
    unproven = (
        select(Assignment.tip_id, func.min(Responder.name).label("name"))
        .join(Responder, Responder.id == Assignment.responder_id)
        .where(~IS_BELIEVED)
        .group_by(Assignment.tip_id)
        .subquery()
    )
    total = (
        select(Assignment.tip_id, func.count().label("count"))
        .group_by(Assignment.tip_id)
        .subquery()
    )
    rows = session.execute(
        select(Tip, taker.c.name, taker.c.at, unproven.c.name, func.coalesce(total.c.count, 0))
        .outerjoin(taker, taker.c.tip_id == Tip.id)
        .outerjoin(unproven, unproven.c.tip_id == Tip.id)
        .outerjoin(total, total.c.tip_id == Tip.id)
        .where(*IS_REPORTED, *_conditions(wanted))
        .order_by(Tip.id.desc())
        .limit(wanted.limit)
    )
    return [(tip, name, at, doubted, count) for tip, name, at, doubted, count in rows]


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


def _named(who: str | None, names: Mapping[int | None, str]) -> str | None:
    """Returns the name of a person who is stored as `name:Alice` or `responder:7`."""
    if who is None:
        return None
    known = {one: name for one, name in names.items() if one is not None}
    return read_actor(who, known)[1]
