"""Everything that waits for a moment: what a clock that is set back would keep waiting for too long."""

from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hotline.domain.outbox.delivery import FINAL_STATES
from hotline.domain.tip import TipState
from hotline.store.database import Row
from hotline.store.outbox.messages import Deadline, Lane, Message
from hotline.store.tips.tips import Tip

Kept = TypeVar("Kept", bound=Row)


def bring_forward(session: Session, by: timedelta) -> None:
    """Deadlines, due messages, leases, silence and a held lane, each sooner by so much.

    What somebody else holds at this moment is passed by: she is about to change it anyway.
    """
    for deadline in _held(session, select(Deadline).where(Deadline.fired_at.is_(None))):
        deadline.due_at -= by
        deadline.set_at = deadline.set_at and deadline.set_at - by
        deadline.named_at = deadline.named_at and deadline.named_at - by
    for message in _held(session, select(Message).where(Message.state.not_in(FINAL_STATES))):
        message.next_at -= by
        message.lease_until = message.lease_until and message.lease_until - by
    for tip in _held(session, select(Tip).where(Tip.state == TipState.DRAFT)):
        tip.updated_at -= by
    for lane in _held(session, select(Lane).where(Lane.held_until.is_not(None))):
        lane.held_until = lane.held_until and lane.held_until - by


def _held(session: Session, rows: Select[Kept]) -> list[Kept]:
    return list(session.scalars(rows.with_for_update(skip_locked=True)))
