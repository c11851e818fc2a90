"""The demo's responders: invented, named by their role, two for each district and two for the nation. Pure."""

import csv
import io

from hotline.domain.people.enrolment import COLUMNS
from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import Level

PREFIX = "+25078810"
"""Of a valid shape, so that everything that checks numbers is checked; no SMS of a demo leaves the machine."""
EACH = 2
WITH_PINS = ("Gasabo 1", "Gasabo 2", "National desk 1")
"""Who reads cases behind a PIN."""


def demo_responders() -> str:
    """A file as `hotline responders import` reads it. The number tells district and person: +25078810 12 01."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    for area in districts():
        for n in range(1, EACH + 1):
            number = f"{PREFIX}{area.code}{n:02}"
            rows.writerow((f"{area.name} {n}", number, "rw", Level.RESPONDER, area.name, ""))
    for n, language in enumerate(("en", "fr"), 1):
        rows.writerow((f"National desk {n}", f"{PREFIX}00{n:02}", language, Level.NATIONAL, "", ""))
    return file.getvalue()
