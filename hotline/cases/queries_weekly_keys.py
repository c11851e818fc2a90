"""Finds the grants that were locked in an earlier week. A grant is the stored key of a tip or of a case, encrypted for
a desk. Each grant has a lock: a second encryption, with a key that changes every week. The first bytes of a locked
grant name the week."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, func, or_, select
from sqlalchemy.orm import Session

from hotline.alerts.tables_case_events import CaseGrant
from hotline.keys.encrypt import case_name, label
from hotline.keys.weekly_lock import LOCKED, MARK_BYTES, week_mark
from hotline.tips.tables import Grant, Tip

GRANTS: tuple[Any, ...] = (Grant, CaseGrant)


class OldGrant(NamedTuple):
    grant: Grant | CaseGrant
    bound: bytes
    """The label of the grant, which contains the unique name of the tip and the code of the desk. The weekly lock of
    the grant can be removed only with this label."""


def locked_before(session: Session, week: str, *, since: str, limit: int) -> Sequence[OldGrant]:
    """Returns the grants (a tip's key, encrypted for a desk) that have no lock or the lock of an earlier week.

    Leaves out grants that can no longer be decrypted, and grants that another transaction has locked in the database.
    Locks the rows of the returned grants in the database until the transaction ends.
    """
    found: list[OldGrant] = []
    for row in GRANTS:
        begins = _mark(row)
        openable = or_(week_mark(since) <= begins, begins < LOCKED)
        old = (
            select(row, Tip.uid)
            .join(Tip, Tip.id == row.tip_id)
            .where(week_mark(week) > begins, openable)
            .order_by(row.id)
            .limit(limit - len(found))
            .with_for_update(of=row, skip_locked=True)
        )
        found += [OldGrant(one, _bound(one, uid)) for one, uid in session.execute(old)]
    return found


def oldest_week(session: Session) -> str | None:
    """Returns the earliest week whose key still locks a grant. Returns None if no grant is locked."""
    marks: list[bytes] = []
    for row in GRANTS:
        begins = _mark(row)
        first = select(begins).where(begins >= LOCKED).order_by(begins).limit(1)
        marks += session.scalars(first).all()
    return min(marks)[1:].decode() if marks else None


def _mark(row: Any) -> ColumnElement[bytes]:
    return func.substr(row.encrypted_key, 1, MARK_BYTES, type_=LargeBinary)


def _bound(grant: Grant | CaseGrant, uid: str) -> bytes:
    if isinstance(grant, CaseGrant):
        return label(case_name(uid), grant.holder)
    return label(uid, grant.desk_code)
