"""Defines the tables of case files and of records of harm. Also finds desks that still need the private key of a case,
and desks that must lose this key.

A case file itself is never stored. After the file is made, its row in the table no longer names the tip and the person.

`tips/queries_visible.py` defines who may read a tip.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    UniqueConstraint,
    and_,
    delete,
    exists,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.alerts.queries_retention import LegalHold
from hotline.alerts.tables_case_events import CaseGrant, CaseKey
from hotline.core.database import Row, change_rows, has_row
from hotline.keys.encrypt import READER
from hotline.people.rules_sign_in import APPROVAL_VALIDITY
from hotline.people.tables_desks import Desk
from hotline.tips.queries_visible import Viewer, desk_may_know, visible_to
from hotline.tips.rules import FILES_LISTED, HOLD_REVIEWED, OVERSEEN
from hotline.tips.tables import WITHOUT_BODY, Grant, Tip


class CaseFile(Row):
    """A request for a case file, for a prosecutor or court. After the file is made, the row no longer names the tip and
    the person."""

    __tablename__ = "case_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"))
    """The tip of the case. None after the file is made."""
    n: Mapped[int | None]
    """The number of the person whose coded answers the file will contain. None if the file contains no coded answers,
    and after the file is made."""
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("legal_hold.id"))
    """The legal hold that ends if this request ends without a file. None if the file was made, or if this request did
    not set the tip's hold. Also None if a person has set or reviewed the hold after the request."""
    basis: Mapped[str]
    """The legal reason for the file, as the value of a `FileBasis`."""
    order_number: Mapped[str]
    """The number of the order of a prosecutor or court. Empty if there is no order."""
    asked_by: Mapped[str]
    """The person who requested the file, named as in the audit log."""
    asked_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    made_by: Mapped[str | None]
    made_at: Mapped[datetime | None]
    digest: Mapped[str | None]
    """The SHA-256 digest of the file. None until the file is made."""


MADE_WITHIN = timedelta(days=7)
"""The time after the approval within which the file must be made."""


def made_files(session: Session) -> Sequence[CaseFile]:
    """Returns the case files that were made, the newest first."""
    found = select(CaseFile).where(CaseFile.made_at.is_not(None))
    return session.scalars(found.order_by(CaseFile.id.desc())).all()


def open_files(session: Session, viewer: Viewer) -> Sequence[CaseFile]:
    """Returns the requests whose file is not made yet and whose tip this viewer may see. The oldest request comes
    first."""
    found = select(CaseFile).join(Tip, Tip.id == CaseFile.tip_id).where(visible_to(viewer))
    return session.scalars(found.order_by(CaseFile.id)).all()


def has_open_file(session: Session, tip_id: int) -> bool:
    return has_row(session, CaseFile.id, CaseFile.tip_id == tip_id)


def holds_to_review(session: Session, viewer: Viewer | None, at: datetime) -> Sequence[LegalHold]:
    """Returns the legal holds of case files that must be reviewed now and whose tip this viewer may see. The oldest
    hold comes first."""
    reviewed = or_(
        LegalHold.reviewed_at <= at - HOLD_REVIEWED,
        and_(LegalHold.reviewed_at.is_(None), LegalHold.placed_at <= at - HOLD_REVIEWED),
    )
    found = select(LegalHold).join(Tip, Tip.id == LegalHold.tip_id)
    due = found.where(LegalHold.for_file, LegalHold.lifted_at.is_(None), reviewed)
    return session.scalars(due.where(visible_to(viewer)).order_by(LegalHold.id)).all()


def untie_hold(session: Session, hold_id: int) -> bool:
    """Changes a legal hold that a request for a case file has set: the hold no longer ends with this request. Returns
    True if the hold would have ended with the request."""
    tied = update(CaseFile).where(CaseFile.hold_id == hold_id).values(hold_id=None)
    return bool(session.scalars(tied.returning(CaseFile.id)).all())


