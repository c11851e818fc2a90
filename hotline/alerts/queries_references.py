"""Finds the references (the short names of tips in SMS) that each responder knows, and the cases that a responder's
answer may be about.

Also finds the last instruction about visits that each responder got by SMS. If a caller wants no visit, an SMS says so
to the assignee (the responder who took the case). The module also finds the tips for which this SMS did not arrive.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from hotline.alerts.rules_escalation import ESCALATED
from hotline.alerts.tables_case_events import CaseEventRow
from hotline.alerts.tables_drills import IS_OF_CASE
from hotline.core.database import has_row
from hotline.core.wording import Template
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules import MessageKind, MessageState
from hotline.gateway.tables import (
    HAS_ANSWERED,
    HAS_TAKEN,
    IS_CURRENT,
    Assignment,
    Deadline,
    Message,
    assigned_to,
)
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips.queries import TipLikeness
from hotline.tips.queries_visible import IN_A_HOP, has_no_exclusion, is_not_excluded
from hotline.tips.rules import DeadlineKind, Matter, Urgency
from hotline.tips.rules_events import OF_TEMPLATE, KnownName, LoggedEvent, VisitInstruction
from hotline.tips.rules_persons import FollowKind
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral

NOT_DELIVERED = (MessageState.FAILED, MessageState.UNDELIVERABLE)


def cluster_of(session: Session, tip: Tip) -> Sequence[Tip]:
    """Returns the open tips in the cluster (the group of similar tips) of this tip, including the tip itself. The first
    tip in the result is the one that was filed first. Most tips are alone in their cluster.

    Leaves out tips with another place. Also leaves out tips with a different answer about officials who may be
    involved.
    """
    likeness = session.get(TipLikeness, tip.id)
    if likeness is None:
        return [tip]
    first = likeness.leader_id or tip.id
    joined = session.scalars(select(TipLikeness.tip_id).where(TipLikeness.leader_id == first)).all()
    if not joined:
        return [tip]
    cluster = select(Tip).where(
        Tip.id.in_((first, *joined)),
        Tip.place == tip.place,
        Tip.official == tip.official,
        Tip.matter == Matter.TIP,
        or_(Tip.closed_at.is_(None), Tip.id == tip.id),
    )
    found = session.scalars(cluster.order_by(Tip.id)).all()
    if first not in {row.id for row in found}:
        return [tip]
    return sorted(found, key=lambda row: (row.id != first, row.id))


def tips_in_clusters(session: Session, tip_ids: Collection[int]) -> set[int]:
    """Returns the given tips that are in a cluster (a group of similar tips). Adds the first tip of each cluster. If a
    given tip is the first of its cluster, adds all tips that joined it."""
    led = TipLikeness.tip_id.in_(tip_ids) & TipLikeness.leader_id.is_not(None)
    leads = TipLikeness.leader_id.in_(tip_ids)
    rows = session.execute(select(TipLikeness.tip_id, TipLikeness.leader_id).where(or_(led, leads)))
    return {tip_id for row in rows for tip_id in row if tip_id is not None}


def known_names(session: Session, tips: Sequence[Tip]) -> Mapping[int, Sequence[KnownName]]:
    """Returns for each responder their newest reference of each tip, with the last visit instruction that they got.

    Leaves out alerts that only say that the caller gave more details, because these alerts contain no reference.
    """
    urgency = {tip.id: tip.urgency for tip in tips}
    rows = session.execute(
        select(
            Assignment.responder_id,
            Assignment.tip_id,
            Assignment.id,
            Assignment.reference,
            Message.template,
            Message.state,
        )
        .join(Message, Message.assignment_id == Assignment.id)
        .where(
            Assignment.tip_id.in_(urgency),
            IS_CURRENT,
            Message.kind == MessageKind.ALERT,
            Message.template != Template.MORE_TOLD.name,
        )
        .order_by(Message.id)
    )
    found: dict[int, dict[int, KnownName]] = defaultdict(dict)
    for responder_id, tip_id, assignment_id, reference, template, state in rows:
        before = found[responder_id].get(tip_id)
        if before is None or assignment_id >= before.assignment_id:
            now = KnownName(tip_id, urgency[tip_id], assignment_id, reference)
            before = replace(now, read=before.read) if before else now
        if template in OF_TEMPLATE and state not in NOT_DELIVERED:
            before = replace(before, read=OF_TEMPLATE[template])
        found[responder_id][tip_id] = before
    return {responder_id: [*names.values()] for responder_id, names in found.items()}


def recently_sent(
    session: Session, responder_ids: Collection[int], template: Template, since: datetime
) -> set[tuple[int, str]]:
    """Returns the responders who got an SMS from this template at or after `since`, each with the reference in the
    SMS."""
    rows = session.execute(
        select(Message.responder_id, Message.parameters).where(
            Message.responder_id.in_(responder_ids),
            Message.template == template.name,
            Message.created_at >= since,
            Message.state.not_in(NOT_DELIVERED),
        )
    )
    return {(responder_id, str(parameters.get("ref"))) for responder_id, parameters in rows}


WITHIN = timedelta(minutes=10)
"""If a caller wants no visit, the hotline says so to the assignee by SMS. If this SMS has not arrived after this time,
a colleague is alerted."""
NO_LATER = timedelta(hours=1)
MARKS = [
    name
    for name, read in OF_TEMPLATE.items()
    if read in (VisitInstruction.STAY_AWAY, VisitInstruction.CAREFUL)
]
REACHED = (MessageState.DELIVERED, MessageState.ANSWERED)
NOT_REACHED = [state for state in MessageState if state not in REACHED]
"""The states of a message that perhaps has not reached the phone. A query that runs every second lists these states one
by one, because only then can the database use an index."""


# These names are aliases of database tables: with an alias, a subquery can use the same table as its outer query. The
# module makes the aliases once when it loads, because making an alias takes longer than most queries.
_LATER = aliased(Assignment)
_THEIRS = aliased(Assignment)
_ASSIGNEE = aliased(Responder)


def marks_not_delivered(session: Session, at: datetime) -> Sequence[int]:
    """Returns the open tips whose caller wants no visit, if the assignee did not get the SMS about this in time.

    Leaves out a tip of which any responder was alerted after this SMS was written. Leaves out a tip whose assignee has
    answered after this SMS was written, because the answer shows that the phone works.
    """
    told_since = exists().where(_LATER.tip_id == Tip.id, _LATER.created_at > Message.created_at)
    found = (
        select(Tip.id)
        .join(Assignment, Assignment.tip_id == Tip.id)
        .join(Message, Message.assignment_id == Assignment.id)
        .where(
            Message.template.in_(MARKS),
            Message.created_at > at - NO_LATER,
            Message.responder_id == Tip.assignee_id,
            Message.state.in_(NOT_REACHED),
            or_(Message.state == MessageState.FAILED, Message.created_at <= at - WITHIN),
            Tip.closed_at.is_(None),
            or_(
                Assignment.acknowledged_at.is_(None),
                Assignment.acknowledged_at <= Message.created_at,
            ),
            ~told_since,
        )
        .distinct()
    )
    return session.scalars(found).all()


# The code below finds the cases that a responder's answer may be about.


class KnownCases(NamedTuple):
    """The references that one responder may use, the newest first."""

    open: tuple[str, ...]
    """One reference for each open case that the responder has taken or can still take."""
    also: tuple[str, ...]
    """All other references that the responder knows, for example of closed cases. Some belong to cases of which a
    colleague stays the assignee. For other cases, the hotline has ended the responder's assignment."""


