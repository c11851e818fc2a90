"""The people of an invented year beside the demo's: coordinators, deputies, and a larger national desk."""

import csv
import io
from collections.abc import Sequence

from hotline.domain.people.enrolment import COLUMNS
from hotline.domain.people.rehearsal import EACH
from hotline.domain.places.places import Area, districts
from hotline.domain.referrals.referral import Level

AIRTEL, MTN = "+2507331", "+2507881"
NATIONAL, THIRD = 4, 14
"""A night that is red wakes the whole national desk again and again: it is six, as a desk that somebody pays."""


def everybody_of(area: Area) -> Sequence[str]:
    """Everybody of a district, by name."""
    third = [f"{area.name} {EACH + 1}"] if area in _larger() else []
    ours = [f"{area.name} {n}" for n in range(1, EACH + 1)]
    return [*ours, *third, *(f"{area.name} {level}" for level in (Level.COORDINATOR, Level.DEPUTY))]


def _larger() -> Sequence[Area]:
    """Districts with a third responder: those of the city first."""
    return sorted(districts(), key=lambda area: area.code)[:THIRD]


def more_responders() -> str:
    """A file as `hotline responders import` reads it. With the demo's own they are 140."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    for area in districts():
        for level, number in (
            (Level.COORDINATOR, f"{AIRTEL}1{area.code}01"),
            (Level.DEPUTY, f"{AIRTEL}2{area.code}01"),
        ):
            rows.writerow((f"{area.name} {level}", number, "rw", level, area.name, ""))
    for area in _larger():
        number = f"{MTN}4{area.code}01"
        name = f"{area.name} {EACH + 1}"
        rows.writerow((name, number, "rw", Level.RESPONDER, area.name, ""))
    for n in range(1, NATIONAL + 1):
        rows.writerow((f"National desk {n + 2}", f"{MTN}3{n:04}", "en", Level.NATIONAL, "", ""))
    return file.getvalue()
