"""The people of an invented year beside the demo's: coordinators, deputies, and a larger national desk."""

import csv
import io

from hotline.domain.people.enrolment import COLUMNS
from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import Level

AIRTEL, MTN = "+2507331", "+2507881"
NATIONAL = 18


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
    for n in range(1, NATIONAL + 1):
        rows.writerow((f"National desk {n + 2}", f"{MTN}3{n:04}", "en", Level.NATIONAL, "", ""))
    return file.getvalue()
