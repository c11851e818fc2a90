"""Says whether a tip waits to be taken: one definition for lists, Today, a tip's page, commands and alarms."""

from collections.abc import Collection

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from hotline.domain.referrals.clocks import ASKS
from hotline.domain.tips.promises import Asked
from hotline.store.outbox.messages import Deadline, Referral
from hotline.store.tips.tips import Tip

ASK_RUNS = (Deadline.fired_at.is_(None), Deadline.kind.in_(ASKS))
"""Of `Deadline`."""
UNTAKEN = or_(
    Tip.holder_id.is_(None),
    exists().where(Deadline.tip_id == Tip.id, *ASK_RUNS).correlate(Tip),
)
"""Of `Tip`: no responder holds it, or its holder passed it on or is silent, and people are asked to take it."""


def asked_beside_holder(
    session: Session, tip_ids: Collection[int] | None = None
) -> dict[int, Asked]:
    """Returns the tips among these, or of all, that a responder holds while people are asked to take them."""
    passed = exists().where(
        Referral.tip_id == Tip.id,
        Referral.responder_id == Tip.holder_id,
        Referral.passed_at.is_not(None),
    )
    held = select(Tip.id, passed.correlate(Tip)).join(Deadline, Deadline.tip_id == Tip.id)
    held = held.where(*ASK_RUNS, Tip.holder_id.is_not(None))
    rows = session.execute(held if tip_ids is None else held.where(Tip.id.in_(tip_ids)))
    return {tip_id: Asked.PASSED_ON if is_passed else Asked.SILENT for tip_id, is_passed in rows}
