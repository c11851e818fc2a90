"""Finds the references by which responders know the tips of a cluster, and the text that each last read.

Also finds assignees who did not get a message about visit safety.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from hotline.alerts.rules_escalation import ESCALATED
from hotline.alerts.tables_case_events import CaseLogRow
from hotline.alerts.tables_drills import OF_A_CASE
from hotline.core.database import is_any
from hotline.core.wording import Template
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules_delivery import MessageState
from hotline.gateway.rules_message import Kind
from hotline.gateway.tables import ANSWERED, STANDS, TOOK, Deadline, Message, Referral, told_to
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips.queries_duplicates import TipLikeness
from hotline.tips.queries_visible import not_excluded, not_kept_from
from hotline.tips.rules import Matter, Urgency
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_duplicates import OF_TEMPLATE, HowRead, KnownName
from hotline.tips.rules_events import EntryKind
from hotline.tips.rules_persons import FollowKind
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral

UNREAD = (MessageState.FAILED, MessageState.DEAD)


def company(session: Session, tip: Tip) -> Sequence[Tip]:
    """Returns the open tips of this tip's cluster, itself included, the first tip first. It is nearly always alone.

    Leaves out tips whose place or answer about officials is different by now.
    """
    known = session.get(TipLikeness, tip.id)
    if known is None:
        return [tip]
    first = known.leader_id or tip.id
    joined = session.scalars(select(TipLikeness.tip_id).where(TipLikeness.leader_id == first)).all()
    if not joined:
        return [tip]
    alike = select(Tip).where(
        Tip.id.in_((first, *joined)),
        Tip.place == tip.place,
        Tip.official == tip.official,
        Tip.matter == Matter.TIP,
        or_(Tip.closed_at.is_(None), Tip.id == tip.id),
    )
    found = session.scalars(alike.order_by(Tip.id)).all()
    if first not in {one.id for one in found}:
        return [tip]
    return sorted(found, key=lambda one: (one.id != first, one.id))


def in_company(session: Session, tip_ids: Collection[int]) -> set[int]:
    """Returns the ids of those tips that are in a cluster, with the tips that they lead and their leaders."""
    led = TipLikeness.tip_id.in_(tip_ids) & TipLikeness.leader_id.is_not(None)
    leads = TipLikeness.leader_id.in_(tip_ids)
    rows = session.execute(select(TipLikeness.tip_id, TipLikeness.leader_id).where(or_(led, leads)))
    return {one for row in rows for one in row if one is not None}


def known_names(session: Session, tips: Sequence[Tip]) -> Mapping[int, Sequence[KnownName]]:
    """Returns by responder the newest reference of each of these tips, with the text that they last read.

    An alert that only says that more was reported gives no reference, and is left out.
    """
    urgency = {tip.id: tip.urgency for tip in tips}
    rows = session.execute(
        select(
            Referral.responder_id,
            Referral.tip_id,
            Referral.id,
            Referral.reference,
            Message.template,
            Message.state,
        )
        .join(Message, Message.referral_id == Referral.id)
        .where(
            Referral.tip_id.in_(urgency),
            STANDS,
            Message.kind == Kind.ALERT,
            Message.template != Template.MORE_TOLD.name,
        )
        .order_by(Message.id)
    )
    found: dict[int, dict[int, KnownName]] = defaultdict(dict)
    for who, tip_id, referral_id, reference, template, state in rows:
        before = found[who].get(tip_id)
        if before is None or referral_id >= before.referral_id:
            now = KnownName(tip_id, urgency[tip_id], referral_id, reference)
            before = replace(now, read=before.read) if before else now
        if template in OF_TEMPLATE and state not in UNREAD:
            before = replace(before, read=OF_TEMPLATE[template])
        found[who][tip_id] = before
    return {who: [*names.values()] for who, names in found.items()}


def told_lately(
    session: Session, responder_ids: Collection[int], template: Template, since: datetime
) -> set[tuple[int, str]]:
    """Returns the responders who were sent this template at or after `since`, each with the reference in it."""
    rows = session.execute(
        select(Message.responder_id, Message.parameters).where(
            Message.responder_id.in_(responder_ids),
            Message.template == template.name,
            Message.created_at >= since,
            Message.state.not_in(UNREAD),
        )
    )
    return {(who, str(parameters.get("ref"))) for who, parameters in rows}


WITHIN = timedelta(minutes=10)
"""Time that the assignee's phone may be off before a colleague learns about visit safety."""
NO_LATER = timedelta(hours=1)
MARKS = [name for name, read in OF_TEMPLATE.items() if read in (HowRead.STAY_AWAY, HowRead.CAREFUL)]
REACHED = (MessageState.DELIVERED, MessageState.ANSWERED)
NOT_REACHED = [state for state in MessageState if state not in REACHED]
"""The states are named, so that the query uses their index. The relay runs it each second."""


