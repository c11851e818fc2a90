"""Tests a week's roster in Chromium in each language. One roster is made from a spreadsheet and on the console's
page, and a responder takes a free shift by phone.
"""

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from hotline.core.actors import AccountRole
from hotline.duty import service_roster, service_sheets
from hotline.people.rules_roster import WEEK, half_day, week_of
from hotline.people.tables_roster import DutyOverride
from tests.browser.danger_case import HERE, DangerCase
from tests.browser.office import Office
from tests.console.browsing import NARROW, OFFICE
from tests.console.hands import Hands
from tests.console.test_in_browser import faults_of
from tests.console.test_roster import enrol, whole_week, written

pytestmark = pytest.mark.browser

BROWSERS: dict[str, tuple[ViewportSize, bool]] = {
    "en": (OFFICE, True),
    "fr": (NARROW, True),
    "rw": (NARROW, False),
}
"""The size of the browser for each language, and whether it runs scripts."""
GAP = (HERE, 2, 1)
CELL = f"{HERE}.5"


@pytest.mark.row("R10")
def test_r10_a_week_is_made_a_gap_is_found_told_and_closed_by_phone(
    office: Office, case: DangerCase
) -> None:
    size, script = BROWSERS[office.language]
    desk = office.desk
    enrol(desk, 62)
    desk.clock.turn(hours=24 - desk.clock().hour + 8)
    week = week_of(desk.clock()) + WEEK
    admin = office.person("Admin 1", AccountRole.ADMIN)
    with office.site.page(size, script=script, expects=lambda said: "422" in said) as page:
        hands = Hands(page, office.language)
        hands.signs_in(admin)
        page.goto(f"/roster?week={week}")
        hands.follows("Import roster")
        uploads(hands, whole_week().replace("Officer 31,mon", "Nobody,mon"))
        hands.sees("name: No one at this desk has this name.")
        hands.follows("Choose another spreadsheet")
        uploads(hands, whole_week(skip=GAP))
        looks_well(hands)
        hands.presses("Import {count} rows", count=419)
        hands.sees("in progress")
        service_sheets.import_confirmed(desk.context)
        # In a browser that runs no script, the page loads itself again.
        expect(page.get_by_text(hands.says("finished"))).to_be_visible()
        looks_well(hands)

        page.goto(f"/roster?week={week}")
        expect(page.locator("td.gap")).to_have_count(1)
        expect(cell(hands)).to_contain_text(hands.says("no one"))
        looks_well(hands)
        service_roster.report_gaps(desk.context)
        with desk.context.database.reading() as session:
            assert len(written(session, "GAPS_FOUND")) == 3, "the district has no coordinator"

        phone = case.dials("2", "2")
        assert half_day(week, 5)[0].strftime("%d/%m") in phone.read()
        phone.key("1")
        (taken,) = office.line.all(DutyOverride)
        assert (taken.responder_id, taken.starts_at) == (case.deputy, half_day(week, 5)[0])
        page.reload()
        expect(page.locator("td.gap")).to_have_count(0)

        cell(hands).locator("input").focus()
        page.keyboard.press("Space")
        hands.presses("Take person off duty")
        expect(page.locator("td.gap")).to_have_count(1)
        cell(hands).locator("input").focus()
        page.keyboard.press("Space")
        page.get_by_label(hands.says("Person"), exact=True).focus()
        page.keyboard.press("End")
        hands.chooses(hands.labelled("Person"), str(case.deputy))
        hands.presses("Put person on duty")
        expect(page.locator("td.gap")).to_have_count(0)


def cell(hands: Hands) -> Locator:
    return hands.page.locator("td", has=hands.page.locator(f"input[value='{CELL}']"))


def uploads(hands: Hands, text: str) -> None:
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": text.encode()}
    hands.page.locator("#f-sheet").set_input_files(file)  # type: ignore[arg-type]
    hands.presses("Check sheet")


def looks_well(hands: Hands) -> None:
    """Checks a page with axe, and checks that the page is not wider than the screen. A page without scripts cannot
    run axe.
    """
    if BROWSERS[hands.language][1]:
        found = faults_of(hands.page, "")
        assert not found, "\n".join(found[:9])
