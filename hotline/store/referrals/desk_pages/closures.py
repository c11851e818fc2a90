"""Lists closures that wait for a second person, with their age: for Today, Approvals, the list of tips and the board.

One condition and one question, so that no page forgets a closure that another one shows. Rows in clear alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, defer

from hotline.domain.tip import TipOutcome
from hotline.store.referrals.tip_overview import REAL
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer, visible_to

CLOSURE_WAITS = and_(Tip.closure_requested_at.is_not(None), Tip.closed_at.is_(None))
"""Of `Tip`: a closure was requested, and no second person has confirmed or refused it."""


class WaitingClosure(NamedTuple):
    """A closure that waits for a second person."""

    tip: Tip
    outcome: TipOutcome
    requested_by: str
    """The person's name as the case keeps it: `responder:7`, `account:4:Alice` or `name:Alice`."""
    requested_at: datetime


def waiting(session: Session, viewer: Viewer | None, limit: int) -> Sequence[WaitingClosure]:
    """Returns the closures that this viewer may see, the oldest request first."""
    found = select(Tip).options(defer(Tip.body)).where(*REAL, visible_to(viewer), CLOSURE_WAITS)
    rows = session.scalars(found.order_by(Tip.closure_requested_at, Tip.id).limit(limit))
    return [
        WaitingClosure(
            tip,
            TipOutcome(tip.end_wanted or TipOutcome.SILENT),
            tip.end_wanted_by or "",
            tip.closure_requested_at,
        )
        for tip in rows
        if tip.closure_requested_at is not None
    ]
