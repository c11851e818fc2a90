"""Tests what commands print about a case: its row in the list of tips, and its case events."""

import pytest

from hotline.alerts import service_assignment
from hotline.alerts.rules_replies import Verb
from hotline.cases import service_retention, service_viewer
from hotline.text.errors import NotFound
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.tables import Tip
from tests.support.district import District
from tests.support.helping import HelpedCase
from tests.support.taking import close_by_two, do


def kinds(district: District, tip_id: int) -> set[LoggedEvent]:
    sheet = service_viewer.case_sheet(district.context, f"T{tip_id}")
    assert sheet.overview.tip.id == tip_id
    return {one.kind for one in sheet.timeline}


def test_case_sheet_is_found_by_reference_and_shows_all_events(district: District) -> None:
    for name in ("QQQQ", "T9", "0"):
        with pytest.raises(NotFound):
            service_viewer.case_sheet(district.context, name)
    case = HelpedCase(district)
    hers = case.reference(case.hers)
    do(case.context, case.hers, hers, Verb.ON_SITE, district.clock())
    case.say("screened", {"minor": "no", "act": "yes", "force": "yes", "purpose": "yes"})
    sheet = service_viewer.case_sheet(district.context, hers)
    assert hers in sheet.references
    assert sheet.overview.responsible == district.responder(case.hers).name
    assert {"told", "taken", "on_site", "screened"} <= kinds(district, case.tip)

    close_by_two(case.context, case.tip, TipOutcome.NOT_TRAFFICKING)
    assert LoggedEvent.CLOSED in kinds(district, case.tip)
    service_retention.reopen_tip(case.context, case.tip, by="A desk", reason="again")
    assert LoggedEvent.REOPENED in kinds(district, case.tip)
    assert service_viewer.case_sheet(district.context, hers).overview.responsible is None


def test_case_without_possible_assignee_is_overdue(district: District) -> None:
    case = HelpedCase(district, urgency=3)
    district.tell(urgency=1)
    for _ in range(9):
        district.clock.turn(minutes=5)
        service_assignment.fire_deadlines(case.context)
    tips = reversed(district.all(Tip))
    red = [
        service_viewer.case_sheet(district.context, str(tip.id)).overview.is_overdue for tip in tips
    ]
    assert red == [True, False]