def unused_files(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Returns the ids of requests for which the approval or the case file did not come in time."""
    unused = or_(
        CaseFile.approved_at <= at - MADE_WITHIN,
        and_(CaseFile.approved_at.is_(None), CaseFile.asked_at <= at - APPROVAL_VALIDITY),
    )
    found = select(CaseFile.id).where(CaseFile.made_at.is_(None), unused)
    return session.scalars(found.order_by(CaseFile.id).limit(limit)).all()


def delete_old(session: Session, at: datetime, limit: int) -> int:
    """Deletes the rows of case files that are too old for the list. Returns the number of deleted rows."""
    old = CaseFile.made_at <= at - FILES_LISTED
    ids = session.scalars(select(CaseFile.id).where(old).limit(limit)).all()
    session.execute(delete(CaseFile).where(CaseFile.id.in_(ids)))
    return len(ids)


BATCH = 200


def lacking_desks(session: Session, after: tuple[int, str]) -> Sequence[tuple[Tip, str]]:
    """Returns pairs of a tip and a desk that may read the tip but lacks the private key of the case. The pairs are
    sorted by tip and desk. Returns at most `BATCH` pairs after `after`, a pair of a tip's id and a desk's code.

    A retired oversight desk still gets keys for complaints, because its people still handle complaints.
    """
    held = exists().where(CaseGrant.tip_id == CaseKey.tip_id, CaseGrant.holder == Desk.code)
    found = (
        select(Tip, Desk.code)
        .join(CaseKey, CaseKey.tip_id == Tip.id)
        .join(Grant, Grant.tip_id == Tip.id)
        .join(Desk, Desk.code == Grant.desk_code)
        .where(~held, or_(Desk.retired_at.is_(None), Tip.official == OVERSEEN))
        .where(desk_may_know(Desk.code))
        .where(tuple_(Tip.id, Desk.code) > after)
        .options(WITHOUT_BODY)
        .order_by(Tip.id, Desk.code)
        .limit(BATCH)
    )
    return [(tip, code) for tip, code in session.execute(found)]


def has_excess_keys(session: Session) -> bool:
    """Returns True if a desk has the private key of a case that it must not have any more."""
    return has_row(session, CaseGrant.id, _beyond())


def delete_excess_keys(session: Session) -> None:
    """Deletes the copies of cases' private keys that are encrypted for desks which may no longer read the tip.

    Keeps a desk's copy if the desk lost access only because the text of the tip was erased.
    """
    gone = delete(CaseGrant).where(_beyond())
    change_rows(session, gone)


def _beyond() -> ColumnElement[bool]:
    held = select(Grant.id).where(Grant.tip_id == Tip.id, Grant.desk_code == CaseGrant.holder)
    granted = held.correlate(Tip, CaseGrant).exists()
    still = and_(
        Tip.id == CaseGrant.tip_id,
        or_(granted, Tip.erased_at.is_not(None)),
        desk_may_know(CaseGrant.holder),
    )
    may = exists(select(Tip.id).where(still)).correlate(CaseGrant)
    return and_(CaseGrant.holder != READER, ~may)


class HarmRecord(Row):
    """A record of one harm that the hotline caused: its author, and the second person who read it. The row does not
    name the tip to which the harm belongs."""

    __tablename__ = "harm_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    second_at: Mapped[datetime | None]


class HarmText(Row):
    """The text of a record of harm, encrypted for one desk."""

    __tablename__ = "harm_text"
    __table_args__ = (UniqueConstraint("record_id", "desk_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("harm_record.id"))
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    body: Mapped[bytes]


def add_record(session: Session, person_id: int, at: datetime, bodies: dict[str, bytes]) -> None:
    row = HarmRecord(person_id=person_id, at=at)
    session.add(row)
    session.flush()
    for code, body in bodies.items():
        session.add(HarmText(record_id=row.id, desk_code=code, body=body))
    session.flush()


def records_of(session: Session, desk: str) -> Sequence[tuple[HarmRecord, HarmText]]:
    """Returns the records of harm with a text for this desk, the newest first."""
    found = select(HarmRecord, HarmText).join(HarmText, HarmText.record_id == HarmRecord.id)
    rows = session.execute(found.where(HarmText.desk_code == desk).order_by(HarmRecord.id.desc()))
    return [(record, text) for record, text in rows]
