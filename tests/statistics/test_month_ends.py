"""Tests that the coded answers about persons are counted once and then erased, even after crashes. No coded answer is
erased before it was counted, or during a legal hold.
"""

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread, current_thread

import pytest
from sqlalchemy import func, select

from hotline.alerts import tables_case_events
from hotline.alerts.queries import tip_for_writing
from hotline.alerts.rules_follow_up import begins
from hotline.alerts.tables_case_events import (
    CaseCode,
    CaseCounted,
    CaseGrant,
    CaseKey,
    StartedFormRow,
)
from hotline.cases import reader_handover, service_retention
from hotline.keys.encrypt import READER
from hotline.monitoring.service_checks_database import check_database
from hotline.people.tables import Responder
from hotline.people.tables_audit import AuditEntry
from hotline.statistics import queries, reader_person_sums
from hotline.statistics.decrypt import decrypt_sums
from hotline.statistics.rules_definitions import ALL
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import PersonCodes
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral
from tests.support.callers import DANGER_HERE, Line, told
from tests.support.fakes import FakeShelf
from tests.support.persons import SIGNS, said, screened
from tests.support.reading import ReaderBeside, reader_beside
from workers.reader import Reader

ROWS = (CaseCode, StartedFormRow, PossibleVictim, ServiceReferral, CaseGrant, CaseKey)
POINTS = ("month.before_count", "month.after_count", "codes.before_erase", "codes.after_erase")
DAY = timedelta(days=1)


class StoppedError(Exception):
    """A process was killed at a failpoint."""


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    """Adds two tips of one month, each about one person. The person of the first tip was offered help."""
    beside = reader_beside(line)
    for _ in range(2):
        told(line, *DANGER_HERE)
    for tip_id in (1, 2):
        screened(line.context, tip_id)
    with line.database.writing() as session:
        tip = session.get_one(Tip, 1)
        said(session, line.context, tip, LoggedEvent.CONSENT, PersonCodes(1, {"consent": "yes"}))
        codes = PersonCodes(1, {"service": "isange"})
        offered_id = said(session, line.context, tip, LoggedEvent.OFFERED, codes)
        row = ServiceReferral(offered_id=offered_id, tip_id=1, n=1, offered_at=line.clock.at)
        session.add(row)
        who = session.scalars(select(Responder.id).limit(1)).one()
        tables_case_events.store_form(session, 2, who, b"sealed", line.clock.at)
    reader_handover.reconcile(beside.context)
    return beside


def month(beside: ReaderBeside) -> str:
    return f"{beside.line.tips[0].filed_at:%Y-%m}"


def after(beside: ReaderBeside, days: float) -> None:
    """Runs the reader this many days after the end of the month."""
    ended = (begins(month(beside)) + timedelta(days=31)).replace(day=1)
    beside.line.clock.at = max(beside.line.clock.at, ended + timedelta(days=days))
    reader_person_sums.count_due_months(beside.context)


def numbers(beside: ReaderBeside) -> dict[str, int]:
    """Returns the month's sums by indicator. The result is empty if the sums are not computed yet."""
    with beside.line.database.reading() as session:
        bodies = queries.person_sums(session, [month(beside)])
    if not bodies:
        return {}
    (body,) = bodies.values()
    sums = decrypt_sums(body, month=month(beside), private_keys=beside.context.pair.now())
    return {name.indicator: cell.count for name, cell in sums.items() if name.value == ALL}


def left(beside: ReaderBeside, *tips: int) -> dict[str, int]:
    """Returns the number of rows that each table still has. If tips are given, returns only the number of keys that
    these tips still have."""
    with beside.line.database.reading() as session:
        if tips:
            held = select(func.count()).where(CaseKey.tip_id.in_(tips))
            return {"key": session.scalar(held) or 0}
        count = {row: session.scalar(select(func.count()).select_from(row)) or 0 for row in ROWS}
        return {row.__tablename__: number for row, number in count.items()}


