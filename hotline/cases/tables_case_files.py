"""Stores requests for case files, and the list of those that were made. A file itself is never stored.

The list contains no tip and no person: the row loses both when the file is made.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, and_, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.alerts.queries_retention import LegalHold
from hotline.core.database import Row
from hotline.people.rules_second_factor import APPROVAL_VALIDITY
from hotline.tips.queries_visible import Viewer, visible_to
from hotline.tips.rules_deadlines import FILES_LISTED, HOLD_REVIEWED
from hotline.tips.tables import Tip


class CaseFile(Row):
    """A case on paper for a prosecutor or court, as it was requested, approved and made."""

    __tablename__ = "case_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)
    """The tip of the case. None after the file was made."""
    n: Mapped[int | None]
    """The number of the person whose codes the file contains. None if it contains none, and after it was made."""
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("legal_hold.id"))
    """The legal hold that ends if this request ends unused. None if there was one before, if anyone
    asked for it or kept it since, and after the file was made."""
    basis: Mapped[str]
    """The value of a `rules_case_file.FileBasis`."""
    order_number: Mapped[str]
    """The number of the order. Empty if there is none."""
    asked_by: Mapped[str]
    """The person who made the request, as the audit log names people."""
    asked_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    made_by: Mapped[str | None]
    made_at: Mapped[datetime | None]
    digest: Mapped[str | None]
    """The SHA-256 digest of the file."""


MADE_WITHIN = timedelta(days=7)
"""The time after the approval within which the file must be made."""


def add_file(session: Session, row: CaseFile) -> None:
    session.add(row)
    session.flush()


def find_file(session: Session, file_id: int, *, for_writing: bool = False) -> CaseFile | None:
    return session.get(CaseFile, file_id, with_for_update=for_writing or None)


def delete_file(session: Session, row: CaseFile) -> None:
    session.delete(row)
    session.flush()


def made_files(session: Session) -> Sequence[CaseFile]:
    """Returns the files that were made, the newest first."""
    found = select(CaseFile).where(CaseFile.made_at.is_not(None))
    return session.scalars(found.order_by(CaseFile.id.desc())).all()


def open_files(session: Session, viewer: Viewer) -> Sequence[CaseFile]:
    """Returns the requests that are not made yet, about tips that this viewer may see, the oldest first."""
    found = select(CaseFile).join(Tip, Tip.id == CaseFile.tip_id).where(visible_to(viewer))
    return session.scalars(found.order_by(CaseFile.id)).all()


def has_open_file(session: Session, tip_id: int) -> bool:
    return session.scalar(select(CaseFile.id).where(CaseFile.tip_id == tip_id)) is not None


def holds_to_review(session: Session, viewer: Viewer | None, at: datetime) -> Sequence[LegalHold]:
    """Returns the legal holds of case files that must be reviewed now, the oldest first."""
    reviewed = or_(
        LegalHold.reviewed_at <= at - HOLD_REVIEWED,
        and_(LegalHold.reviewed_at.is_(None), LegalHold.placed_at <= at - HOLD_REVIEWED),
    )
    found = select(LegalHold).join(Tip, Tip.id == LegalHold.tip_id)
    due = found.where(LegalHold.for_file, LegalHold.lifted_at.is_(None), reviewed)
    return session.scalars(due.where(visible_to(viewer)).order_by(LegalHold.id)).all()


def untie_hold(session: Session, hold_id: int) -> bool:
    """Keeps a legal hold even if the request that set it ends. Returns True if the hold would have ended with a request
    until now.
    """
    tied = update(CaseFile).where(CaseFile.hold_id == hold_id).values(hold_id=None)
    return bool(session.scalars(tied.returning(CaseFile.id)).all())


def unused_files(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Returns the requests that were not approved in time, or whose file was not made in time."""
    unused = or_(
        CaseFile.approved_at <= at - MADE_WITHIN,
        and_(CaseFile.approved_at.is_(None), CaseFile.asked_at <= at - APPROVAL_VALIDITY),
    )
    found = select(CaseFile.id).where(CaseFile.made_at.is_(None), unused)
    return session.scalars(found.order_by(CaseFile.id).limit(limit)).all()


def delete_old(session: Session, at: datetime, limit: int) -> int:
    """Deletes rows that were listed long enough. Returns the number of rows."""
    old = CaseFile.made_at <= at - FILES_LISTED
    ids = session.scalars(select(CaseFile.id).where(old).limit(limit)).all()
    session.execute(delete(CaseFile).where(CaseFile.id.in_(ids)))
    return len(ids)
