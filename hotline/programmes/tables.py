"""Defines the tables of enrolment codes and of the phones in a programme.

Also stores the phones of responders who take lessons without joining a programme. A phone number is stored as a keyed
digest, without a name.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new


class EnrolmentCode(Row):
    """The enrolment code of one district. Phones join a programme with this code until the code ends."""

    __tablename__ = "enrolment_code"

    code_key: Mapped[str] = mapped_column(primary_key=True)
    """The keyed digest of the programme and the code."""
    programme: Mapped[str]
    district: Mapped[str]
    made_by: Mapped[str]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    uses: Mapped[int]
    """The number of phones that enrolled with this code."""


LESSONS_ONLY = "lessons"
"""The value of `Participant.programme` for a responder's phone that is in no programme. The row of such a phone stores
only lessons.
"""


class Participant(Row):
    """One phone in a programme, or the phone of a responder who takes lessons without joining the programme."""

    __tablename__ = "participant"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    """The permanent keyed digest of the programme and the phone number."""
    programme: Mapped[str]
    """The value of a `Programme`, or `LESSONS_ONLY`."""
    district: Mapped[str]
    """The person's district. Empty for a responder who does not belong to exactly one district."""
    created_at: Mapped[datetime]
    reports: Mapped[list[str]]
    """The reports from the last day on which the leader reported. Each report has the day, the occasion and the number
    of people."""
    passed: Mapped[dict[str, Any] | None]
    """The lessons that the person passed, each with the start time of the session in which the person passed it. The
    row stores neither wrong answers nor lessons that the person has not passed.
    """


def valid_codes(
    session: Session, code_keys: Collection[str], at: datetime
) -> Sequence[EnrolmentCode]:
    """Returns the codes that are valid at the given time and whose keyed digest is in `code_keys`."""
    asked = EnrolmentCode.code_key.in_(code_keys)
    within = (EnrolmentCode.created_at <= at, EnrolmentCode.ends_at > at)
    return session.scalars(select(EnrolmentCode).where(asked, *within)).all()


def current_codes(session: Session, programme: str, at: datetime) -> Sequence[EnrolmentCode]:
    """Returns the codes of a programme that have not ended."""
    alive = select(EnrolmentCode).where(
        EnrolmentCode.programme == programme, EnrolmentCode.ends_at > at
    )
    return session.scalars(alive.order_by(EnrolmentCode.district, EnrolmentCode.created_at)).all()


def end_codes(session: Session, programme: str, district: str, at: datetime) -> int:
    """Ends all codes of a district in this programme. Returns the number of ended codes."""
    alive = (EnrolmentCode.programme == programme, EnrolmentCode.district == district)
    ended = update(EnrolmentCode).where(*alive, EnrolmentCode.ends_at > at).values(ends_at=at)
    return len(session.scalars(ended.returning(EnrolmentCode.code_key)).all())


def enrol(session: Session, row: Participant, code_key: str) -> None:
    """Enrols a phone in a programme. If the phone is already enrolled, changes only its district, and does not count a
    further use of the code.

    If the phone's row stores only lessons, the phone joins the programme and keeps its passed lessons.
    """
    here = Participant.number_key == row.number_key
    taken_up = update(Participant).where(here, Participant.programme == LESSONS_ONLY)
    new = {"programme": row.programme, "district": row.district, "created_at": row.created_at}
    takes = (
        session.execute(taken_up.values(new).returning(Participant.number_key)).first() is not None
    )
    if takes or add_if_new(session, row):
        used = EnrolmentCode.code_key == code_key
        session.execute(update(EnrolmentCode).where(used).values(uses=EnrolmentCode.uses + 1))
        return
    session.execute(update(Participant).where(here).values(district=row.district))


def lesson_row(
    session: Session, number_key: str, district: str, at: datetime
) -> Participant | None:
    """Returns the row with a responder's lessons. Creates the row if the phone has none.

    The row of a phone outside the programme gets the responder's current district.
    """
    new = {"number_key": number_key, "programme": LESSONS_ONLY, "district": district}
    add_if_new(session, Participant(**new, created_at=at, reports=[]))
    row = locked_participant(session, number_key)
    if row is not None and row.programme == LESSONS_ONLY:
        row.district = district
    return row


def find_participant(session: Session, number_key: str) -> Participant | None:
    """Returns the row of a phone that is in a programme, or that has only a responder's lessons. Returns None if the
    phone has no row."""
    return session.get(Participant, number_key)


def enrolled_participant(session: Session, number_key: str) -> Participant | None:
    """Returns the row of a phone in a programme. Returns None if the phone has no row, or if its row stores only a
    responder's lessons."""
    row = find_participant(session, number_key)
    return None if row is None or row.programme == LESSONS_ONLY else row


def locked_participant(session: Session, number_key: str) -> Participant | None:
    """Returns the newest committed version of the phone's row, and locks the row until this transaction ends. Returns
    None if the phone has no row.
    """
    held = select(Participant).where(Participant.number_key == number_key).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one_or_none()


def remove_participants(session: Session, number_keys: Collection[str]) -> int:
    """Deletes the rows of the phones with these digests. Returns the number of deleted rows."""
    gone = (
        delete(Participant)
        .where(Participant.number_key.in_(number_keys))
        .returning(Participant.number_key)
    )
    return len(session.scalars(gone).all())


def participants_by_district(session: Session, programme: str) -> dict[str, int]:
    """Maps each district to the number of phones in the programme."""
    counted = select(Participant.district, func.count()).where(Participant.programme == programme)
    found = session.execute(counted.group_by(Participant.district))
    return {district: int(number) for district, number in found}
