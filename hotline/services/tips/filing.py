"""A tip moves on: from a draft to a fragment, to what is filed, to what is complete.

Runs inside its caller's transaction.
"""

from hotline.domain import trial
from hotline.domain.tip import NOT_SAID, TipState, Urgency
from hotline.ports import Kit
from hotline.store.database import Session
from hotline.store.tips import untold
from hotline.store.tips.tips import Tip
from hotline.store.tips.told_tips import ToldTip

WHOLE = (TipState.FILED, TipState.COMPLETE)


def reach_state(session: Session, kit: Kit, tip: Tip | ToldTip, state: TipState) -> None:
    """Moves a tip on. The moment it stops being a draft it is filed."""
    now = kit.now()
    rings_for_nobody = state is TipState.FRAGMENT and tip.place == NOT_SAID
    if tip.state == TipState.DRAFT and state is not TipState.DRAFT:
        tip.filed_at = now
        if tip.channel != trial.CHANNEL and not rings_for_nobody:
            _wait(session, tip)
    if rings_for_nobody:
        tip.referred_urgency = Urgency.DANGER
    if tip.state != TipState.COMPLETE and state is TipState.COMPLETE:
        tip.completed_at = now
    tip.state = state


def wants_referral(tip: Tip | ToldTip) -> bool:
    """Whether somebody is to be told of a tip that was just written."""
    if tip.state == TipState.DRAFT:
        return False
    if tip.referred_urgency is None or tip.urgency < tip.referred_urgency:
        return True
    # It was filed by what was written last, and waits by a row of its own.
    waits_since = tip.referred_at
    return waits_since is not None and tip.updated_at <= waits_since == tip.filed_at


def _wait(session: Session, tip: Tip | ToldTip) -> None:
    untold.put(session, tip.id, tip.urgency)
    tip.referred_at, tip.referred_urgency = tip.filed_at, tip.urgency