def done(beside: ReaderBeside) -> list[str]:
    with beside.line.database.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        wanted = ("month_counted", "codes_erased")
        return [f"{row.action} {row.subject}" for row in rows if row.action in wanted]


def accepts(beside: ReaderBeside) -> None:
    line = beside.line
    with line.database.writing() as session:
        tip, offered = session.get_one(Tip, 1), session.scalars(select(ServiceReferral)).one()
        codes = PersonCodes(1, {"answer": "accepted"}, offered.offered_id)
        said(session, line.context, tip, LoggedEvent.ANSWERED, codes)


@pytest.mark.row("R9")
def test_a_month_is_counted_once_and_its_persons_are_erased(beside: ReaderBeside) -> None:
    after(beside, 5)
    accepts(beside)
    after(beside, 60)
    assert service_retention.upcoming_codes(beside.line.context) == []
    after(beside, 61)
    (going,) = service_retention.upcoming_codes(beside.line.context)
    assert (going.month, going.tips, going.held) == (month(beside), [1, 2], [])
    after(beside, 74)
    assert left(beside)["case_code"] == 5
    assert done(beside) == []
    after(beside, 75)
    sums = numbers(beside)
    assert (sums["identified"], sums["accepted"]) == (2, 1)
    assert set(left(beside).values()) == {0}
    told_of = [one for one in done(beside) if "tip:" in one or month(beside) in one]
    assert told_of == [
        f"month_counted month:{month(beside)}",
        "codes_erased tip:1",
        "codes_erased tip:2",
    ]
    with beside.line.database.reading() as session:
        assert [row.tip_id for row in session.scalars(select(CaseCounted))] == [1, 2]
    after(beside, 77)
    assert numbers(beside) == sums
    assert service_retention.upcoming_codes(beside.line.context) == []


@pytest.mark.parametrize("point", POINTS)
def test_an_interrupted_count_continues(beside: ReaderBeside, point: str) -> None:
    whole = beside.context

    def stops(name: str) -> None:
        if name == point:
            raise StoppedError

    after(beside, 62)
    beside.context = replace(whole, failpoint=stops)
    with pytest.raises(StoppedError):
        after(beside, 76)
    is_counted = bool(numbers(beside))
    with beside.line.database.reading() as session:
        assert bool(session.scalars(select(CaseCounted)).all()) is is_counted
    assert is_counted or left(beside)["case_code"] == 4

    beside.context = whole
    after(beside, 76)
    assert set(left(beside).values()) == {0}
    assert numbers(beside)["identified"] == 2
    assert [one for one in done(beside) if one.startswith("codes_erased")] == [
        "codes_erased tip:1",
        "codes_erased tip:2",
    ]


def test_a_hold_and_a_clock_that_runs_keep_what_was_counted(beside: ReaderBeside) -> None:
    line = beside.line
    service_retention.set_legal_hold(line.context, 2, by="Alice", reason="a court asked")
    with line.database.writing() as session:
        session.scalars(select(ServiceReferral)).one().due_at = line.clock.at + 200 * DAY
    after(beside, 61)
    after(beside, 76)
    assert numbers(beside)["identified"] == 2
    assert left(beside, 1, 2) == {"key": 2}

    with line.database.writing() as session:
        session.scalars(select(ServiceReferral)).one().due_at = None
    after(beside, 77)
    assert (left(beside, 1), left(beside, 2)) == ({"key": 0}, {"key": 1})
    (held,) = service_retention.upcoming_codes(line.context)
    assert (held.tips, held.held) == ([], [2])

    with line.database.writing() as session:
        session.get_one(Tip, 2).erased_at = line.clock.at
    service_retention.set_legal_hold(line.context, 2, by="Alice", reason="still")
    service_retention.lift_legal_hold(line.context, 2, by="Alice", reason="the court is done")
    after(beside, 78)
    after(beside, 91)
    assert left(beside, 2) == {"key": 1}, "warned anew"
    after(beside, 92)
    assert set(left(beside).values()) == {0}


