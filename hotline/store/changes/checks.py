"""What the checker found in whole documents, kept by their digests: checking is dear."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

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