@lru_cache(maxsize=IN_A_HOP)
def _is_own(responder_id: int) -> tuple[ColumnElement[bool], ...]:
    """Returns SQL conditions that are true for this responder's assignments. Leaves out ended assignments, and cases
    from which the responder is excluded."""
    return (
        Assignment.responder_id == responder_id,
        IS_CURRENT,
        is_not_excluded(responder_id, Assignment.tip_id),
    )


@lru_cache(maxsize=IN_A_HOP)
def usable_reference(responder_id: int) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if this responder may write the reference of an `Assignment` in an answer.

    The condition also allows assignments that the hotline has ended. For an ended assignment, the hotline answers that
    the case is over.
    """
    is_released = and_(
        Assignment.released_at.is_not(None), has_no_exclusion(responder_id, Assignment.tip_id)
    )
    return or_(is_released, is_not_excluded(responder_id, Assignment.tip_id))


@lru_cache(maxsize=IN_A_HOP)
def stays_with_colleague(responder_id: int) -> ColumnElement[bool]:
    """Returns an SQL condition on `Tip` that is true if a colleague stays the assignee when this responder takes the
    case.

    Applies the rule of `_may_change_assignee` in `rules_escalation.py` to many cases at once.
    """
    hands_on = or_(
        and_(Deadline.kind == DeadlineKind.ACKNOWLEDGE, Tip.closure_by.is_(None)),
        Deadline.kind == DeadlineKind.OVERDUE,
        and_(Deadline.kind == DeadlineKind.OUTCOME, Deadline.nth >= ESCALATED),
    )
    is_asked = exists().where(Deadline.tip_id == Tip.id, Deadline.fired_at.is_(None), hands_on)
    is_current = (
        exists()
        .where(
            _THEIRS.tip_id == Tip.id,
            _THEIRS.responder_id == Tip.assignee_id,
            _THEIRS.released_at.is_(None),
            _ASSIGNEE.id == Tip.assignee_id,
            or_(_THEIRS.step >= Tip.place_step, _ASSIGNEE.level == Level.NATIONAL),
        )
        .correlate(Tip)
    )
    has_other_assignee = (Tip.assignee_id.is_not(None), Tip.assignee_id != responder_id)
    return and_(*has_other_assignee, ~is_asked.correlate(Tip), or_(Tip.place_step == 0, is_current))


def known_cases(session: Session, responder_id: int, since: datetime) -> KnownCases:
    """Returns the references of cases that this responder was alerted of after `since`, and of open cases that they
    acknowledged."""
    taken = and_(HAS_ANSWERED, Assignment.passed_at.is_(None))
    rows = session.execute(
        select(
            Assignment.tip_id,
            Assignment.reference,
            and_(
                Tip.closed_at.is_(None), IS_CURRENT, or_(taken, ~stays_with_colleague(responder_id))
            ),
        )
        .join(Tip, Tip.id == Assignment.tip_id)
        .where(
            Assignment.responder_id == responder_id,
            usable_reference(responder_id),
            or_(Assignment.created_at > since, and_(HAS_ANSWERED, Tip.closed_at.is_(None))),
        )
        .order_by(Assignment.created_at.desc(), Assignment.id.desc())
    )
    found = rows.all()
    current = {tip_id: reference for tip_id, reference, is_current in found if is_current}
    other_references = (reference for tip_id, reference, _ in found if tip_id not in current)
    return KnownCases(tuple(current.values()), tuple(dict.fromkeys(other_references)))


def dangerous_references(session: Session, references: Collection[str]) -> frozenset[str]:
    """Returns the references in `references` that belong to a tip about danger."""
    if not references:
        return frozenset()
    urgent = select(Assignment.reference).join(Tip, Tip.id == Assignment.tip_id)
    first = (Assignment.reference.in_(references), Assignment.repeats_id.is_(None))
    urgent = urgent.where(*first, Tip.urgency == Urgency.DANGER)
    return frozenset(session.scalars(urgent))


def open_tips(session: Session, responder_id: int) -> Sequence[tuple[str, Tip]]:
    """Returns the responder's references of open cases, each with the tip of the case."""
    is_open = (*_is_own(responder_id), Tip.closed_at.is_(None))
    rows = select(Assignment.reference, Tip).join(Tip, Tip.id == Assignment.tip_id).where(*is_open)
    return [*dict.fromkeys((name, tip) for name, tip in session.execute(rows))]


