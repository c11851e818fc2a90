"""The words of notes, each sealed under its tip's own key. They go with the tip's words; their entries stay."""

from collections.abc import Collection, Mapping

from sqlalchemy import ForeignKey, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.cases.case_log import CaseLogRow
from hotline.store.database import Row


class CaseNote(Row):
    __tablename__ = "case_note"

    case_log_id: Mapped[int] = mapped_column(ForeignKey("case_log.id"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """As `sealing.answers.seal_note` makes it."""


def keep(session: Session, entry_id: int, body: bytes) -> None:
    session.add(CaseNote(case_log_id=entry_id, body=body))
    session.flush()


def of_tip(session: Session, tip_id: int) -> Mapping[int, bytes]:
    """By the id of its entry, each sealed note."""
    found = (
        select(CaseNote.case_log_id, CaseNote.body)
        .join(CaseLogRow, CaseLogRow.id == CaseNote.case_log_id)
        .where(CaseLogRow.tip_id == tip_id)
        .order_by(CaseNote.case_log_id)
    )
    return {row.case_log_id: row.body for row in session.execute(found)}


def forget(session: Session, tip_ids: Collection[int]) -> None:
    """The words of these tips' notes."""
    theirs = select(CaseLogRow.id).where(CaseLogRow.tip_id.in_(tip_ids))
    gone = delete(CaseNote).where(CaseNote.case_log_id.in_(theirs))
    session.execute(gone.execution_options(synchronize_session=False))