def unheard_marks(session: Session, at: datetime) -> Sequence[int]:
    """Returns open tips whose assignee was sent a message about visit safety that failed or came too late.

    Leaves out tips of which a responder was alerted since. Leaves out assignees who answered for the case since,
    because their phone is on.
    """
    later = aliased(Referral)
    told_since = exists().where(later.tip_id == Tip.id, later.created_at > Message.created_at)
    found = (
        select(Tip.id)
        .join(Referral, Referral.tip_id == Tip.id)
        .join(Message, Message.referral_id == Referral.id)
        .where(
            Message.template.in_(MARKS),
            Message.created_at > at - NO_LATER,
            Message.responder_id == Tip.holder_id,
            Message.state.in_(NOT_REACHED),
            or_(Message.state == MessageState.FAILED, Message.created_at <= at - WITHIN),
            Tip.closed_at.is_(None),
            or_(Referral.acknowledged_at.is_(None), Referral.acknowledged_at <= Message.created_at),
            ~told_since,
        )
        .distinct()
    )
    return session.scalars(found).all()


# Finds the cases that a responder may name in an answer.


@dataclass(frozen=True, slots=True)
class KnownCases:
    """References of one responder, newest first."""

    open: tuple[str, ...]
    """One reference for each case that is neither closed nor a colleague's."""
    also: tuple[str, ...]
    """References of cases that are closed, a colleague's or no longer theirs, and older references of open cases."""


def _hers(responder_id: int) -> tuple[ColumnElement[bool], ...]:
    """Returns the conditions of `Referral` by which this responder may know a case now."""
    return (
        Referral.responder_id == responder_id,
        STANDS,
        not_kept_from(responder_id, Referral.tip_id),
    )


def by_name(responder_id: int) -> ColumnElement[bool]:
    """Returns the condition of `Referral` that the responder may use its reference.

    An ended assignment counts too, so that a responder who answers it reads that it is over.
    """
    over = and_(Referral.released_at.is_not(None), not_excluded(responder_id, Referral.tip_id))
    return or_(over, not_kept_from(responder_id, Referral.tip_id))


def stays_with_colleague(responder_id: int) -> ColumnElement[bool]:
    """Returns the condition on `Tip` that a colleague holds the case, and still holds it if this responder takes it.

    It is `_may_change_hands` of the module `ladder` as a query, for lists of many cases.
    """
    hands_on = or_(
        and_(Deadline.kind == DeadlineKind.ACKNOWLEDGE, Tip.end_wanted_by.is_(None)),
        Deadline.kind == DeadlineKind.RED,
        and_(Deadline.kind == DeadlineKind.OUTCOME, Deadline.nth >= ESCALATED),
    )
    asked = exists().where(Deadline.tip_id == Tip.id, Deadline.fired_at.is_(None), hands_on)
    theirs = aliased(Referral)
    holder = aliased(Responder)
    here = (
        exists()
        .where(
            theirs.tip_id == Tip.id,
            theirs.responder_id == Tip.holder_id,
            theirs.released_at.is_(None),
            holder.id == Tip.holder_id,
            or_(theirs.step >= Tip.place_step, holder.level == Level.NATIONAL),
        )
        .correlate(Tip)
    )
    held = (Tip.holder_id.is_not(None), Tip.holder_id != responder_id)
    return and_(*held, ~asked.correlate(Tip), or_(Tip.place_step == 0, here))


def of_responder(session: Session, responder_id: int, since: datetime) -> KnownCases:
    """Returns the cases that this responder was alerted of after `since`, and the open cases that they acknowledged."""
    took = and_(ANSWERED, Referral.passed_at.is_(None))
    rows = session.execute(
        select(
            Referral.tip_id,
            Referral.reference,
            and_(Tip.closed_at.is_(None), STANDS, or_(took, ~stays_with_colleague(responder_id))),
        )
        .join(Tip, Tip.id == Referral.tip_id)
        .where(
            Referral.responder_id == responder_id,
            by_name(responder_id),
            or_(Referral.created_at > since, and_(ANSWERED, Tip.closed_at.is_(None))),
        )
        .order_by(Referral.created_at.desc(), Referral.id.desc())
    )
    newest: dict[int, str] = {}
    also: list[str] = []
    for tip_id, reference, hers in rows:
        if hers and tip_id not in newest:
            newest[tip_id] = reference
        else:
            also.append(reference)
    return KnownCases(tuple(newest.values()), tuple(also))


