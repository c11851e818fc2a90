"""Codes about a person, each beside its entry in the log and sealed to the pair of its case.

A trigger refuses UPDATE, and DELETE of any that were not counted, on both databases.
"""

from collections.abc import Mapping

from sqlalchemy import ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.cases.case_log import CaseLogRow
from hotline.store.database import Row
from hotline.store.insert_only import keeps_by


class CaseCode(Row):
    __tablename__ = "case_code"

    case_log_id: Mapped[int] = mapped_column(ForeignKey("case_log.id"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """As `sealing.case_codes.seal_codes` makes it, of the entry."""


NOT_COUNTED = (
    "NOT EXISTS (SELECT 1 FROM case_counted c JOIN case_log l ON l.tip_id = c.tip_id"
    " WHERE l.id = OLD.case_log_id)"
)
KEEPING_SQLITE = (
    "CREATE TRIGGER case_code_no_update BEFORE UPDATE ON case_code"
    " BEGIN SELECT RAISE(ABORT, 'case_code is never changed'); END",
    f"CREATE TRIGGER case_code_no_delete BEFORE DELETE ON case_code WHEN {NOT_COUNTED}"
    " BEGIN SELECT RAISE(ABORT, 'case_code was not counted yet'); END",
)
KEEPING_POSTGRES = (
    "CREATE FUNCTION case_code_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF TG_OP = 'DELETE' THEN IF NOT ({NOT_COUNTED}) THEN RETURN OLD; END IF; END IF;"
    " RAISE EXCEPTION 'case_code is kept until it was counted'"
    " USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER case_code_no_change BEFORE UPDATE OR DELETE ON case_code"
    " FOR EACH ROW EXECUTE FUNCTION case_code_refuses()",
)
keeps_by(CaseCode, KEEPING_SQLITE, KEEPING_POSTGRES)


def keep(session: Session, entry_id: int, body: bytes) -> None:
    session.add(CaseCode(case_log_id=entry_id, body=body))
    session.flush()


def of_tip(session: Session, tip_id: int) -> Mapping[int, bytes]:
    """By the id of its entry, what was sealed; the first first."""
    found = (
        select(CaseCode.case_log_id, CaseCode.body)
        .join(CaseLogRow, CaseLogRow.id == CaseCode.case_log_id)
        .where(CaseLogRow.tip_id == tip_id)
        .order_by(CaseCode.case_log_id)
    )
    return {row.case_log_id: row.body for row in session.execute(found)}
