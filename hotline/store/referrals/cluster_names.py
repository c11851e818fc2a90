"""Finds the references by which responders know the tips of a cluster, and the text that each last read.

Also finds assignees who did not get a message about visit safety.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from hotline.domain.outbox.delivery import MessageState
from hotline.domain.outbox.message import Kind
from hotline.domain.tip import Matter
from hotline.domain.tips.clusters import OF_TEMPLATE, HowRead, KnownName
from hotline.domain.wording import Template
from hotline.store.outbox.messages import STANDS, Message, Referral
from hotline.store.tips.likeness import TipLikeness
from hotline.store.tips.tips import Tip

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