def in_danger(session: Session, references: Collection[str]) -> frozenset[str]:
    """Returns those of these references that name a case in danger."""
    if not references:
        return frozenset()
    urgent = select(Referral.reference).join(Tip, Tip.id == Referral.tip_id)
    urgent = urgent.where(Referral.reference.in_(references), Tip.urgency == Urgency.DANGER)
    return frozenset(session.scalars(urgent))


def tips_of(session: Session, responder_id: int) -> Sequence[tuple[str, Tip]]:
    """Returns the responder's references of open cases, each with its tip."""
    hers = (*_hers(responder_id), Tip.closed_at.is_(None))
    rows = select(Referral.reference, Tip).join(Tip, Tip.id == Referral.tip_id).where(*hers)
    return [(name, tip) for name, tip in session.execute(rows)]


def held(session: Session, responder_id: int, as_of: datetime) -> list[str]:
    """Returns the newest reference of each case that this responder holds and took before `as_of`, danger first."""
    proved = or_(Referral.doubted_at.is_(None), Referral.proved_at < as_of)
    found = select(Referral.tip_id, Referral.reference).where(
        *_hers(responder_id),
        Tip.holder_id == responder_id,
        Referral.acknowledged_at < as_of,
        proved,
        open_at(as_of),
    )
    return _newest_names(session, found)


def helped(session: Session, responder_id: int) -> list[str]:
    """Returns the references of the open cases that this responder took and a colleague holds."""
    found = select(Referral.tip_id, Referral.reference).where(
        *_hers(responder_id),
        Tip.holder_id != responder_id,
        TOOK,
        Referral.passed_at.is_(None),
        Tip.closed_at.is_(None),
        OF_A_CASE,
    )
    return _newest_names(session, found)


def quicker(session: Session, responder_id: int) -> list[str]:
    """Returns the references of the cases that stay with a colleague if this responder takes them."""
    stays = (*_hers(responder_id), stays_with_colleague(responder_id))
    rows = select(Referral.reference).join(Tip, Tip.id == Referral.tip_id).where(*stays)
    return list(session.scalars(rows))


def open_references(session: Session, responder_id: int, as_of: datetime) -> list[str]:
    """Returns the references of this responder's open cases and of colleagues' cases, as of a moment, danger first.

    Returns one reference for each tip. A case that the responder did not acknowledge is open. So is one that they
    acknowledged, while it is not closed and they are not its assignee.
    """
    unproven = and_(
        Referral.doubted_at <= as_of, or_(Referral.proved_at.is_(None), Referral.proved_at >= as_of)
    )
    holds = Tip.holder_id.is_not_distinct_from(responder_id)
    found = select(Referral.tip_id, Referral.reference).where(
        *_hers(responder_id),
        Referral.created_at <= as_of,
        or_(
            and_(Referral.acknowledged_at.is_(None), ~holds),
            Referral.acknowledged_at >= as_of,
            unproven,
            and_(~holds, open_at(as_of), OF_A_CASE),
        ),
    )
    return _newest_names(session, found)


def open_at(as_of: datetime) -> ColumnElement[bool]:
    """Returns the condition on `Tip` that it was not closed by then."""
    return or_(Tip.closed_at.is_(None), Tip.closed_at >= as_of)


def _newest_names(session: Session, found: Select[int, str]) -> list[str]:
    """Returns the newest reference of each tip, danger first and then the newest."""
    rows = session.execute(
        found.join(Tip, Tip.id == Referral.tip_id).order_by(
            Tip.urgency != Urgency.DANGER, Referral.created_at.desc(), Referral.id.desc()
        )
    )
    newest: dict[int, str] = {}
    for tip_id, reference in rows:
        newest.setdefault(tip_id, reference)
    return list(newest.values())


def known_as(session: Session, responder_id: int, tip_ids: Collection[int]) -> str | None:
    """Returns the first reference by which the responder knows one of these tips, if they may still see it."""
    hers = (*_hers(responder_id), Referral.tip_id.in_(tip_ids))
    return session.scalar(select(Referral.reference).where(*hers).order_by(Referral.id).limit(1))


