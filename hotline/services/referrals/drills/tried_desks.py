"""The desk whose people an exercise tries, and where its made-up tip is."""

from dataclasses import dataclass

from hotline.domain.desk.desks import DeskKind
from hotline.domain.tip import ABROAD, NATIONAL, is_district
from hotline.errors import ExerciseRefused
from hotline.store.database import Session
from hotline.store.desk import desks
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class TriedDesk:
    code: str
    place: str
    """Of the tip, as an alert names it."""
    camp: str | None = None


def tried(session: Session, code: str) -> TriedDesk:
    """A district's, a border post's or a camp's: who is told of tips. Raises ExerciseRefused, NotFound."""
    if is_district(code):
        return TriedDesk(code, code)
    if code == NATIONAL:
        raise _no_such()
    row = desks.one(session, code)
    if row.retired_at is None and row.kind == DeskKind.BORDER:
        return TriedDesk(code, ABROAD)
    if row.retired_at is None and row.kind == DeskKind.PROTECTION and row.place is not None:
        return TriedDesk(code, row.place[:2], row.place)
    raise _no_such()


def _no_such() -> ExerciseRefused:
    return ExerciseRefused(
        remark("an exercise goes through a district, a border post or a camp, and no other desk")
    )
