"""E3: figures are published when they are due, once, whoever makes them; and what was published never changes."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from hotline.domain.cases.months import MonthVersion, begins
from hotline.domain.evidence.edition import Edition, PublishedFigures, Span
from hotline.errors import NotFound, StoreUnavailable
from hotline.services.evidence import editions, making
from hotline.services.watch import checks_evidence
from hotline.store.cases import counted
from hotline.store.cases.case_keys import CaseKey
from hotline.store.database import Database
from hotline.store.desk.audit import AuditEntry
from hotline.store.evidence import origin
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell
from hotline.testing import FakeShelf
from tests.builders import NOON, make_tip
from tests.conftest import Clock
from tests.kits import WholeKit, make_kit

DAY = timedelta(days=1)
ENDED = begins("2026-11")
"""Of October."""


class StoppedError(Exception):
    """The process was killed there."""


@pytest.fixture
def kit(database: Database, clock: Clock) -> WholeKit:
    """A line whose October had sessions."""
    clock.at = ENDED
    kit = make_kit(database=database, now=clock)
    sessions(kit, date(2026, 10, 9), 40)
    return kit


def sessions(kit: WholeKit, day: date, number: int) -> None:
    with kit.database.writing() as session:
        outreach.count(session, Cell(day, "session", "rw", "ussd", ""), number)


def made(kit: WholeKit, days: float) -> list[str]:
    """What is made so many days after October ended."""
    found = making.make_due(kit, ENDED + days * DAY, {})
    return [" ".join((one.period, one.version, *one.editions)) for one in found]


def doctor(kit: WholeKit, days: float) -> tuple[bool, str]:
    with kit.database.reading() as session:
        found = checks_evidence.finding(session, ENDED + days * DAY)
    return found.ok, found.says.rpartition(": ")[2] if "not published" in found.says else found.says


def audited(kit: WholeKit) -> list[str]:
    with kit.database.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [row.subject for row in rows if row.action == "figures_made"]


def october(kit: WholeKit, version: MonthVersion | None = None) -> PublishedFigures:
    return editions.read(kit, "2026-10", Edition.INSIDE, version)


@pytest.mark.row("E3")
def test_each_period_is_made_on_its_day_and_what_was_published_never_changes(
    kit: WholeKit,
) -> None:
    """A correction that comes late is in the revised month alone, and in what is made of it."""
    assert made(kit, 4.9) == []
    with pytest.raises(NotFound, match="made on 2026-11-06"):
        october(kit)
    assert doctor(kit, 6) == (True, "none is published yet: a month is, 5 days after it ended")
    assert doctor(kit, 8) == (False, "2026-10 (first) should have been published on 2026-11-06")
    assert made(kit, 5) == ["2026-10 first inside outside"]
    sessions(kit, date(2026, 10, 9), 7)
    sessions(kit, date(2026, 12, 24), 20)
    assert made(kit, 34.9) == []
    assert made(kit, 35) == ["2026-11 first inside outside"]
    assert made(kit, 66) == ["2026-12 first inside outside"]
    assert october(kit).said("session") == "40"
    assert made(kit, 75) == ["2026-10 revised inside outside"]
    assert october(kit).said("session") == "47"
    assert october(kit, MonthVersion.FIRST).said("session") == "40"
    assert made(kit, 105) == ["2027-01 first inside outside", "2026-11 revised inside outside"]
    assert made(kit, 136) == [
        "2027-02 first inside outside",
        "2026-12 revised inside outside",
        "2026-Q4 revised inside",
        "2026 revised inside",
    ]
    assert made(kit, 150) == []
    assert made(kit, 151) == ["2026-Q4 revised outside", "2026 revised outside"]
    assert made(kit, 151) == []

    quarters = [editions.read(kit, "2026-Q4", one).said("session") for one in Edition]
    assert quarters == [">=67", ">=67"], "November is hidden, and is nobody's to reckon"
    assert editions.periods(kit, Edition.INSIDE, Span.MONTH)[:2] == ["2027-02", "2027-01"]
    assert editions.periods(kit, Edition.OUTSIDE, Span.YEAR) == ["2026"]
    november = editions.read(kit, "2026-11", Edition.OUTSIDE)
    assert november.said("session") == ".."
    assert editions.before(kit, november) == editions.read(kit, "2026-10", Edition.OUTSIDE)
    assert editions.before(kit, october(kit)) is None
    assert len(audited(kit)) == 12


def test_a_month_waits_until_the_reader_has_counted_its_cases(kit: WholeKit) -> None:
    tip = make_tip()
    tip.filed_at = ENDED - DAY
    with kit.database.writing() as session:
        session.add(tip)
        session.flush()
        session.add(CaseKey(tip_id=tip.id, public_key=b"k" * 32, made_at=NOON))
    assert made(kit, 20) == []
    assert doctor(kit, 20) == (False, "the reader has not counted its cases")
    numbers = [("identified", row, "all", 6) for row in ("all", "district:11", "from:RW")]
    with kit.database.writing() as session:
        counted.write(session, "2026-10", MonthVersion.FIRST, numbers, NOON)
    assert made(kit, 20) == ["2026-10 first inside outside"]
    assert october(kit).said("identified") == "6"
    assert editions.read(kit, "2026-10", Edition.OUTSIDE).said("identified") == ".."
    assert made(kit, 80) == []
    assert doctor(kit, 21) == (True, "the newest are of 2026-10 (first); none is late")


@pytest.mark.both
def test_two_clocks_make_one(kit: WholeKit) -> None:
    both = Barrier(2)

    def waits(name: str) -> None:
        if name == "figures.before_write":
            both.wait(5)

    raced = replace(kit, failpoint=waits)

    def make() -> None:
        # The later waits as long as any writer, and no longer.
        with suppress(StoreUnavailable):
            made(raced, 5)

    clocks = [Thread(target=make) for _ in range(2)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()
    assert october(kit).said("session") == "40"
    assert audited(kit) == ["2026-10"]


def test_what_stops_before_it_is_written_is_made_in_the_next_hour(
    kit: WholeKit, clock: Clock
) -> None:
    """And not at each tick: counting takes seconds."""

    def stops(name: str) -> None:
        if name == "figures.before_write":
            raise StoppedError

    clock.at = ENDED + 5 * DAY
    with pytest.raises(StoppedError):
        making.publish_due(replace(kit, books=FakeShelf(), failpoint=stops))
    making.publish_due(replace(kit, books=FakeShelf()))
    assert audited(kit) == []
    clock.turn(hours=1)
    making.publish_due(replace(kit, books=FakeShelf()))
    assert audited(kit) == ["2026-10"]


def test_figures_of_an_invented_line_say_so(kit: WholeKit) -> None:
    with kit.database.writing() as session:
        origin.mark_invented(session, kit.now())
    made(kit, 5)
    assert october(kit).is_invented
