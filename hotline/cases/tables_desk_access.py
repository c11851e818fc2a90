"""Finds the desks that lack the key of a case, and the desks that must not have it any more.

The conditions are in `tips/queries_visible.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from hotline.alerts.tables_case_events import CaseGrant, CaseKey
from hotline.core.database import has_row
from hotline.keys.encrypt import READER
from hotline.people.tables_desks import Desk
from hotline.tips.queries_visible import desk_may_know
from hotline.tips.rules import OVERSEEN
from hotline.tips.tables import WITHOUT_BODY, Grant, Tip

BATCH = 200


@dataclass(frozen=True, slots=True)
class LackingDesk:
    """A desk that may read a tip but does not have the key of the case yet."""

    tip: Tip
    code: str


def lacking_desks(session: Session, after: tuple[int, str]) -> Sequence[LackingDesk]:
    """Returns the next desks that lack the key of a case, in the order of tips and desks.

    A retired oversight desk still gets the keys of its complaints, because its people still handle them.
    """
    held = exists().where(CaseGrant.tip_id == CaseKey.tip_id, CaseGrant.holder == Desk.code)
    found = (
        select(Tip, Desk.code)
        .join(CaseKey, CaseKey.tip_id == Tip.id)
        .join(Grant, Grant.tip_id == Tip.id)
        .join(Desk, Desk.code == Grant.desk_code)
        .where(~held, or_(Desk.retired_at.is_(None), Tip.official == OVERSEEN))
        .where(desk_may_know(Desk.code))
        .where(tuple_(Tip.id, Desk.code) > after)
        .options(WITHOUT_BODY)
        .order_by(Tip.id, Desk.code)
        .limit(BATCH)
    )
    return [LackingDesk(*row) for row in session.execute(found)]


def has_excess_keys(session: Session) -> bool:
    """Returns True if a desk has the key of a case and must not have it any more."""
    return has_row(session, CaseGrant.id, _beyond())


def delete_excess_keys(session: Session) -> int:
    """Deletes the case keys of desks that may no longer read the tip. Returns the number of deleted keys.

    If only the text of a tip is erased, its grants are deleted and its case keys are kept.
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
