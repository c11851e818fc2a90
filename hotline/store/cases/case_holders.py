"""Which desks should hold the key of a case and do not, and which hold it and should not: asked of `visible`."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, tuple_
from sqlalchemy.orm import Session, defer

from hotline.sealing.case_codes import READER
from hotline.store.cases.case_keys import CaseGrant, CaseKey
from hotline.store.database import is_any
from hotline.store.desk.desks import Desk
from hotline.store.tips.tips import Grant, Tip
from hotline.store.tips.visible import desk_may_know

BATCH = 200


@dataclass(frozen=True, slots=True)
class LackingDesk:
    """A desk that may read a tip, and holds no key of its case yet."""

    tip: Tip
    code: str
    public_key: bytes


def lacking(session: Session, after: tuple[int, str]) -> Sequence[LackingDesk]:
    """The next ones, by tip and desk."""
    held = exists().where(CaseGrant.tip_id == CaseKey.tip_id, CaseGrant.holder == Desk.code)
    found = (
        select(Tip, Desk.code, Desk.public_key)
        .join(CaseKey, CaseKey.tip_id == Tip.id)
        .join(Grant, Grant.tip_id == Tip.id)
        .join(Desk, Desk.code == Grant.desk_code)
        .where(~held, Desk.retired_at.is_(None), desk_may_know(Desk.code))
        .where(tuple_(Tip.id, Desk.code) > after)
        .options(defer(Tip.body))
        .order_by(Tip.id, Desk.code)
        .limit(BATCH)
    )
    return [LackingDesk(*row) for row in session.execute(found)]


def any_beyond(session: Session) -> bool:
    """Whether any desk holds a key that it should not."""
    return is_any(session, CaseGrant.id, _beyond())


def take(session: Session) -> int:
    """From every desk that may know of its tip no more; how many. Words that are gone took the tip's grants with them:
    that alone takes no key of a case.
    """
    gone = delete(CaseGrant).where(_beyond()).returning(CaseGrant.id)
    rows = session.scalars(gone.execution_options(synchronize_session=False))
    return len(rows.all())


def _beyond() -> ColumnElement[bool]:
    held = select(Grant.id).where(Grant.tip_id == Tip.id, Grant.desk_code == CaseGrant.holder)
    granted = held.correlate(Tip, CaseGrant).exists()
    still = and_(
        Tip.id == CaseGrant.tip_id,
        or_(granted, Tip.erased_at.is_not(None)),
        desk_may_know(CaseGrant.holder),
    )
    may = exists(select(Tip.id).where(still)).correlate(CaseGrant)
    return and_(CaseGrant.holder != READER, ~may)
