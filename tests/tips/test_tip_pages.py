"""Tests each filter of a list of tips on both databases. The filter finds the tips that the viewer may see and no
other tip."""

from datetime import timedelta

import pytest

from hotline.alerts import tables
from hotline.alerts.tables import QuestionBackRow
from hotline.cases import queries
from hotline.gateway import queries as gateway_queries
from hotline.gateway.tables import Assignment
from hotline.text.places import NATIONAL, Category
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules import Clock, DeadlineKind, Matter, TipOutcome, TipState
from hotline.tips.rules_receipts import AskedAgain, AssigneeFilter, TipFilter, TipStateFilter
from hotline.tips.tables import Tip
from tests.support.boards import untaken
from tests.support.builders import make_referral
from tests.support.district import District

WAITS, TAKEN, HELPED, JUDGED, CLOSED, LEFT, COMPLAINT, CLOSING = range(1, 9)
"""The ids of the tips, in the order in which they are added."""
HER = 1
NATION = Viewer(frozenset({NATIONAL}), HER)


@pytest.fixture
def all_states(district: District) -> District:
    """Adds one tip for each state. The only responder took the second tip. A desk has also asked a question about this
    tip."""
    assert district.enrol() == HER
    at = district.clock()
    for _ in (WAITS, TAKEN, HELPED, JUDGED, CLOSED):
        district.file_tip(urgency=3)
    district.file_tip(state=TipState.FRAGMENT)
    district.file_tip()
    district.change(Tip, HELPED, helped_at=at, place="11")
    asked = {"outcome_asked": "joke", "closure_by": "name:Alice", "closure_requested_at": at}
    district.change(Tip, JUDGED, urgency=1, **asked)
    district.file_tip(urgency=3)
    earlier = {
        "closure_requested_at": at - timedelta(hours=26),
        "outcome_asked": "helped",
        "assignee_id": HER,
    }
    district.change(Tip, CLOSING, **asked | earlier)
    district.change(Tip, CLOSED, closed_at=at, warned_at=at, category=Category.SEX)
    district.change(Tip, COMPLAINT, matter=Matter.COMPLAINT)
    district.change(Tip, TAKEN, assignee_id=HER)
    with district.database.writing() as session:
        session.add(make_referral(tip_id=TAKEN, responder_id=HER, acknowledged_at=at))
        took = make_referral(tip_id=CLOSING, responder_id=HER, reference="M3TX", acknowledged_at=at)
        session.add(took)
        session.add(
            QuestionBackRow(
                tip_id=TAKEN,
                question="landmark",
                desk=NATIONAL,
                asked_at=at,
                public_key=b"",
                locked_key=b"",
                body=b"",
            )
        )
    return district


ALL = TipStateFilter.ALL


FILTERS = [
    (TipFilter(), [CLOSING, JUDGED, HELPED, WAITS]),
    (TipFilter(TipStateFilter.TAKEN), [CLOSING, TAKEN]),
    (TipFilter(TipStateFilter.HELPED), [HELPED]),
    (TipFilter(TipStateFilter.CLOSING), [CLOSING, JUDGED]),
    (TipFilter(TipStateFilter.CLOSED), [CLOSED]),
    (TipFilter(ALL), [CLOSING, LEFT, CLOSED, JUDGED, HELPED, TAKEN, WAITS]),
    (TipFilter(ALL, Matter.COMPLAINT), [COMPLAINT]),
    (TipFilter(ALL, assignee=AssigneeFilter.MINE), [CLOSING, TAKEN]),
    (TipFilter(ALL, place="11"), [HELPED]),
    (TipFilter(ALL, urgency=1, category=Category.LABOUR), [LEFT, JUDGED]),
    (TipFilter(ALL, category=Category.SEX), [CLOSED]),
    (TipFilter(ALL, question="asked"), [TAKEN]),
    (TipFilter(ALL, question="answered"), []),
    (TipFilter(ALL, question="read"), []),
    (TipFilter(ALL, soon=True), [CLOSED]),
]
"""Each filter with the tips that it finds."""


def test_filter_returns_matching_tips(all_states: District) -> None:
    with all_states.database.reading() as session:
        for wanted, found in FILTERS:
            page = queries.page_of_tips(session, NATION, wanted, before=None, limit=9)
            assert [tip.id for tip in page] == found, wanted
            older = queries.page_of_tips(session, NATION, wanted, before=WAITS, limit=9)
            assert older == [], wanted


def test_untaken_tips_are_ordered_by_wait_for_viewer(all_states: District) -> None:
    all_states.change(Tip, HELPED, filed_at=all_states.clock() - timedelta(hours=1))
    with all_states.database.reading() as session:
        assert untaken(session, NATION, all_states.clock()) == [HELPED, WAITS, JUDGED]
        assert untaken(session, Viewer(frozenset({"12"})), all_states.clock()) == []


@pytest.mark.parametrize("kind", [DeadlineKind.ACKNOWLEDGE, DeadlineKind.OVERDUE])
def test_tip_on_offer_counts_as_untaken(all_states: District, kind: DeadlineKind) -> None:
    at = all_states.clock()
    with all_states.database.writing() as session:
        tables.set_clocks(session, TAKEN, {kind: Clock(at)}, at)
        tables.set_clocks(session, CLOSING, {DeadlineKind.OUTCOME: Clock(at)}, at)
        assert gateway_queries.asked_besides_assignee(session, [TAKEN, CLOSING]) == {
            TAKEN: AskedAgain.SILENT
        }
        assert TAKEN in untaken(session, NATION, all_states.clock())
        found = queries.page_of_tips(
            session, NATION, TipFilter(TipStateFilter.TAKEN), before=None, limit=9
        )
        assert [tip.id for tip in found] == [CLOSING]
        session.get_one(Assignment, 1).passed_at = at
        assert gateway_queries.asked_besides_assignee(session) == {TAKEN: AskedAgain.PASSED_ON}


def test_doubted_answer_takes_no_case(all_states: District) -> None:
    all_states.change(Assignment, 1, doubted_at=all_states.clock())
    all_states.change(Tip, TAKEN, assignee_id=None)
    with all_states.database.reading() as session:
        (one,) = queries.assignments_of(session, [TAKEN])
        assert not one.is_believed
        assert TAKEN in untaken(session, NATION, all_states.clock())


def test_waiting_closures_are_listed_oldest_first(all_states: District) -> None:
    all_states.change(Tip, CLOSED, closure_requested_at=all_states.clock())
    with all_states.database.reading() as session:
        found = queries.closures_waiting(session, NATION, 9)
        assert [(one.id, one.outcome_asked, one.closure_by) for one in found] == [
            (CLOSING, TipOutcome.HELPED, "name:Alice"),
            (JUDGED, TipOutcome.JOKE, "name:Alice"),
        ]
        assert found[0].closure_requested_at == all_states.clock() - timedelta(hours=26)
        assert [one.id for one in queries.closures_waiting(session, NATION, 1)] == [CLOSING]
        assert queries.closures_waiting(session, Viewer(frozenset({"12"})), 9) == []