@dataclass(frozen=True, slots=True)
class ToldLately:
    """The reference by which a responder was alerted of a case, and when."""

    reference: str
    told_at: datetime
    is_taken: bool
    """True if the responder acknowledged it, is believed, and did not pass it on."""


def alerted_lately(session: Session, responder_id: int, since: datetime) -> Sequence[ToldLately]:
    """Returns the cases that the responder was alerted of after `since`, newest first. Leaves out drills."""
    told = (Referral.responder_id == responder_id, Referral.created_at > since, OF_A_CASE)
    took = and_(TOOK, Referral.passed_at.is_(None))
    rows = session.execute(
        select(Referral.reference, Referral.created_at, took)
        .where(*told)
        .order_by(Referral.created_at.desc(), Referral.id.desc())
    )
    return [ToldLately(name, at, bool(taken)) for name, at, taken in rows]


def taken_since(session: Session, tip: Tip) -> datetime | None:
    """Returns when the assignee first acknowledged the tip, or None."""
    theirs = (
        Referral.tip_id == tip.id,
        Referral.responder_id == tip.holder_id,
        gateway_tables.BELIEVED,
    )
    return session.scalar(select(func.min(Referral.acknowledged_at)).where(*theirs))


def unread_by(session: Session, tip_id: int) -> frozenset[int]:
    """Returns the ids of the alerted responders who have a PIN and have not read the case by any reference."""
    rows = session.execute(
        select(Referral.responder_id, func.max(Referral.opened_at))
        .join(Responder, Responder.id == Referral.responder_id)
        .where(Referral.tip_id == tip_id, Responder.pin_wrap.is_not(None))
        .group_by(Referral.responder_id)
    )
    return frozenset(who for who, opened_at in rows if opened_at is None)


def is_opened(session: Session, referral_id: int) -> bool:
    """Returns True if the responder has read the case, by any of their references."""
    one = session.get_one(Referral, referral_id)
    hers = told_to(one.tip_id, one.responder_id)
    return is_any(session, Referral.id, *hers, Referral.opened_at.is_not(None))


def has_referred(session: Session, tip_id: int, responder_id: int) -> bool:
    """Returns True if the responder said that someone helps the person, by any of their references."""
    hers = told_to(tip_id, responder_id)
    return is_any(session, Referral.id, *hers, Referral.handed_to_help_at.is_not(None))


def followed(session: Session, responder_id: int) -> Sequence[tuple[str, Tip]]:
    """Returns the cases, open or closed, in which this responder may say how a person is.

    Gives the newest reference.

    Those who offered help, heard that it is wanted, or took the case may say so. From the second ring on, every
    responder who knows the case may. A person who said no is asked again by another responder.
    """
    known = Referral.tip_id == Tip.id, Referral.responder_id == responder_id
    took = exists().where(*known, TOOK)
    may = or_(ServiceReferral.responder_id == responder_id, took, ServiceReferral.rung > 1)
    runs = ServiceReferral.due_at.is_not(None)
    offer = exists().where(ServiceReferral.tip_id == Tip.id, runs, may)
    waits = (PossibleVictim.tip_id == Tip.id, PossibleVictim.due_at.is_not(None))
    is_offer = PossibleVictim.clock == FollowKind.OFFER
    knows = or_(PossibleVictim.responder_id == responder_id, took, PossibleVictim.rung > 1)
    wants = exists().where(*waits, is_offer, knows)
    again = exists().where(*waits, ~is_offer, PossibleVictim.rung > 0)
    asked = or_(offer, wants, and_(again, ~_heard_last(responder_id)))
    hers = (*_hers(responder_id), asked)
    rows = select(Referral.reference, Tip).join(Tip, Tip.id == Referral.tip_id).where(*hers)
    newest = {tip.id: (name, tip) for name, tip in session.execute(rows.order_by(Referral.id))}
    return list(newest.values())


def _heard_last(responder_id: int) -> ColumnElement[bool]:
    """Returns the condition of `Tip` that this responder was the last to ask a person if they want help."""
    said = CaseLogRow.tip_id == Tip.id, CaseLogRow.kind == EntryKind.CONSENT
    newest = select(func.max(CaseLogRow.id)).where(*said).correlate(Tip).scalar_subquery()
    return exists().where(CaseLogRow.id == newest, CaseLogRow.responder_id == responder_id)