def test_what_is_written_while_it_counts_is_counted_the_next_time(beside: ReaderBeside) -> None:
    whole, line = beside.context, beside.line

    def writes(name: str) -> None:
        if name == POINTS[0] and left(beside)["case_code"] == 4:
            screened(line.context, 2, 2)

    beside.context = replace(whole, failpoint=writes)
    after(beside, 75)
    assert numbers(beside) == {}
    after(beside, 76)
    assert numbers(beside)["identified"] == 3


@pytest.mark.both
def test_what_is_being_written_while_it_counts_is_waited_for(beside: ReaderBeside) -> None:
    whole, line = beside.context, beside.line
    began, writing = Event(), list[Thread]()

    def write() -> None:
        with line.database.writing() as session:
            tip = tip_for_writing(session, 2)
            codes = PersonCodes(2, SIGNS)
            said(session, line.context, tip, LoggedEvent.SCREENED, codes)
            began.set()
            writing[0].join(0.3)

    def writes(name: str) -> None:
        if name == POINTS[0] and not writing:
            writing.extend((current_thread(), Thread(target=write)))
            writing[1].start()
            began.wait(5)

    beside.context = replace(whole, failpoint=writes)
    after(beside, 75)
    writing[1].join()
    assert numbers(beside) == {}
    after(beside, 76)
    assert numbers(beside)["identified"] == 3


def test_who_is_met_after_the_last_count_is_erased_uncounted(beside: ReaderBeside) -> None:
    after(beside, 61)
    after(beside, 76)
    assert set(left(beside).values()) == {0}
    screened(beside.line.context, 1)
    after(beside, 77)
    after(beside, 90)
    assert left(beside, 1) == {"key": 1}
    after(beside, 91)
    assert set(left(beside).values()) == {0}
    assert numbers(beside)["identified"] == 2


def test_a_first_code_after_the_last_count_is_erased_too(beside: ReaderBeside) -> None:
    """The tip belongs to a month that was already counted. Its first person was screened after the last count."""
    after(beside, 61)
    told(beside.line, *DANGER_HERE)
    with beside.line.database.writing() as session:
        session.get_one(Tip, 3).filed_at = session.get_one(Tip, 1).filed_at
    after(beside, 76)
    screened(beside.line.context, 3)
    after(beside, 77)
    after(beside, 90)
    assert left(beside, 3) == {"key": 1}
    after(beside, 91)
    assert set(left(beside).values()) == {0}
    assert numbers(beside)["identified"] == 2


def test_nothing_is_counted_or_erased_by_a_reader_that_opens_nothing(
    beside: ReaderBeside, caplog: pytest.LogCaptureFixture
) -> None:
    with beside.line.database.writing() as session:
        for grant in session.scalars(select(CaseGrant).where(CaseGrant.holder == READER)):
            grant.encrypted_key = grant.encrypted_key[:-1] + bytes([grant.encrypted_key[-1] ^ 1])
    after(beside, 61)
    after(beside, 90)
    assert (numbers(beside), left(beside, 1, 2)) == ({}, {"key": 2})
    assert "no key decrypts 2 cases" in caplog.text
    beside.line.context = replace(beside.line.context, flow_sets=FakeShelf())
    (found,) = [one for one in check_database(beside.line.context) if one.name == "persons"]
    assert not found.ok
    assert month(beside) in found.message


def test_a_count_that_fails_keeps_the_reader_from_nothing_else(beside: ReaderBeside) -> None:
    """The reader tries a failed count again after a minute, and not each time that the reader looks for work."""
    tried = []

    def fails(name: str) -> None:
        tried.append(name)
        raise StoppedError

    after(beside, 74)
    beside.line.clock.turn(days=1)
    reader = Reader(replace(beside.context, failpoint=fails))
    for _ in range(3):
        reader.look()
    assert tried == [POINTS[0]]


def test_a_trial_is_in_no_count_and_goes_all_the_same(beside: ReaderBeside) -> None:
    with beside.line.database.writing() as session:
        session.get_one(Tip, 2).channel = "trial"
    after(beside, 61)
    after(beside, 76)
    assert numbers(beside)["identified"] == 1
    assert set(left(beside).values()) == {0}
