"""The demo's responders: invented, named by their role, two for each district and two for the nation. Pure."""

import csv
import io
from datetime import date

from hotline.domain.people.enrolment import COLUMNS
from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import Level

PREFIX = "+25078810"
"""Of a valid shape, so that everything that checks numbers is checked; no SMS of a demo leaves the machine."""
EACH = 2
ON_CALL = ("On call 1", f"{PREFIX}9901", "en")
"""Name, number and language of whom an alarm reaches."""
CALL_BACK_NUMBER = "0788109902"
"""What the national desk calls from."""
NATIONAL_NUMBER = "0788109903"
"""What responders ring at the national desk."""
WITH_PINS = ("Gasabo 1", "Gasabo 2", "National desk 1")
"""Who reads cases behind a PIN."""


def demo_numbers(confirmed_on: date) -> list[dict[str, str]]:
    """Rows of `numbers.csv` for the demo's two numbers, as a desk of a real line would sign them."""
    services = {CALL_BACK_NUMBER: "National desk calls back", NATIONAL_NUMBER: "National desk"}
    return [
        {
            "number": number,
            "service": f"{service} (demo, invented)",
            "status": "verified",
            "evidence": "invented for the demo: it rings nobody",
            "confirmed_by": "the demo, for this machine alone",
            "confirmed_on": confirmed_on.isoformat(),
            "note": "",
        }
        for number, service in services.items()
    ]


def demo_responders() -> str:
    """A file as `hotline people import` reads it. The number tells district and person: +25078810 12 01."""
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
