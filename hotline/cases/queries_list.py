"""Returns tips for a viewer without their texts, in lists and one by one. Each query uses `visible_to`.

The module also finds overdue reports about persons, and closures that wait for a second person. There is only one query
for each of these, so that all pages agree. It also returns the history of a tip: who was alerted, what they did, and
which deadlines passed. It reads no encrypted columns.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from hotline.alerts.queries_retention import HAS_LEGAL_HOLD
from hotline.alerts.tables import QuestionBackRow
from hotline.core.writes import in_numbers
from hotline.errors import NotFound
from hotline.gateway.queries_health import UNTAKEN
from hotline.gateway.rules_message import MessageKind
from hotline.gateway.tables import (
    IS_BELIEVED,
    TRULY_DUE,
    Assignment,
    Deadline,
    Message,
)
from hotline.people.tables import Responder
from hotline.text.places import sectors_named
from hotline.tips.queries_visible import Viewer, visible_to
from hotline.tips.rules import OVERSEEN, Matter, TipOutcome, TipState
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_persons import FollowKind
from hotline.tips.rules_receipts import AssigneeFilter, TipFilter, TipStateFilter
from hotline.tips.tables import IS_REPORTED, WITHOUT_BODY, Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral

OPEN = Tip.closed_at.is_(None)
TAKEN = and_(Tip.state != TipState.FRAGMENT, ~UNTAKEN)
WAITING = (OPEN, Tip.state != TipState.FRAGMENT, Tip.filed_at.is_not(None), UNTAKEN)
"""The conditions of filed tips that responders are asked to take."""
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
        raise NotFound(f"there is no tip {tip_id}")
    return tip


def tip_referenced(session: Session, viewer: Viewer, reference: str) -> int | None:
    """Returns the tip that any responder knows by this reference, if this viewer may see it."""
    named = (Assignment.reference == reference, Assignment.repeats_id.is_(None))
    known = select(Assignment.tip_id).where(*named)
    return session.scalar(select(Tip.id).where(*IS_REPORTED, visible_to(viewer), Tip.id.in_(known)))


def question_states(session: Session, tip_ids: Collection[int]) -> Mapping[int, str]:
    """Returns for each tip the state of the question to the caller: asked, answered or read."""
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
    """Returns which of the given tips have a legal hold."""
    return frozenset(session.scalars(select(Tip.id).where(Tip.id.in_(tip_ids), HAS_LEGAL_HOLD)))


def visible_tips(session: Session, viewer: Viewer, tip_ids: Collection[int]) -> Sequence[int]:
    """Returns which of the given tips this viewer may see, the newest first."""
    found = select(Tip.id).where(*IS_REPORTED, Tip.id.in_(tip_ids), visible_to(viewer))
    return session.scalars(found.order_by(Tip.id.desc())).all()


def linked_tips(session: Session, viewer: Viewer, tip: Tip) -> Sequence[int]:
    """Returns other tips from the same phone and week that this viewer may see, the newest first."""
    if not tip.contact_key or tip.matter != Matter.TIP:
        return ()
    found = select(Tip.id).where(*_of_phones(viewer, [tip.contact_key]), Tip.id != tip.id)
    return session.scalars(found.order_by(Tip.id.desc())).all()


def linked_counts(
    session: Session, viewer: Viewer | None, tips: Sequence[Tip]
) -> Mapping[int, int]:
    """Returns for each tip the number of tips from the same phone and week.

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
    yield from _state(wanted.state)
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
        yield owes_answer()
    if wanted.soon:
        yield Tip.warned_at.is_not(None) & Tip.erased_at.is_(None) & ~HAS_LEGAL_HOLD


def _state(state: TipStateFilter) -> Iterator[ColumnElement[bool]]:
    if state is TipStateFilter.WAITS:
        yield or_(and_(*WAITING), CLOSURE_WAITS)
    elif state is TipStateFilter.TAKEN:
        yield from (OPEN, TAKEN, Tip.helped_at.is_(None))
    elif state is TipStateFilter.HELPED:
        yield from (OPEN, Tip.helped_at.is_not(None))
    elif state is TipStateFilter.CLOSING:
        yield CLOSURE_WAITS
    elif state is TipStateFilter.CLOSED:
        yield Tip.closed_at.is_not(None)


_OWN = aliased(Assignment)


def _is_own(viewer: Viewer) -> ColumnElement[bool]:
    """Returns the condition that the viewer is the assignee, or was alerted of a tip that no responder has taken."""
    was_alerted = exists().where(
        _OWN.tip_id == Tip.id, _OWN.responder_id == viewer.responder_id, _OWN.released_at.is_(None)
    )
    return or_(Tip.assignee_id == viewer.responder_id, UNTAKEN & was_alerted.correlate(Tip))


