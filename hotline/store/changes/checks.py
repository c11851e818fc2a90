"""What the checker found in whole documents and in single flows, kept by their digests: checking is dear."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.changes.changes import EDITABLE, Change, ChangeStep
from hotline.store.database import Row, add_if_new


class ChangeCheck(Row):
    """The findings of a whole document."""

    __tablename__ = "change_check"

    digest: Mapped[str] = mapped_column(primary_key=True)
    """Of the document, and of the code that checked it."""
    change_id: Mapped[int | None] = mapped_column(ForeignKey("change.id"))
    """None: of what is live."""
    findings: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime]


class FlowState(Row):
    """What is wrong with one flow, and how full its fullest screen is: for lists."""

    __tablename__ = "flow_state"

    digest: Mapped[str] = mapped_column(primary_key=True)
    """Of the flow, the numbers, and the code that checked it."""
    findings: Mapped[list[Any]] = mapped_column(JSON)
    septets: Mapped[int]
    at: Mapped[datetime]


def found(session: Session, digest: str) -> Sequence[Mapping[str, Any]] | None:
    """What was found; None where nobody has looked."""
    return session.scalar(select(ChangeCheck.findings).where(ChangeCheck.digest == digest))


def is_noted(session: Session, digest: str, change_id: int | None) -> bool:
    """Whether the check says that it was this change's, since its newest edit."""
    if change_id is None:
        return True
    row = session.execute(
        select(ChangeCheck.change_id, ChangeCheck.at).where(ChangeCheck.digest == digest)
    ).first()
    edited = session.scalar(
        select(func.max(ChangeStep.at)).where(ChangeStep.change_id == change_id)
    )
    return row is not None and row[0] == change_id and (edited is None or row[1] >= edited)


def keep(
    session: Session,
    digest: str,
    findings: Sequence[Mapping[str, Any]],
    *,
    change_id: int | None,
    at: datetime,
) -> None:
    """What was found before is noted again: what it was asked for is the newest."""
    row = ChangeCheck(digest=digest, change_id=change_id, findings=list(findings), at=at)
    if not add_if_new(session, row) and change_id is not None:
        here = update(ChangeCheck).where(ChangeCheck.digest == digest)
        session.execute(here.values(change_id=change_id, at=at))


def unchecked(session: Session, before: datetime) -> Sequence[int]:
    """Changes that were last edited before that moment, and that nobody has checked since."""
    edited = func.max(ChangeStep.at)
    checked = (
        select(ChangeCheck.change_id, func.max(ChangeCheck.at).label("at"))
        .where(ChangeCheck.change_id.is_not(None))
        .group_by(ChangeCheck.change_id)
        .subquery()
    )
    waiting = (
        select(ChangeStep.change_id)
        .join(Change, Change.id == ChangeStep.change_id)
        .outerjoin(checked, checked.c.change_id == ChangeStep.change_id)
        .where(Change.state.in_(EDITABLE))
        .group_by(ChangeStep.change_id, checked.c.at)
        .having(edited <= before, or_(checked.c.at.is_(None), checked.c.at < edited))
        .order_by(ChangeStep.change_id)
    )
    return session.scalars(waiting).all()


def flow_states(session: Session, digests: Collection[str]) -> Mapping[str, FlowState]:
    rows = session.scalars(select(FlowState).where(FlowState.digest.in_(digests)))
    return {row.digest: row for row in rows}


def keep_flow_state(session: Session, row: FlowState) -> None:
    """Twice is once."""
    add_if_new(session, row)
