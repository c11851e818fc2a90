"""Every sealed number, whosever it is, and every grant: what must be sealed anew when a pair is rotated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from hotline.domain.call_back import CallBackState
from hotline.sealing.cases.case_codes import case_name
from hotline.store.cases.case_keys import CaseGrant
from hotline.store.outbox.messages import Watcher
from hotline.store.people.enrolments import Enrolment
from hotline.store.people.responders import Responder
from hotline.store.tips.call_backs import CallBack
from hotline.store.tips.tips import Grant, Tip

Column: TypeAlias = InstrumentedAttribute[Any]

VAULTS: Mapping[str, tuple[Column, ...]] = {
    "relay": (Responder.sealed_number, Enrolment.sealed_number, Enrolment.sealed_code),
    "watch": (Watcher.sealed_number,),
}
"""Columns that hold digits, by the pair that they are sealed to."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class SealedGrant:
    id: int
    uid: str
    """The tip's; of a case's key the name that `case_codes.case_name` makes of it."""
    sealed_key: bytes = field(repr=False)
    row: Any = Grant
    """The table that it lies in."""


def numbers(session: Session, column: Column, after: int) -> Sequence[tuple[int, bytes]]:
    """The next ones, by the row's id."""
    row = column.class_
    held = select(row.id, column).where(row.id > after, column.is_not(None))
    return [(id, sealed) for id, sealed in session.execute(held.order_by(row.id).limit(BATCH))]


def exchange(session: Session, column: Column, row_id: int, before: bytes, after: bytes) -> None:
    """Unless it was changed meanwhile: the next look sees to it."""
    row = column.class_
    held = update(row).where(row.id == row_id, column == before)
    session.execute(held.values({column: after}))


def grants(session: Session, desk: str, after: int) -> Sequence[SealedGrant]:
    """The next ones of a desk, by the grant's id; drafts' as well."""
    found = session.execute(
        select(Grant.id, Tip.uid, Grant.sealed_key)
        .join(Tip, Tip.id == Grant.tip_id)
        .where(Grant.desk_code == desk, Grant.id > after)
        .order_by(Grant.id)
        .limit(BATCH)
    )
    return [SealedGrant(one.id, one.uid, one.sealed_key) for one in found]


def call_back_grants(session: Session, after: int) -> Sequence[SealedGrant]:
    """The next ones of call-backs that wait: all of them the national desk's."""
    found = session.execute(
        select(CallBack.id, CallBack.uid, CallBack.sealed_key)
        .where(CallBack.state == CallBackState.WAITING, CallBack.id > after)
        .order_by(CallBack.id)
        .limit(BATCH)
    )
    return [SealedGrant(one.id, one.uid, one.sealed_key, CallBack) for one in found]


def case_grants(session: Session, holder: str, after: int) -> Sequence[SealedGrant]:
    """The next keys of cases that a desk holds, or the reader."""
    found = session.execute(
        select(CaseGrant.id, Tip.uid, CaseGrant.sealed_key)
        .join(Tip, Tip.id == CaseGrant.tip_id)
        .where(CaseGrant.holder == holder, CaseGrant.id > after)
        .order_by(CaseGrant.id)
        .limit(BATCH)
    )
    return [SealedGrant(one.id, case_name(one.uid), one.sealed_key, CaseGrant) for one in found]


def regrant(session: Session, grant: SealedGrant, sealed_key: bytes) -> None:
    """Unless it was changed or erased meanwhile."""
    row = grant.row
    session.execute(
        update(row)
        .where(row.id == grant.id, row.sealed_key == grant.sealed_key)
        .values(sealed_key=sealed_key)
    )