def held_cases(session: Session, responder_id: int, as_of: datetime) -> list[str]:
    """Returns the newest reference of each open case whose assignee is this responder, if they took the case before
    `as_of`. Cases about danger come first."""
    proved = or_(Assignment.doubted_at.is_(None), Assignment.proved_at < as_of)
    found = select(Assignment.tip_id, Assignment.reference).where(
        *_is_own(responder_id),
        Tip.assignee_id == responder_id,
        Assignment.acknowledged_at < as_of,
        proved,
        was_open(as_of),
    )
    return _newest_names(session, found, _storm_order(as_of))


def helped_cases(session: Session, responder_id: int) -> list[str]:
    """Returns the references of open cases that this responder took, but whose assignee is now a colleague."""
    found = select(Assignment.tip_id, Assignment.reference).where(
        *_is_own(responder_id),
        Tip.assignee_id != responder_id,
        HAS_TAKEN,
        Assignment.passed_at.is_(None),
        Tip.closed_at.is_(None),
        IS_OF_CASE,
    )
    return _newest_names(session, found)


def colleagues_cases(session: Session, responder_id: int) -> list[str]:
    """Returns the references of cases whose assignee is a colleague and stays the assignee if this responder also takes
    the case."""
    stays = (*_is_own(responder_id), stays_with_colleague(responder_id))
    rows = select(Assignment.reference).join(Tip, Tip.id == Assignment.tip_id).where(*stays)
    return list(session.scalars(rows))


