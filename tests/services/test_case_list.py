"""How a case stands, as its entries and clocks say it, from the first alert until it is closed and open again."""

from datetime import timedelta

import pytest

from hotline.domain.cases.persons import CaseStage
from hotline.domain.sms.rules_replies import Verb
from hotline.domain.tip import TipOutcome
from hotline.errors import NotFound
from hotline.services.cases import line_of_time
from hotline.services.cases.line_of_time import FOLLOW_UP, ListedCase
from hotline.services.referrals import referral
from hotline.services.tips import retention
from hotline.store.tips.tips import Tip
from tests.district import District
from tests.helping import HelpedCase
from tests.taking import close_by_two, do


def listed(district: District) -> list[ListedCase]:
    """Every tip as a case, the newest first."""
    tips = reversed(district.all(Tip))
    return [line_of_time.sheet(district.kit, str(tip.id)).listed for tip in tips]


def test_a_reference_that_no_case_has_is_not_found(district: District) -> None:
    with pytest.raises(NotFound):
        line_of_time.sheet(district.kit, "QQQQ")


def stands(district: District) -> CaseStage:
    (only,) = listed(district)
    return only.stage


def test_a_case_goes_from_told_to_followed_to_closed_and_begins_anew(district: District) -> None:
    case = HelpedCase(district)
    clock, hers = district.clock, case.reference(case.hers)
    assert stands(district) is CaseStage.TAKEN
    do(case.kit, case.hers, hers, Verb.ON_SITE, clock())
    assert stands(district) is CaseStage.ON_SITE
    case.say("screened", {"minor": "no", "act": "yes", "force": "yes", "purpose": "yes"})
    assert stands(district) is CaseStage.SCREENED
    case.say("consent", {"consent": "yes"})
    offered = case.say("offered", {"service": "shelter"})
    (only,) = listed(district)
    assert (only.stage, only.persons) == (CaseStage.REFERRED, 1)
    assert only.holder == district.responder(case.hers).name
    assert hers in only.references
    assert [at for at, _ in only.clocks] == sorted(at for at, _ in only.clocks)
    assert (clock() + timedelta(hours=24), FOLLOW_UP) in only.clocks
    case.say("answered", {"answer": "accepted"}, of=offered)
    case.say("arrived", {"arrived": "no"}, of=offered)
    assert stands(district) is CaseStage.ARRIVAL_SAID

    close_by_two(case.kit, case.tip, TipOutcome.HELPED)
    assert stands(district) is CaseStage.CLOSED
    retention.reopen_tip(case.kit, case.tip, by="A desk", reason="again")
    (only,) = listed(district)
    assert (only.stage, only.holder) == (CaseStage.TOLD, None)


def test_a_case_that_nobody_is_left_for_is_red(district: District) -> None:
    case = HelpedCase(district, urgency=3)
    district.tell(urgency=1)
    for _ in range(9):
        district.clock.turn(minutes=5)
        referral.fire_deadlines(case.kit)
    assert [one.is_red for one in listed(district)] == [True, False]
