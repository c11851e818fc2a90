"""How tips stand: a question over tips, referrals and responders together, and only of what is in clear."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.domain import trial
from hotline.domain.tip import Matter, TipState
from hotline.store import asked_back
from hotline.store.messages import BELIEVED, Referral
from hotline.store.responders import Responder
from hotline.store.tips import Tip


@dataclass(frozen=True, slots=True)
class Standing:
    """A tip and what became of it, in clear: nothing here was sealed."""

    tip: Tip
    acknowledged_by: str | None
    """The name of the first responder who took it, and is believed."""
    unproven: str | None
    """Whose answer by SMS stands in no inbox of the gateway's: it counts for nothing until it does."""
    referrals: int
    same_contact: int
    """How many tips more came from the same phone that week: linked, never merged. Complaints are linked to nothing."""
    question: str | None = None
    """How the question that was asked back stands: asked, answered, read."""


def standings(session: Session) -> Sequence[Standing]:
    """Every tip, drafts and the line's own trials aside, the newest first."""
    first = (
        select(Referral.tip_id, func.min(Referral.acknowledged_at).label("at"))
        .where(BELIEVED)
        .group_by(Referral.tip_id)
        .subquery()
    )
    taken = (
        select(Referral.tip_id, func.min(Responder.name).label("name"))
        .join(first, (first.c.tip_id == Referral.tip_id) & (first.c.at == Referral.acknowledged_at))
        .join(Responder, Responder.id == Referral.responder_id)
        .where(BELIEVED)
        .group_by(Referral.tip_id)
        .subquery()
    )
    unproven = (
        select(Referral.tip_id, func.min(Responder.name).label("name"))
        .join(Responder, Responder.id == Referral.responder_id)
        .where(~BELIEVED)
        .group_by(Referral.tip_id)
        .subquery()
    )
    told = select(Referral.tip_id, func.count().label("count")).group_by(Referral.tip_id).subquery()
    rows = session.execute(
        select(Tip, taken.c.name, unproven.c.name, func.coalesce(told.c.count, 0))
        .outerjoin(taken, taken.c.tip_id == Tip.id)
        .outerjoin(unproven, unproven.c.tip_id == Tip.id)
        .outerjoin(told, told.c.tip_id == Tip.id)
        .where(Tip.state != TipState.DRAFT, Tip.channel != trial.CHANNEL)
        .order_by(Tip.id.desc())
    )
    found = rows.all()
    told_by = Counter(tip.contact_key for tip, *_ in found if _is_linked(tip))
    more = {tip.id: told_by[tip.contact_key] - 1 for tip, *_ in found if _is_linked(tip)}
    asked = asked_back.states(session)
    return [
        Standing(tip, name, doubted, count, more.get(tip.id, 0), asked.get(tip.id))
        for tip, name, doubted, count in found
    ]


def _is_linked(tip: Tip) -> bool:
    return tip.contact_key != "" and tip.matter == Matter.TIP