def open_references(session: Session, responder_id: int, as_of: datetime) -> list[str]:
    """Returns one reference for each case that this responder had not acknowledged at the time `as_of`. Includes cases
    that a colleague has taken. Cases about danger come first.

    Also returns a reference for each open case that this responder acknowledged without becoming the assignee.
    """
    unproven = and_(
        Assignment.doubted_at <= as_of,
        or_(Assignment.proved_at.is_(None), Assignment.proved_at >= as_of),
    )
    holds = Tip.assignee_id.is_not_distinct_from(responder_id)
    found = select(Assignment.tip_id, Assignment.reference).where(
        *_is_own(responder_id),
        Assignment.created_at <= as_of,
        or_(
            and_(Assignment.acknowledged_at.is_(None), ~holds),
            Assignment.acknowledged_at >= as_of,
            unproven,
            and_(~holds, was_open(as_of), IS_OF_CASE),
        ),
    )
    return _newest_names(session, found, _storm_order(as_of))


def was_open(as_of: datetime) -> ColumnElement[bool]:
    """Returns an SQL condition on `Tip` that is true if the case was still open at the time `as_of`."""
    return or_(Tip.closed_at.is_(None), Tip.closed_at >= as_of)


def _storm_order(as_of: datetime) -> ColumnElement[int]:
    """Returns a sort order: first tips outside a storm (very many tips about danger), then tips with text from the
    caller, then all others. Ignores text that callers typed after `as_of`, so that the list does not change during a
    responder's USSD session."""
    return case((Tip.storm_at.is_(None), 0), (Tip.words_at <= as_of, 1), else_=2)


def _newest_names(
    session: Session, found: Select[int, str], *first: ColumnElement[int]
) -> list[str]:
    """Returns the newest reference of each tip. Tips about danger come first, then the order `first` applies. After
    that, the tip with the newest alert comes first."""
    rows = session.execute(
        found.join(Tip, Tip.id == Assignment.tip_id).order_by(
            Tip.urgency != Urgency.DANGER,
            *first,
            Assignment.created_at.desc(),
            Assignment.id.desc(),
        )
    )
    newest: dict[int, str] = {}
    for tip_id, reference in rows:
        newest.setdefault(tip_id, reference)
    return list(newest.values())


def known_reference(session: Session, responder_id: int, tip_ids: Collection[int]) -> str | None:
    """Returns the oldest reference by which the responder knows any of these tips, or None. Leaves out tips that the
    responder may no longer see."""
    own = (*_is_own(responder_id), Assignment.tip_id.in_(tip_ids))
    return session.scalar(select(Assignment.reference).where(*own).order_by(Assignment.id).limit(1))


class RecentAlert(NamedTuple):
    """A case of which a responder was alerted: its reference, and the time of the alert."""

    reference: str
    alerted_at: datetime
    is_taken: bool
    """True if the responder has taken the case, and has not said since then that they cannot continue. A doubted
    acknowledgement (the gateway's inbox does not list its SMS) does not count as taking the case."""


def recent_alerts(session: Session, responder_id: int, since: datetime) -> Sequence[RecentAlert]:
    """Returns the cases of which the responder was alerted after `since`, the newest first. Leaves out drills."""
    alerted = (Assignment.responder_id == responder_id, Assignment.created_at > since, IS_OF_CASE)
    is_theirs = and_(HAS_TAKEN, Assignment.passed_at.is_(None))
    rows = session.execute(
        select(Assignment.reference, Assignment.created_at, is_theirs)
        .where(*alerted)
        .order_by(Assignment.created_at.desc(), Assignment.id.desc())
    )
    newest: dict[str, RecentAlert] = {}
    for name, alerted_at, is_taken in rows:
        newest.setdefault(name, RecentAlert(name, alerted_at, bool(is_taken)))
    return [*newest.values()]


