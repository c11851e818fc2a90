"""Tests that the reader counts a month's persons once and stores rounded numbers for the releases.

The reader deletes the sums of each month after the end of the year.
"""

import pytest
from sqlalchemy import func, select

from hotline.alerts.rules_follow_up import counted_at, month_of
from hotline.alerts.tables_case_events import CaseCode
from hotline.cases import reader_handover
from hotline.counters import tables
from hotline.counters.tables import CounterKey
from hotline.statistics import queries, reader_person_sums, rules_release
from hotline.statistics.decrypt import decrypt_sums
from hotline.statistics.rules_definitions import CellName, Span, due_at, period_of
from hotline.statistics.tables import PersonSum
from hotline.tips.rules import TipState
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim
from tests.support.callers import DANGER_HERE, Line, told
from tests.support.persons import screened
from tests.support.reading import ReaderBeside, reader_beside

IDENTIFIED = CellName("identified")


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    """Adds two tips of one month, with an identified person in each."""
    beside = reader_beside(line)
    for _ in range(2):
        told(line, *DANGER_HERE)
    with line.database.writing() as session:
        day = line.clock.at.date()
        tables.count(session, CounterKey(day, "session", "rw", "ussd", ""), 1)
    for tip_id in (1, 2):
        screened(line.context, tip_id)
    reader_handover.reconcile(beside.context)
    return beside


def month(beside: ReaderBeside) -> str:
    filed_at = beside.line.tips[0].filed_at
    assert filed_at is not None
    return month_of(filed_at)


def reads_until(beside: ReaderBeside, period: str) -> None:
    """Moves the clock to the day on which a period is due, and lets the reader work."""
    beside.line.clock.at = max(beside.line.clock.at, due_at(period))
    reader_person_sums.count_due_months(beside.context)


def quarter(beside: ReaderBeside) -> str:
    return period_of(month(beside), Span.QUARTER)


@pytest.mark.row("R9")
def test_r9_a_month_s_sums_are_encrypted_and_hold_counts_and_keys(beside: ReaderBeside) -> None:
    with beside.line.database.reading() as session:
        keys = session.scalars(select(PossibleVictim.record_key)).all()
        assert session.scalar(select(func.count()).where(Tip.state == TipState.DRAFT)) == 0
    beside.line.clock.at = counted_at(month(beside))
    reader_person_sums.count_due_months(beside.context)
    with beside.line.database.reading() as session:
        body = queries.person_sums(session, [month(beside)])[month(beside)]
    assert b"identified" not in body
    sums = decrypt_sums(body, month=month(beside), private_keys=beside.context.pair.now())
    assert (sums[IDENTIFIED].count, sums[IDENTIFIED].keys) == (2, sum(keys) % 256)


@pytest.mark.row("R9")
def test_r9_a_quarter_s_numbers_are_handed_over_rounded_and_once(beside: ReaderBeside) -> None:
    reads_until(beside, quarter(beside))
    with beside.line.database.reading() as session:
        cells = queries.person_cells(session, quarter(beside))
        spans = queries.spans_of(session, quarter(beside))
    assert cells is not None
    assert {cell.name: cell.number for cell in cells}[IDENTIFIED] is None
    expected = rules_release.protect_persons({}, Span.QUARTER, spans)
    assert {cell.name for cell in cells} == {cell.name for cell in expected}
    reader_person_sums.count_due_months(beside.context)
    with beside.line.database.reading() as session:
        assert queries.person_cells(session, quarter(beside)) == cells


def test_a_quarter_waits_until_its_last_month_is_counted(beside: ReaderBeside) -> None:
    beside.line.clock.at = due_at(month(beside))
    reader_person_sums.count_due_months(beside.context)
    with beside.line.database.reading() as session:
        assert queries.person_cells(session, quarter(beside)) is None


@pytest.mark.row("R9")
def test_r9_sums_go_with_the_year_and_codes_went_before(beside: ReaderBeside) -> None:
    reads_until(beside, quarter(beside))
    year = month(beside)[:4]
    reads_until(beside, year)
    with beside.line.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PersonSum)) == 0
        assert queries.person_cells(session, year) is not None
        assert session.scalar(select(func.count()).select_from(CaseCode)) in (0, 2)
