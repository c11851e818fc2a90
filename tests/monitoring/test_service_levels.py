"""Tests the service levels: what counts as late, the month's state, and that no value counts dangers."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.alerts import service_assignment
from hotline.core.check_result import CheckState
from hotline.counters.rules import BOUNDS
from hotline.counters.tables import HookCount
from hotline.gateway.tables import Attempt
from hotline.monitoring import queries, service_measures
from hotline.monitoring.rules_levels import LEVELS
from hotline.people.rules import Level
from hotline.tips.tables import Tip
from tests.monitoring.test_measures import scrape
from tests.support.contexts import WholeContext, make_watch
from tests.support.district import District
from tests.support.fakes import FakeShelf

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"


@pytest.fixture
def context(district: District) -> WholeContext:
    district.enrol(Level.RESPONDER)
    district.enrol(Level.NATIONAL, districts=())
    return replace(district.context, watch=make_watch(), flow_sets=FakeShelf())


def danger(district: District, *, accepted_after: float | None) -> None:
    district.tell(urgency=1, filed_at=district.clock())
    if accepted_after is not None:
        district.clock.turn(seconds=accepted_after)
        district.deliver()
    district.clock.turn(seconds=60)


def counted(district: District) -> tuple[int, int]:
    at = district.clock()
    with district.database.reading() as session:
        return queries.danger_alerts(session, at - timedelta(hours=1), at)


@pytest.mark.parametrize(("after", "late"), [(5, 0), (14.9, 0), (15.5, 1), (None, 1)])
def test_a_danger_is_late_after_fifteen_seconds_or_without_an_accepted_alert(
    district: District, context: WholeContext, after: float | None, late: int
) -> None:
    danger(district, accepted_after=after)
    assert counted(district) == (1, late)
    assert scrape(context).value("hotline_danger_late") == late


def test_the_time_of_the_gateway_counts_and_a_danger_of_this_moment_is_not_late_yet(
    district: District, context: WholeContext
) -> None:
    danger(district, accepted_after=8)
    with district.database.writing() as session:
        for row in district.all(Attempt):
            session.get_one(Attempt, row.id).seconds = 9.0
    district.tell(urgency=1, filed_at=district.clock())
    assert counted(district) == (1, 1)


@pytest.mark.parametrize(("after", "late"), [(5, 0), (15.5, 1), (None, 1)])
def test_a_tip_that_becomes_a_danger_later_counts_from_then(
    district: District, context: WholeContext, after: float | None, late: int
) -> None:
    tip = district.tell(urgency=2, filed_at=district.clock())
    district.deliver()
    district.clock.turn(hours=2)
    assert counted(district) == (0, 0)
    with district.database.writing() as session:
        row = session.get_one(Tip, tip)
        row.urgency, row.danger_at = 1, district.clock()
    service_assignment.assign_pending(district.context)
    if after is not None:
        district.clock.turn(seconds=after)
        district.deliver()
    district.clock.turn(seconds=60)
    assert counted(district) == (1, late)


def test_no_value_says_how_many_dangers_there_were(
    district: District, context: WholeContext
) -> None:
    before = re.findall("^hotline_(?:danger|service).*", scrape(context).text, re.M)
    for _ in range(3):
        danger(district, accepted_after=5)
    assert re.findall("^hotline_(?:danger|service).*", scrape(context).text, re.M) == before


def test_the_doctor_shows_the_month_and_warns_where_a_level_is_missed(
    district: District, context: WholeContext
) -> None:
    well = service_measures.check_levels(context)
    assert (well.state, "nothing to measure" in well.message) == (CheckState.OK, True)
    within = BOUNDS.index(0.3)
    counts = {HookCount("ussd", "con", within): (995, 9.0), HookCount("ussd", "con", 9): (5, 9.0)}
    service_measures.add(context, counts)
    kept = service_measures.check_levels(context)
    assert kept.state is CheckState.OK
    assert "hop within 0.3 s: 99.50% (target 99.5%)" in kept.message
    service_measures.add(context, {HookCount("ussd", "failed", 0): (1, 0.0)})
    assert service_measures.check_levels(context).state is CheckState.WARNING
    assert scrape(context).value("hotline_service_level_kept", level="hop") == 0
    district.clock.turn(days=31)
    assert service_measures.check_levels(context).state is CheckState.OK


def test_the_runbook_shows_the_table_of_service_levels() -> None:
    page = RUNBOOK.read_text(encoding="utf-8")
    for one in LEVELS:
        assert f"| {one.promise} | {one.seconds:g} s | {one.target * 100:g} % |" in page
