"""Stores the log of each case, and data that is encrypted with the key pair of a case.

The hotline writes a row of the log once, and never changes it. Triggers in the database refuse to change or delete a
row. No code switches these triggers off.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import (
    Column,
    Row,
    add_if_new,
    add_rows,
    change_rows,
    has_row,
)
from hotline.gateway.tables import Assignment
from hotline.keys.encrypt import READER, NewCase
from hotline.text.export_sheets import parse_row_id
from hotline.tips.rules_events import WHY, EventChannel, LoggedEvent, check_codes


class CaseEventRow(Row):
    """An event in the log of a case, which is written only once for each `key`."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    at: Mapped[datetime]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    desk: Mapped[str | None]
    channel: Mapped[str]
    kind: Mapped[str]
    codes: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(unique=True)
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("case_event.id"))
    """The id of the event that this event corrects. Pages show the corrected event too."""


OF_MEETING = (LoggedEvent.SCREENED, LoggedEvent.CONSENT)
OF_TAKING = (LoggedEvent.ALERTED, LoggedEvent.ACKNOWLEDGED, LoggedEvent.PASSED)


def write_event(session: Session, row: CaseEventRow) -> int | None:
    """Writes an event of a case in the transaction of the calling function, and returns the id of the event. Returns
    None if an event with this key is already stored.

    Raises ValueError if the row has a code that an event of this kind may not have.
    """
    check_codes(LoggedEvent(row.kind), row.codes)
    if not add_if_new(session, row):
        return None
    return session.scalar(select(CaseEventRow.id).where(CaseEventRow.key == row.key))


def write_alerted(
    session: Session, alerted: Sequence[tuple[int, int, int, int, str]], at: datetime
) -> None:
    """Writes an event for each responder who was alerted. Each entry of `alerted` contains the assignment's id, the
    tip, the step, the responder, and the reason for the alert."""
    rows = [(tip_id, person, purpose, f"told:{id}") for id, tip_id, _, person, purpose in alerted]
    _write_events(session, LoggedEvent.ALERTED, rows, at)


def write_links(session: Session, links: Sequence[tuple[int, int, str]], at: datetime) -> None:
    """Writes an event for each link from a tip to an earlier similar tip, with the reason for the link."""
    rows = [(later, None, reason, f"linked:{earlier}:{later}") for later, earlier, reason in links]
    _write_events(session, LoggedEvent.LINKED, rows, at)


def _write_events(
    session: Session,
    kind: LoggedEvent,
    rows: Sequence[tuple[int, int | None, str, str]],
    at: datetime,
) -> None:
    """Writes events that the clock process caused. Each row contains the tip, the responder, the reason and the key."""
    columns = (CaseEventRow.tip_id, CaseEventRow.responder_id, CaseEventRow.codes, CaseEventRow.key)
    coded = [(tip_id, person, f'{{"{WHY}":"{code}"}}', key) for tip_id, person, code, key in rows]
    values: dict[Column, object] = {
        CaseEventRow.at: at,
        CaseEventRow.channel: EventChannel.CLOCK,
        CaseEventRow.kind: kind,
    }
    add_rows(session, CaseEventRow, columns, coded, values, unless_taken=CaseEventRow.key)


def events_of_tip(session: Session, tip_id: int) -> Sequence[CaseEventRow]:
    """Returns all events of a tip, the oldest first."""
    found = select(CaseEventRow).where(CaseEventRow.tip_id == tip_id)
    return session.scalars(found.order_by(CaseEventRow.id)).all()


def is_written(session: Session, key: str) -> bool:
    return has_row(session, CaseEventRow.id, CaseEventRow.key == key)


def has_met(session: Session, tip_id: int) -> bool:
    """Returns True if responders met a person in this case: the person was screened, or was asked if they want help."""
    is_of_meeting = CaseEventRow.kind.in_(OF_MEETING)
    return has_row(session, CaseEventRow.id, CaseEventRow.tip_id == tip_id, is_of_meeting)


def newest_event(session: Session, tip_id: int, kind: LoggedEvent) -> CaseEventRow | None:
    """Returns the newest event of this kind, or None."""
    found = select(CaseEventRow).where(CaseEventRow.tip_id == tip_id, CaseEventRow.kind == kind)
    return session.scalars(found.order_by(CaseEventRow.id.desc()).limit(1)).first()


def find_tip(session: Session, name: str) -> int | None:
    """Returns the id of a tip. `name` is the number of the tip, such as `12` or `T12`, or any responder's reference of
    the tip. Does not check if a tip with this number exists. Returns None for an unknown reference."""
    number = name.removeprefix("T")
    if number.isdecimal():
        return parse_row_id(number)
    first = (Assignment.reference == name, Assignment.repeats_id.is_(None))
    return session.scalar(select(Assignment.tip_id).where(*first))


def last_event_of(
    session: Session, tip_id: int, responder_id: int, *, skip_alerts: bool = False
) -> CaseEventRow | None:
    """Returns the newest event which shows if the responder has the case: alerted, acknowledged or passed on.

    If `skip_alerts` is True, leaves out alerts of the responder.
    """
    kinds = OF_TAKING[1:] if skip_alerts else OF_TAKING
    conditions = (CaseEventRow.tip_id == tip_id, CaseEventRow.responder_id == responder_id)
    found = select(CaseEventRow).where(*conditions, CaseEventRow.kind.in_(kinds))
    return session.scalars(found.order_by(CaseEventRow.id.desc()).limit(1)).first()


# The code below stores the key pair of each case, and all data that is encrypted with this key pair.


class CaseKey(Row):
    """The public key of a case, not encrypted. With this key, the hotline can write coded answers about persons
    (answers chosen from a list), but cannot read them."""

    __tablename__ = "case_key"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    """The time since which the console warns that the coded answers about the persons of this case will be deleted."""