def acknowledged_since(session: Session, tip: Tip) -> datetime | None:
    """Returns the time when the assignee first acknowledged the tip, or None if the tip has no acknowledgement that
    counts."""
    of_assignee = (
        Assignment.tip_id == tip.id,
        Assignment.responder_id == tip.assignee_id,
        gateway_tables.IS_BELIEVED,
    )
    return session.scalar(select(func.min(Assignment.acknowledged_at)).where(*of_assignee))


def responders_without_reading(session: Session, tip_id: int) -> frozenset[int]:
    """Returns the ids of alerted responders who have not read the case. Leaves out responders without a PIN, because
    they cannot read it on the phone."""
    rows = session.execute(
        select(Assignment.responder_id, func.max(Assignment.opened_at))
        .join(Responder, Responder.id == Assignment.responder_id)
        .where(Assignment.tip_id == tip_id, Responder.pin_wrap.is_not(None))
        .group_by(Assignment.responder_id)
    )
    return frozenset(responder_id for responder_id, opened_at in rows if opened_at is None)


def has_read(session: Session, assignment_id: int) -> bool:
    """Returns True if the responder of this assignment has read the case, with this or another assignment of the
    case."""
    assignment = session.get_one(Assignment, assignment_id)
    is_assigned = assigned_to(assignment.tip_id, assignment.responder_id)
    return has_row(session, Assignment.id, *is_assigned, Assignment.opened_at.is_not(None))


def has_reported_help(session: Session, tip_id: int, responder_id: int) -> bool:
    """Returns True if the responder has answered, with any reference of this case, that they referred a person to a
    service."""
    is_assigned = assigned_to(tip_id, responder_id)
    return has_row(session, Assignment.id, *is_assigned, Assignment.handed_to_help_at.is_not(None))


def follow_up_cases(session: Session, responder_id: int) -> Sequence[tuple[str, Tip]]:
    """Returns the cases, open or closed, in which this responder may report how a possible victim is. For each case,
    returns the newest reference and the tip.

    Responders may report if they took the case, asked a service to help the possible victim, or recorded that this
    person wants help. After the hotline has sent a first reminder to report, every responder who knows the case may
    report. If the person has refused help, only another responder may ask the person again.
    """
    own_assignment = Assignment.tip_id == Tip.id, Assignment.responder_id == responder_id
    has_taken = exists().where(*own_assignment, HAS_TAKEN)
    may = or_(ServiceReferral.responder_id == responder_id, has_taken, ServiceReferral.times > 1)
    runs = ServiceReferral.due_at.is_not(None)
    offer = exists().where(ServiceReferral.tip_id == Tip.id, runs, may)
    has_reminder = (PossibleVictim.tip_id == Tip.id, PossibleVictim.due_at.is_not(None))
    is_offer = PossibleVictim.clock == FollowKind.OFFER
    knows = or_(PossibleVictim.responder_id == responder_id, has_taken, PossibleVictim.times > 1)
    offer_runs = exists().where(*has_reminder, is_offer, knows)
    consent_runs = exists().where(*has_reminder, ~is_offer, PossibleVictim.times > 0)
    is_asked = or_(offer, offer_runs, and_(consent_runs, ~_asked_last(responder_id)))
    is_meant = (*_is_own(responder_id), is_asked)
    rows = select(Assignment.reference, Tip).join(Tip, Tip.id == Assignment.tip_id).where(*is_meant)
    newest = {tip.id: (name, tip) for name, tip in session.execute(rows.order_by(Assignment.id))}
    return list(newest.values())


def _asked_last(responder_id: int) -> ColumnElement[bool]:
    """Returns an SQL condition on `Tip` that is true if this responder was the last to ask the possible victim about
    help."""
    is_consent = CaseEventRow.tip_id == Tip.id, CaseEventRow.kind == LoggedEvent.CONSENT
    newest = select(func.max(CaseEventRow.id)).where(*is_consent).correlate(Tip).scalar_subquery()
    return exists().where(CaseEventRow.id == newest, CaseEventRow.responder_id == responder_id)