OF_OFFER = (ServiceReferral.due_at.is_not(None), ServiceReferral.times > 0)
OF_PERSON = (PossibleVictim.due_at.is_not(None), PossibleVictim.times > 0)
"""The conditions of a reminder about a person that was sent at least once and is still open."""


def owes_answer() -> ColumnElement[bool]:
    """Returns the condition on `Tip` that a report about a person is overdue.

    The query searches the reminders, because there are fewer reminders than tips.
    """
    offers = select(ServiceReferral.tip_id).where(*OF_OFFER)
    return Tip.id.in_(offers.union(select(PossibleVictim.tip_id).where(*OF_PERSON)))


def owed_by_tip(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[FollowKind]]:
    """Returns for each tip the kinds of reports that are overdue."""
    owed: dict[int, set[FollowKind]] = {}
    offers = select(ServiceReferral.tip_id, ServiceReferral.clock).where(
        ServiceReferral.tip_id.in_(tip_ids), *OF_OFFER
    )
    for tip_id, clock in session.execute(offers):
        owed.setdefault(tip_id, set()).add(FollowKind(clock or FollowKind.ANSWER))
    people = select(PossibleVictim.tip_id, PossibleVictim.clock).where(
        PossibleVictim.tip_id.in_(tip_ids), *OF_PERSON
    )
    for tip_id, clock in session.execute(people):
        owed.setdefault(tip_id, set()).add(FollowKind(clock or FollowKind.CONSENT))
    return {tip_id: frozenset(kinds) for tip_id, kinds in owed.items()}


def overseen_tips(session: Session) -> Sequence[int]:
    """Returns the ids of the complaints about the national desk."""
    return session.scalars(select(Tip.id).where(Tip.official == OVERSEEN)).all()


CLOSURE_WAITS = and_(Tip.closure_requested_at.is_not(None), Tip.closed_at.is_(None))
"""The condition on `Tip` that a closure was requested and no second person has decided."""


class WaitingClosure(NamedTuple):
    """A requested closure that waits for a second person."""

    tip: Tip
    outcome: TipOutcome
    requested_by: str
    """The person who requested it, as the case stores people: `responder:7`, `account:4:Alice` or `name:Alice`."""
    requested_at: datetime


def closures_waiting(
    session: Session, viewer: Viewer | None, limit: int
) -> Sequence[WaitingClosure]:
    """Returns the requested closures that this viewer may see, the oldest request first."""
    found = select(Tip).options(WITHOUT_BODY).where(*IS_REPORTED, visible_to(viewer), CLOSURE_WAITS)
    rows = session.scalars(found.order_by(Tip.closure_requested_at, Tip.id).limit(limit))
    return [
        WaitingClosure(
            tip,
            TipOutcome(tip.outcome_asked or TipOutcome.SILENT),
            tip.closure_by or "",
            tip.closure_requested_at,
        )
        for tip in rows
        if tip.closure_requested_at is not None
    ]


class AlertedPerson(NamedTuple):
    """An assignment of a tip and the name of its responder."""

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


def deliveries(session: Session, tip_id: int) -> Sequence[tuple[str, datetime]]:
    """Returns the responders whose phones received an alert, each with the time of arrival."""
    rows = session.execute(
        select(Responder.name, Message.delivered_at)
        .join(Assignment, Assignment.id == Message.assignment_id)
        .join(Responder, Responder.id == Message.responder_id)
        .where(Assignment.tip_id == tip_id, Message.kind == MessageKind.ALERT)
        .order_by(Message.id)
    )
    return [(name, at) for name, at in rows if at is not None]


def missed_limits(session: Session, tip_id: int) -> Sequence[datetime]:
    """Returns the times at which a deadline to acknowledge the tip passed."""
    rows = select(Deadline.fired_at).where(
        Deadline.tip_id == tip_id,
        Deadline.kind == DeadlineKind.ACKNOWLEDGE,
        Deadline.fired_at >= Deadline.due_at,
    )
    return [at for at in session.scalars(rows.order_by(Deadline.fired_at)) if at is not None]


def running_clocks(session: Session, tip_ids: Sequence[int]) -> Sequence[tuple[int, str, datetime]]:
    """Returns the open deadlines of these tips as tip, kind and due time, the earliest first."""
    rows = session.execute(
        select(Deadline.tip_id, Deadline.kind, TRULY_DUE)
        .where(in_numbers(session, Deadline.tip_id, tip_ids), Deadline.fired_at.is_(None))
        .order_by(TRULY_DUE, Deadline.id)
    )
    return [(tip_id, kind, due_at) for tip_id, kind, due_at in rows]
