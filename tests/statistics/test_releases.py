"""Tests that a release of statistics is made on its day, once, from stored data. Two people in two roles publish the
release."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hotline.core.actors import AccountRole, Actor
from hotline.core.database import Database
from hotline.counters import tables
from hotline.counters.tables import CounterKey
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.statistics import queries, service_releases
from hotline.statistics.rules_definitions import Dimension, Span, due_at
from hotline.statistics.rules_release import starting_spans
from hotline.text.errors import NotFound, Undecided
from tests.statistics.random_line import YEAR, RandomLine
from tests.statistics.stored_line import hand_over, store
from tests.support.clock import Clock
from tests.support.contexts import WholeContext, make_context

NATIONAL, LEAD = Actor("National 1", 1), Actor("Lead 1", 2)
QUARTERS = [f"{YEAR}-Q{n}" for n in range(1, 5)]


def context_of(database: Database, clock: Clock) -> WholeContext:
    context = make_context(database=database, now=clock)
    return replace(context, flow_sets=SqlFlowSets(database, place_lists()))


@pytest.fixture
def context(database: Database, clock: Clock) -> WholeContext:
    """Returns a hotline with a year of tips and 120 calls in each month, before any release was made."""
    line = RandomLine(120, 7)
    store(database, line, calls=120)
    clock.at = datetime(YEAR, 1, 31, tzinfo=UTC)
    context = context_of(database, clock)
    for period in (*QUARTERS, str(YEAR)):
        hand_over(database, line, period)
    return context


def made_by(context: WholeContext, at: datetime) -> list[str]:
    return list(service_releases.create_due(context, at))


@pytest.mark.row("E3")
def test_e3_each_release_is_made_on_its_day_and_once(context: WholeContext) -> None:
    assert made_by(context, datetime(YEAR, 2, 5, 21, tzinfo=UTC)) == []
    assert made_by(context, datetime(YEAR, 2, 5, 22, tzinfo=UTC)) == [f"{YEAR}-01"]
    assert made_by(context, datetime(YEAR, 2, 6, 22, tzinfo=UTC)) == []
    month = service_releases.one_release(context, f"{YEAR}-01", is_published=False)
    assert month.number("calls") == 120
    assert month.number("calls", Dimension.LANGUAGE, "rw") == 120
    assert {cell.name.table for cell in month.cells} <= {"T1", "T2"}
    until = due_at(QUARTERS[0])
    months = [f"{YEAR}-0{n}" for n in (2, 3, 4, 5)]
    assert made_by(context, until - timedelta(seconds=1)) == months
    assert made_by(context, until) == [QUARTERS[0]]
    rest = made_by(context, due_at(str(YEAR)))
    assert set(rest) >= {*QUARTERS[1:], str(YEAR), f"{YEAR}-12"}
    assert made_by(context, due_at(str(YEAR))) == []


def test_a_quarter_waits_for_the_counted_persons(database: Database, clock: Clock) -> None:
    empty = context_of(database, clock)
    assert made_by(empty, datetime(YEAR + 1, 6, 1, tzinfo=UTC)) == []
    line = RandomLine(120, 8)
    store(database, line, calls=120)
    context = context_of(database, clock)
    at = due_at(QUARTERS[0])
    assert QUARTERS[0] not in made_by(context, at)
    hand_over(database, line, QUARTERS[0])
    assert made_by(context, at) == [QUARTERS[0]]


@pytest.mark.row("E3")
def test_e3_what_was_released_never_changes(context: WholeContext) -> None:
    made_by(context, due_at(QUARTERS[0]))
    before = service_releases.one_release(context, QUARTERS[0], is_published=False)
    with context.database.writing() as session:
        tables.count(session, CounterKey(date(YEAR, 1, 20), "session", "rw", "ussd", ""), 500)
    made_by(context, due_at(QUARTERS[0]) + timedelta(days=2))
    after = service_releases.one_release(context, QUARTERS[0], is_published=False)
    assert after.digest == before.digest
    assert after.cells == before.cells


@pytest.mark.row("E3")
def test_e3_two_people_of_two_roles_publish_a_release(context: WholeContext) -> None:
    made_by(context, due_at(QUARTERS[0]))
    with pytest.raises(NotFound):
        service_releases.approve(context, LEAD, AccountRole.PROGRAMME_LEAD, QUARTERS[3])
    with pytest.raises(NotFound, match="do not exist yet"):
        service_releases.one_release(context, QUARTERS[3], is_published=False)
    assert service_releases.published(context) == []
    with pytest.raises(NotFound, match="not approved yet"):
        service_releases.one_release(context, QUARTERS[0], is_published=True)
    assert not service_releases.approve(context, NATIONAL, AccountRole.NATIONAL, QUARTERS[0])
    with pytest.raises(Undecided):
        service_releases.approve(context, NATIONAL, AccountRole.PROGRAMME_LEAD, QUARTERS[0])
    with pytest.raises(Undecided):
        service_releases.approve(context, Actor("National 2", 3), AccountRole.NATIONAL, QUARTERS[0])
    assert service_releases.approve(context, LEAD, AccountRole.PROGRAMME_LEAD, QUARTERS[0])
    assert [one.period for one in service_releases.published(context)] == [QUARTERS[0]]


def test_a_year_sums_its_quarters_and_chooses_the_periods_of_the_next(
    context: WholeContext,
) -> None:
    made_by(context, due_at(str(YEAR)))
    year = service_releases.one_release(context, str(YEAR), is_published=False)
    parts = [service_releases.one_release(context, one, is_published=False) for one in QUARTERS]
    tips = [part.number("tips") for part in parts]
    assert None not in tips
    assert year.number("tips") == sum(one or 0 for one in tips)
    with context.database.reading() as session:
        assert queries.spans_of(session, QUARTERS[0]) == starting_spans()
        later = queries.spans_of(session, f"{YEAR + 1}-01")
    assert later["T3"].months >= Span.QUARTER.months
    assert later["T6"] is Span.YEAR
