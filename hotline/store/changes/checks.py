"""What the checker found in whole documents, kept by their digests: checking is dear."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.changes.changes import EDITABLE, Change, ChangeStep
from hotline.store.database import Row, add_if_new

PATIENCE = timedelta(seconds=10)
"""How long an edit waits for a worker before the clock checks it."""
RECENT = timedelta(minutes=1)
"""What is older rings again when a page asks for it."""


class ChangeCheck(Row):
    """The findings of a whole document."""

    __tablename__ = "change_check"

    digest: Mapped[str] = mapped_column(primary_key=True)
    """Of the document, and of the code that checked it."""
    change_id: Mapped[int | None] = mapped_column(ForeignKey("change.id"))
    """None: of what is live."""
    findings: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime]


def found(session: Session, digest: str) -> Sequence[Mapping[str, Any]] | None:
    """What was found; None where nobody has looked."""
    return session.scalar(select(ChangeCheck.findings).where(ChangeCheck.digest == digest))


def keep(
    session: Session,
    digest: str,
    findings: list[Any],
    *,
    change_id: int | None,
    at: datetime,
) -> None:
    """Twice is once."""
    row = ChangeCheck(digest=digest, change_id=change_id, findings=findings, at=at)
    add_if_new(session, row)


def forget(session: Session, before: datetime) -> None:
    """What was found long ago: it is found again where somebody asks."""
    session.execute(delete(ChangeCheck).where(ChangeCheck.at < before))


def unchecked(session: Session, at: datetime) -> Sequence[int]:
    """Changes that may be edited, and whose newest step has waited for a worker in vain, but not for long."""
    newest = func.max(ChangeStep.at)
    found = (
        select(ChangeStep.change_id)
        .join(Change, Change.id == ChangeStep.change_id)
        .where(Change.state.in_(EDITABLE))
        .group_by(ChangeStep.change_id)
        .having(newest > at - RECENT, newest <= at - PATIENCE)
        .order_by(ChangeStep.change_id)
    )
    return session.scalars(found).all()
