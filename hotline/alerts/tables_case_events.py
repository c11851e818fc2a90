"""Stores the log of every case: rows that are written once and never changed.

Triggers in both databases refuse UPDATE, DELETE and TRUNCATE. No code of ours turns them off.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new, is_any
from hotline.core.writes import Column, add, never_changes
from hotline.gateway.tables import Referral
from hotline.text.export_sheets import row_id_in
from hotline.tips.rules_events import WHY, EntryKind, EntryWay, check_codes


class CaseLogRow(Row):
    """One case event. Repeated events have the same `key`, and only the first is written."""

    __tablename__ = "case_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    at: Mapped[datetime]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    desk: Mapped[str | None]
    way: Mapped[str]
    kind: Mapped[str]
    codes: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(unique=True)
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("case_log.id"))
    """The case event that this one corrects. Both are shown."""


OF_MEETING = (EntryKind.SCREENED, EntryKind.CONSENT)
OF_TAKING = (EntryKind.TOLD, EntryKind.TAKEN, EntryKind.PASSED)
never_changes(CaseLogRow)


def written(session: Session, row: CaseLogRow) -> int | None:
    """Writes a case event in the caller's transaction. Returns its id, or None if its key exists already.

    Raises ValueError for a code that is in no list.
    """
    check_codes(EntryKind(row.kind), row.codes)
    if not add_if_new(session, row):
        return None
    return session.scalar(select(CaseLogRow.id).where(CaseLogRow.key == row.key))


def written_told(
    session: Session, told: Sequence[tuple[int, int, int, int, str]], at: datetime
) -> None:
    """Writes one case event for each alerted responder: assignment id, tip, step, responder and reason."""
    rows = [(tip_id, who, why, f"told:{id}") for id, tip_id, _, who, why in told]
    _written(session, EntryKind.TOLD, rows, at)


def written_linked(session: Session, links: Sequence[tuple[int, int, str]], at: datetime) -> None:
    """Writes for each later tip the earlier tip that is probably the same, and the reason."""
    rows = [(later, None, why, f"linked:{earlier}:{later}") for later, earlier, why in links]
    _written(session, EntryKind.LINKED, rows, at)


def _written(
    session: Session,
    kind: EntryKind,
    rows: Sequence[tuple[int, int | None, str, str]],
    at: datetime,
) -> None:
    """Writes many case events caused by the clock. Each row is tip, responder, reason and key."""
    columns = (CaseLogRow.tip_id, CaseLogRow.responder_id, CaseLogRow.codes, CaseLogRow.key)
    coded = [(tip_id, who, f'{{"{WHY}":"{why}"}}', key) for tip_id, who, why, key in rows]
    same: dict[Column, object] = {
        CaseLogRow.at: at,
        CaseLogRow.way: EntryWay.CLOCK,
        CaseLogRow.kind: kind,
    }
    add(session, CaseLogRow, columns, coded, same, unless_taken=CaseLogRow.key)


def of_tip(session: Session, tip_id: int) -> Sequence[CaseLogRow]:
    """Returns all case events of a tip, oldest first."""
    found = select(CaseLogRow).where(CaseLogRow.tip_id == tip_id)
    return session.scalars(found.order_by(CaseLogRow.id)).all()


def is_written(session: Session, key: str) -> bool:
    return is_any(session, CaseLogRow.id, CaseLogRow.key == key)


def has_met(session: Session, tip_id: int) -> bool:
    """Returns True if a person in this case was screened, or was asked whether they want help."""
    is_of_meeting = CaseLogRow.kind.in_(OF_MEETING)
    return is_any(session, CaseLogRow.id, CaseLogRow.tip_id == tip_id, is_of_meeting)


def newest(session: Session, tip_id: int, kind: EntryKind) -> CaseLogRow | None:
    """Returns the newest case event of a kind, or None."""
    found = select(CaseLogRow).where(CaseLogRow.tip_id == tip_id, CaseLogRow.kind == kind)
    return session.scalars(found.order_by(CaseLogRow.id.desc()).limit(1)).first()


def tip_named(session: Session, name: str) -> int | None:
    """Returns a tip's id from its number, as in `12` or `T12`, or from any responder's reference.

    Does not check that a tip has that number. Returns None for an unknown reference.
    """
    number = name.removeprefix("T")
    if number.isdecimal():
        return row_id_in(number)
    return session.scalar(select(Referral.tip_id).where(Referral.reference == name))


def last_of(
    session: Session, tip_id: int, responder_id: int, *, but_told: bool = False
) -> CaseLogRow | None:
    """Returns the responder's newest case event that says if the case is theirs: alerted, acknowledged or passed on.

    Ignores alerts if `but_told`.
    """
    kinds = OF_TAKING[1:] if but_told else OF_TAKING
    hers = (CaseLogRow.tip_id == tip_id, CaseLogRow.responder_id == responder_id)
    found = select(CaseLogRow).where(*hers, CaseLogRow.kind.in_(kinds))
    return session.scalars(found.order_by(CaseLogRow.id.desc()).limit(1)).first()
