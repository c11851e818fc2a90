"""The pair of each case that codes about a person are sealed to, and who holds its private half: rows.

A trigger refuses to delete a pair whose codes were not counted, on both databases.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.sealing.case_codes import READER, NewCase
from hotline.store.database import Row, add_if_new
from hotline.store.insert_only import keeps_by


class CaseKey(Row):
    """The public half, in clear: whoever writes codes needs no more."""

    __tablename__ = "case_key"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    """Since when an admin can see that the codes will go."""


class CaseGrant(Row):
    """The private half, sealed to the reader or to a desk that may read the tip."""

    __tablename__ = "case_grant"
    __table_args__ = (UniqueConstraint("tip_id", "holder"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("case_key.tip_id", ondelete="CASCADE"))
    holder: Mapped[str]
    """A desk's code, or `case_codes.READER`."""
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)


UNCOUNTED = "NOT EXISTS (SELECT 1 FROM case_counted WHERE tip_id = OLD.tip_id)"
KEEPING_SQLITE = (
    f"CREATE TRIGGER case_key_no_delete BEFORE DELETE ON case_key WHEN {UNCOUNTED}"
    " BEGIN SELECT RAISE(ABORT, 'case_key was not counted yet'); END",
)
KEEPING_POSTGRES = (
    "CREATE FUNCTION case_key_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF {UNCOUNTED} THEN RAISE EXCEPTION 'case_key was not counted yet'"
    " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$",
    "CREATE TRIGGER case_key_no_delete BEFORE DELETE ON case_key"
    " FOR EACH ROW EXECUTE FUNCTION case_key_refuses()",
)
keeps_by(CaseKey, KEEPING_SQLITE, KEEPING_POSTGRES)


def public_key(session: Session, tip_id: int) -> bytes | None:
    """None where nothing was written about a person yet."""
    return session.scalar(select(CaseKey.public_key).where(CaseKey.tip_id == tip_id))


def make(session: Session, tip_id: int, new: NewCase, at: datetime) -> bytes:
    """A pair for a case. Of two that are made at once the first stays; its public half comes back."""
    key = CaseKey(tip_id=tip_id, public_key=new.public_key, made_at=at)
    if add_if_new(session, key):
        give(session, tip_id, READER, new.grant)
        return new.public_key
    return session.scalars(select(CaseKey.public_key).where(CaseKey.tip_id == tip_id)).one()


def give(session: Session, tip_id: int, holder: str, sealed_key: bytes) -> bool:
    """One more holds it; whether it held none before."""
    return add_if_new(session, CaseGrant(tip_id=tip_id, holder=holder, sealed_key=sealed_key))


def grant_of(session: Session, tip_id: int, holder: str) -> bytes | None:
    here = (CaseGrant.tip_id == tip_id, CaseGrant.holder == holder)
    return session.scalar(select(CaseGrant.sealed_key).where(*here))
