"""Phones that joined a roll with a district's code, those of responders who take lessons without one, and the codes.

Keyed digests: no number and no name is kept. Rows, and the questions asked of them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new


class DistrictCode(Row):
    """What lets people join a roll, for a while."""

    __tablename__ = "district_code"

    code_key: Mapped[str] = mapped_column(primary_key=True)
    """Keyed digest of roll and code."""
    roll: Mapped[str]
    district: Mapped[str]
    made_by: Mapped[str]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    uses: Mapped[int]
    """Phones that joined with it."""


LESSONS_ALONE = "lessons"
"""In place of a roll: a responder's phone, whose lessons are kept, and which is known behind her PIN alone."""


class Joined(Row):
    """A phone on a roll; or one whose lessons alone are kept."""

    __tablename__ = "joined"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    """Lasting keyed digest of roll and MSISDN."""
    roll: Mapped[str]
    """A `domain.rolls.joining.Roll`, or `LESSONS_ALONE`."""
    district: Mapped[str]
    """Empty for a responder who is of no one district."""
    created_at: Mapped[datetime]
    told: Mapped[list[str]]
    """What a leader told on the last day she told anything: day, occasion, how many came."""
    passed: Mapped[dict[str, Any] | None]
    """Which lessons an officer passed, and when that session began. No answer, and of no other lesson anything."""


def add_code(session: Session, row: DistrictCode) -> bool:
    """False where that code is there already."""
    return add_if_new(session, row)


def living(session: Session, code_keys: Collection[str], at: datetime) -> Sequence[DistrictCode]:
    """Those of these codes that let people in at a moment."""
    asked = DistrictCode.code_key.in_(code_keys)
    within = (DistrictCode.created_at <= at, DistrictCode.ends_at > at)
    return session.scalars(select(DistrictCode).where(asked, *within)).all()


def codes(session: Session, roll: str, at: datetime) -> Sequence[DistrictCode]:
    """The codes of a roll that still let people in."""
    alive = select(DistrictCode).where(DistrictCode.roll == roll, DistrictCode.ends_at > at)
    return session.scalars(alive.order_by(DistrictCode.district, DistrictCode.created_at)).all()


def end_codes(session: Session, roll: str, district: str, at: datetime) -> int:
    """No code of this roll and district lets anybody in any more; how many there were."""
    alive = (DistrictCode.roll == roll, DistrictCode.district == district)
    ended = update(DistrictCode).where(*alive, DistrictCode.ends_at > at).values(ends_at=at)
    return len(session.scalars(ended.returning(DistrictCode.code_key)).all())


def join(session: Session, row: Joined, code_key: str) -> None:
    """Put a phone on a roll. One that is there moves to the code's district, and is no second use.

    One whose lessons alone were kept is on the roll from now on, with all that was passed.
    """
    here = Joined.number_key == row.number_key
    taken_up = update(Joined).where(here, Joined.roll == LESSONS_ALONE)
    new = {"roll": row.roll, "district": row.district, "created_at": row.created_at}
    takes = session.execute(taken_up.values(new).returning(Joined.number_key)).first() is not None
    if takes or add_if_new(session, row):
        used = DistrictCode.code_key == code_key
        session.execute(update(DistrictCode).where(used).values(uses=DistrictCode.uses + 1))
        return
    session.execute(update(Joined).where(here).values(district=row.district))


def keep_lessons(session: Session, number_key: str, district: str, at: datetime) -> Joined | None:
    """The row on which a responder's lessons are kept, made where her phone has none; that of a roll, if it is on one.

    A row of her own follows her to another district.
    """
    new = {"number_key": number_key, "roll": LESSONS_ALONE, "district": district}
    add_if_new(session, Joined(**new, created_at=at, told=[]))
    row = for_writing(session, number_key)
    if row is not None and row.roll == LESSONS_ALONE:
        row.district = district
    return row


def of_number(session: Session, number_key: str) -> Joined | None:
    """Whatever is kept of a phone."""
    return session.get(Joined, number_key)


def on_roll(session: Session, number_key: str) -> Joined | None:
    """A phone that joined with a code."""
    row = of_number(session, number_key)
    return None if row is None or row.roll == LESSONS_ALONE else row


def for_writing(session: Session, number_key: str) -> Joined | None:
    """The row as it is committed, held until this transaction ends."""
    held = select(Joined).where(Joined.number_key == number_key).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one_or_none()


def leave(session: Session, number_keys: Collection[str]) -> int:
    """Forget phones; how many were there."""
    gone = delete(Joined).where(Joined.number_key.in_(number_keys)).returning(Joined.number_key)
    return len(session.scalars(gone).all())


def by_district(session: Session, roll: str) -> dict[str, int]:
    """How many phones of a roll each district has."""
    counted = select(Joined.district, func.count()).where(Joined.roll == roll)
    found = session.execute(counted.group_by(Joined.district))
    return {district: int(number) for district, number in found}
