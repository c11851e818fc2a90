"""Stores the rosters of desks: weekly duties, changes of single shifts, holidays, handover notes and reported gaps.
Also stores imports of uploaded files (sheets) with people or shifts. The content of a sheet is stored until its import
ends.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, delete, insert, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row
from hotline.people.rules import RowFault
from hotline.people.rules_roster import (
    DAY,
    WEEK,
    DutyRow,
    Gap,
    Override,
    Roster,
    monday_of,
    week_of,
)
from hotline.text.time import KIGALI

NOTES_KEPT = timedelta(hours=72)
NEVER = datetime.min.replace(tzinfo=UTC)
KEPT_FOR = timedelta(days=120)
"""The time after which the hotline deletes past rosters, changed shifts and reported gaps."""


class Duty(Row):
    """A person's duty on one weekday of one week."""

    __tablename__ = "duty"
    __table_args__ = (UniqueConstraint("desk_code", "week", "weekday", "responder_id", "from_min"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_code: Mapped[str]
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    week: Mapped[date]
    """The Monday of the duty's week."""
    weekday: Mapped[int]
    from_min: Mapped[int]
    to_min: Mapped[int]
    """The end of the duty, in minutes after midnight in Kigali. The value is at most 2880, because a duty may end on
    the next day.
    """
    rank: Mapped[int]


class DutyOverride(Row):
    """A change of one shift: a responder takes the shift, or offers it to colleagues."""

    __tablename__ = "duty_override"

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_code: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """The responder who took the shift, or None if no one has taken the offered shift yet."""
    replaces: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """The responder who offered the shift, or None if the shift filled a gap."""
    asked_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class HandoverNote(Row):
    """A note from the people of one shift to the people of the next shift.

    A general note is encrypted for a desk, and names no case. A note about a case is stored with the case, and the row
    only refers to it.
    """

    __tablename__ = "handover_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_code: Mapped[str | None] = mapped_column(ForeignKey("desk.code"))
    case_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("case_note.case_event_id", ondelete="CASCADE"), unique=True
    )
    """The case event that contains the text, if the note is about a case. If the database deletes the case event, it
    also deletes this row.
    """
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    """The person who wrote the handover note."""
    body: Mapped[bytes | None]
    at: Mapped[datetime]


class HandoverRead(Row):
    """The time until which a person has read and confirmed all handover notes."""

    __tablename__ = "handover_read"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    until: Mapped[datetime]


class Holiday(Row):
    """A public holiday. On a holiday, people are on duty as on another weekday, such as Sunday."""

    __tablename__ = "holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    like_weekday: Mapped[int]


class GapNotice(Row):
    """A gap in the roster that the hotline reported to a desk's coordinator. Because of this row, the hotline does not
    report the gap a second time.
    """

    __tablename__ = "gap_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_code: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[str]
    """`found` for the first report about the gap, or `day before` for a report on the day before the gap begins."""
    notified_at: Mapped[datetime]

    def covers(self, gap: Gap) -> bool:
        """Returns True if `gap` begins within this reported gap. Does not compare the ends, because the end of a gap
        may change after the report.
        """
        return self.desk_code == gap.desk and self.starts_at <= gap.starts_at <= self.ends_at


def roster(session: Session, start: datetime, end: datetime) -> Roster:
    """Returns the roster of all desks for the days from `start` to `end`."""
    first = start.astimezone(KIGALI).date() - DAY
    days = [first + n * DAY for n in range((end - start).days + 4)]
    holidays = holidays_between(session, days[0], days[-1])
    pairs = {(monday_of(day), holidays.get(day, day.weekday())) for day in days}
    weeks = {monday_of(day) for day in days} | {week_of(start)}
    used = select(Duty.desk_code, Duty.week).where(Duty.week.in_(weeks)).distinct()
    known = frozenset((desk, week) for desk, week in session.execute(used))
    if not known:
        return Roster((), known, (), holidays)
    rows = duty_rows(session, tuple_(Duty.week, Duty.weekday).in_(pairs))
    touching = (DutyOverride.starts_at < end, DutyOverride.ends_at > start)
    swaps = select(DutyOverride).where(*touching).order_by(DutyOverride.id)
    overrides = [
        Override(one.desk_code, one.starts_at, one.ends_at, one.responder_id, one.replaces)
        for one in session.scalars(swaps)
    ]
    return Roster(rows, known, overrides, holidays)


def holidays_between(session: Session, first: date, last: date) -> dict[date, int]:
    """Returns the public holidays from `first` to `last`, each with the weekday whose roster counts on the holiday."""
    found = select(Holiday.day, Holiday.like_weekday).where(Holiday.day.between(first, last))
    return {day: like for day, like in session.execute(found.order_by(Holiday.day))}  # noqa: C416


def set_holiday(session: Session, day: date, like_weekday: int | None) -> None:
    """Makes a day a public holiday, on which the roster of the weekday `like_weekday` counts. If `like_weekday` is
    None, the day is no longer a holiday.
    """
    session.execute(delete(Holiday).where(Holiday.day == day))
    if like_weekday is not None:
        session.execute(insert(Holiday), {"day": day, "like_weekday": like_weekday})


COLUMNS = (
    *(Duty.desk_code, Duty.responder_id, Duty.week, Duty.weekday),
    *(Duty.from_min, Duty.to_min, Duty.rank),
)


def duty_rows(session: Session, *where: object) -> list[DutyRow]:
    return [DutyRow(*one) for one in session.execute(select(*COLUMNS).where(*where))]  # type: ignore[arg-type]


def week_rows(session: Session, week: date, desks: Collection[str]) -> list[DutyRow]:
    """Returns the roster rows of the desks in `desks` for a week."""
    return duty_rows(session, Duty.week == week, Duty.desk_code.in_(desks))


def replace_rows(
    session: Session, week: date, desks: Collection[str], rows: Iterable[DutyRow]
) -> None:
    """Replaces all roster rows of the desks in `desks` for a week with `rows`."""
    session.execute(delete(Duty).where(Duty.week == week, Duty.desk_code.in_(desks)))
    names = [column.key for column in COLUMNS]
    unique = {(one.desk, one.responder_id, one.weekday, one.from_min): one for one in rows}
    if unique:
        session.execute(
            insert(Duty), [dict(zip(names, one, strict=True)) for one in unique.values()]
        )


def delete_overrides(
    session: Session, desk: str, span: tuple[datetime, datetime], responder_id: int | None
) -> None:
    """Deletes the changes of a desk's shifts during the time `span`. If `responder_id` is given, deletes only the
    changes by which this responder took a shift.
    """
    touching = (DutyOverride.starts_at < span[1], DutyOverride.ends_at > span[0])
    own = () if responder_id is None else (DutyOverride.responder_id == responder_id,)
    session.execute(delete(DutyOverride).where(DutyOverride.desk_code == desk, *touching, *own))


def open_offers(session: Session, desks: Collection[str], at: datetime) -> Sequence[DutyOverride]:
    """Returns the offered shifts of these desks that no one has taken and that have not ended."""
    found = select(DutyOverride).where(
        DutyOverride.desk_code.in_(desks),
        DutyOverride.responder_id.is_(None),
        DutyOverride.ends_at > at,
    )
    return session.scalars(found.order_by(DutyOverride.starts_at, DutyOverride.id)).all()


def notices(session: Session, at: datetime) -> Sequence[GapNotice]:
    """Returns the reported gaps in the roster that have not ended."""
    return session.scalars(select(GapNotice).where(GapNotice.ends_at > at)).all()


def add_notice(session: Session, gap: Gap, kind: str, at: datetime) -> None:
    session.add(
        GapNotice(
            desk_code=gap.desk,
            starts_at=gap.starts_at,
            ends_at=gap.ends_at,
            kind=kind,
            notified_at=at,
        )
    )


def add_note(session: Session, desk: str, person_id: int, body: bytes, at: datetime) -> None:
    session.add(HandoverNote(desk_code=desk, person_id=person_id, body=body, at=at))
    session.flush()


def add_case_note(session: Session, case_event_id: int, person_id: int, at: datetime) -> None:
    session.add(HandoverNote(case_event_id=case_event_id, person_id=person_id, at=at))
    session.flush()


def notes_of(session: Session, desks: Collection[str], at: datetime) -> Sequence[HandoverNote]:
    """Returns the general handover notes of these desks from the last 72 hours, newest first."""
    found = select(HandoverNote).where(HandoverNote.desk_code.in_(desks))
    found = found.where(HandoverNote.at > at - NOTES_KEPT).order_by(HandoverNote.id.desc())
    return session.scalars(found).all()


def read_until(session: Session, person_id: int) -> datetime:
    """Returns the time until which a person has read and confirmed all handover notes."""
    read = session.get(HandoverRead, person_id)
    return NEVER if read is None else read.until


def mark_read(session: Session, person_id: int, until: datetime) -> None:
    """Records the time until which a person has read all handover notes. A later time is never replaced by an earlier
    time."""
    row = session.get(HandoverRead, person_id, with_for_update=True)
    if row is None:
        session.add(HandoverRead(person_id=person_id, until=until))
    else:
        row.until = max(row.until, until)
    session.flush()


def delete_old(session: Session, at: datetime) -> None:
    """Deletes past rosters, changes of shifts, reported gaps and general handover notes."""
    for table in (DutyOverride, GapNotice):
        session.execute(delete(table).where(table.ends_at < at - KEPT_FOR))
    is_general = HandoverNote.case_event_id.is_(None)
    session.execute(delete(HandoverNote).where(is_general, HandoverNote.at <= at - NOTES_KEPT))
    session.execute(delete(Duty).where(Duty.week < week_of(at - KEPT_FOR - WEEK)))


SHEETS_KEPT_FOR = timedelta(days=30)
"""The time after which the hotline deletes the record of an import."""
RESUMED_FOR = timedelta(hours=1)
"""The time for which the hotline can continue an interrupted import, counted from a person's confirmation of the file.
After this time, a person must upload the file again.
"""


class SheetKind(StrEnum):
    PEOPLE = "people"
    ROSTER = "roster"


class SheetImport(Row):
    """The import of an uploaded file (a sheet), after a person confirmed the import."""

    __tablename__ = "sheet_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """One value of the enum `SheetKind`."""
    week: Mapped[date | None]
    """The Monday of the week, if the file contains shifts."""
    encrypted: Mapped[bytes | None]
    """The content of the file, encrypted with the console's key, or NULL after the import has ended."""
    size: Mapped[int]
    done: Mapped[int]
    """The number of rows that the import has handled so far."""
    asked_by: Mapped[str]
    """The person who confirmed the import, as the audit log names the person."""
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    faults: Mapped[str | None]
    """The errors that stopped the import, as JSON, or None if there were no errors."""

    def end(self, at: datetime, faults: Sequence[RowFault] = ()) -> None:
        """Ends the import, deletes the file's content, and stores the errors."""
        self.encrypted, self.ended_at = None, at
        if faults:
            self.faults = json.dumps([[one.line, one.reason.to_json()] for one in faults])


def pending_ids(session: Session) -> Sequence[int]:
    """Returns the ids of the imports that have not ended, oldest first. The calling code must continue an import that
    is younger than `RESUMED_FOR`, and must end an older import.
    """
    found = select(SheetImport.id).where(SheetImport.ended_at.is_(None))
    return session.scalars(found.order_by(SheetImport.id)).all()


def locked_import(session: Session, sheet_id: int) -> SheetImport | None:
    """Returns an import that has not ended, and locks its row. Returns None if the import has already ended."""
    found = select(SheetImport).where(SheetImport.id == sheet_id, SheetImport.ended_at.is_(None))
    return session.scalar(found.with_for_update())


def recent_imports(session: Session, kind: SheetKind, at: datetime) -> Sequence[SheetImport]:
    """Returns the imports of one kind in the last 30 days, newest first."""
    found = select(SheetImport).where(
        SheetImport.kind == kind, SheetImport.asked_at > at - SHEETS_KEPT_FOR
    )
    return session.scalars(found.order_by(SheetImport.id.desc())).all()


def delete_old_sheets(session: Session, at: datetime) -> None:
    session.execute(delete(SheetImport).where(SheetImport.asked_at < at - SHEETS_KEPT_FOR))