class CaseGrant(Row):
    """The private key of a case, encrypted for a desk that may read the tip, or for the reader process."""

    __tablename__ = "case_grant"
    __table_args__ = (UniqueConstraint("tip_id", "holder"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("case_key.tip_id", ondelete="CASCADE"))
    holder: Mapped[str]
    """The code of the desk that can decrypt this key, or the constant `READER` for the reader process."""
    encrypted_key: Mapped[bytes] = mapped_column(LargeBinary)


def public_key(session: Session, tip_id: int) -> bytes | None:
    """Returns the public key of a case, or None if the case has no coded answers about persons yet."""
    return session.scalar(select(CaseKey.public_key).where(CaseKey.tip_id == tip_id))


def store_key(session: Session, tip_id: int, new: NewCase, at: datetime) -> bytes:
    """Stores a key pair for a case, and returns the public key of the case.

    If another process has stored a key pair first, that key pair stays.
    """
    key = CaseKey(tip_id=tip_id, public_key=new.public_key, made_at=at)
    if add_if_new(session, key):
        give(session, tip_id, READER, new.grant)
        return new.public_key
    return session.scalars(select(CaseKey.public_key).where(CaseKey.tip_id == tip_id)).one()


def give(session: Session, tip_id: int, holder: str, encrypted_key: bytes) -> bool:
    """Stores the private key of a case, encrypted for the desk or process `holder`. Returns False if this key is
    already stored for `holder`."""
    return add_if_new(session, CaseGrant(tip_id=tip_id, holder=holder, encrypted_key=encrypted_key))


def grant_of(session: Session, tip_id: int, holder: str) -> bytes | None:
    conditions = (CaseGrant.tip_id == tip_id, CaseGrant.holder == holder)
    return session.scalar(select(CaseGrant.encrypted_key).where(*conditions))


class CaseCode(Row):
    __tablename__ = "case_code"

    case_event_id: Mapped[int] = mapped_column(ForeignKey("case_event.id"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The coded answers in an event, encrypted by `keys.encrypt.encrypt_codes`."""


class CaseNote(Row):
    """The text of a note about a case, encrypted with the key of the tip.

    The note is deleted when the text of the tip is erased. The log of the case still shows that there was a note.
    """

    __tablename__ = "case_note"

    case_event_id: Mapped[int] = mapped_column(ForeignKey("case_event.id"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The text of the note, encrypted by `tips.encrypt_notes.encrypt_note`."""


def store_body(
    session: Session, table: type[CaseCode] | type[CaseNote], entry_id: int, body: bytes
) -> None:
    """Stores encrypted data of an event in `table`, under the id of the event."""
    session.add(table(case_event_id=entry_id, body=body))
    session.flush()


def bodies_of(
    session: Session, table: type[CaseCode] | type[CaseNote], tip_id: int
) -> Mapping[int, bytes]:
    """Returns all encrypted data about a tip in `table`, keyed by the id of the event, the oldest first."""
    found = (
        select(table.case_event_id, table.body)
        .join(CaseEventRow, CaseEventRow.id == table.case_event_id)
        .where(CaseEventRow.tip_id == tip_id)
        .order_by(table.case_event_id)
    )
    return {row.case_event_id: row.body for row in session.execute(found)}


def delete_notes(session: Session, tip_ids: Collection[int]) -> None:
    """Deletes the texts of all notes about these tips."""
    event_ids = select(CaseEventRow.id).where(CaseEventRow.tip_id.in_(tip_ids))
    statement = delete(CaseNote).where(CaseNote.case_event_id.in_(event_ids))
    change_rows(session, statement)


class CaseCounted(Row):
    """A tip whose persons the statistics have already counted. The statistics count all tips of a month at the same
    time."""

    __tablename__ = "case_counted"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    month: Mapped[str]
    at: Mapped[datetime]


def is_counted(session: Session, tip_id: int) -> bool:
    """Returns True if the statistics have already counted the persons in the tips of this tip's month.

    Coded answers (answers chosen from a list) that are written later are not in the statistics.
    """
    return session.get(CaseCounted, tip_id) is not None


def mark_counted(session: Session, tip_ids: Collection[int], month: str, at: datetime) -> None:
    """Records that the statistics have counted the persons in these tips. After that, the coded answers about these
    persons may be deleted."""
    session.add_all(CaseCounted(tip_id=tip_id, month=month, at=at) for tip_id in tip_ids)
    session.flush()


class StartedFormRow(Row):
    """A responder's encrypted answers in a form that is not finished. Each new answer replaces the row."""

    __tablename__ = "started_form"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"), primary_key=True)
    at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)


def store_form(session: Session, tip_id: int, responder_id: int, body: bytes, at: datetime) -> None:
    """Replaces the stored answers of an unfinished form. The calling function must have locked the row of the tip."""
    row = StartedFormRow(tip_id=tip_id, responder_id=responder_id, body=body, at=at)
    session.merge(row)
    session.flush()


def drop_form(session: Session, tip_id: int, responder_id: int) -> None:
    conditions = (StartedFormRow.tip_id == tip_id, StartedFormRow.responder_id == responder_id)
    session.execute(delete(StartedFormRow).where(*conditions))


def forms_of(
    session: Session, responder_id: int, tip_ids: Collection[int]
) -> Mapping[int, StartedFormRow]:
    """Returns this responder's encrypted answers in unfinished forms, keyed by tip."""
    found = select(StartedFormRow).where(
        StartedFormRow.responder_id == responder_id, StartedFormRow.tip_id.in_(tip_ids)
    )
    return {row.tip_id: row for row in session.scalars(found)}
