"""Which week's lock is on which grant: the first bytes of each say so."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import LargeBinary, func, or_, select
from sqlalchemy.orm import Session

from hotline.sealing.keys.weekly_lock import LOCKED, MARK_BYTES, mark
from hotline.store.tips.tips import Grant, Tip

MARK = func.substr(Grant.sealed_key, 1, MARK_BYTES, type_=LargeBinary)


@dataclass(frozen=True, slots=True)
class OldGrant:
    grant: Grant
    uid: str


def locked_before(session: Session, week: str, *, since: str, limit: int) -> Sequence[OldGrant]:
    """Grants whose lock is older than a week's, or that have none; of those that can still be opened.

    Held until the transaction ends.
    """
    openable = or_(mark(since) <= MARK, MARK < LOCKED)
    old = (
        select(Grant, Tip.uid)
        .join(Tip, Tip.id == Grant.tip_id)
        .where(mark(week) > MARK, openable)
        .order_by(Grant.id)
        .limit(limit)
        .with_for_update(of=Grant, skip_locked=True)
    )
    return [OldGrant(grant, uid) for grant, uid in session.execute(old)]


def oldest(session: Session) -> str | None:
    """The earliest week that a grant still needs."""
    first = session.scalar(select(MARK).where(MARK >= LOCKED).order_by(MARK).limit(1))
    return None if first is None else bytes(first[1:]).decode()
