"""E3: figures are published when they are due, once, whoever makes them; and what was published never changes."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from hotline.domain.cases.months import begins
from hotline.domain.evidence.edition import Edition, PublishedFigures, Span
from hotline.errors import NotFound
from hotline.services.evidence import editions, making
from hotline.store.database import Database
from hotline.store.desk.audit import AuditEntry
from hotline.store.evidence import origin
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell
from tests.conftest import Clock
from tests.kits import WholeKit, make_kit

DAY = timedelta(days=1)
ENDED = begins("2026-11")


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


def made(kit: WholeKit, days: float) -> list[tuple[str, str]]:
    """What is made so many days after October ended."""
    return [(one.period, one.version) for one in making.make_due(kit, ENDED + days * DAY, {})]


def audited(kit: WholeKit) -> list[str]:
    with kit.database.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [row.subject for row in rows if row.action == "figures_made"]


def october(kit: WholeKit) -> PublishedFigures:
    return editions.read(kit, "2026-10", Edition.INSIDE)


def test_a_month_is_made_five_days_after_it_ended_and_never_again(kit: WholeKit) -> None:
    assert made(kit, 4.9) == []
    with pytest.raises(NotFound, match="made on 2026-11-06"):
        october(kit)
    assert made(kit, 5) == [("2026-10", "first")]
    assert october(kit).said("session") == "40"
    sessions(kit, date(2026, 10, 9), 7)
    assert made(kit, 6) == []
    assert october(kit).said("session") == "40"
    assert audited(kit) == ["2026-10"]
    assert editions.periods(kit, Edition.INSIDE, Span.MONTH) == ["2026-10"]
    assert editions.before(kit, october(kit)) is None


@pytest.mark.both
def test_two_clocks_make_one(kit: WholeKit) -> None:
    both = Barrier(2)

    def waits(name: str) -> None:
        if name == "figures.before_write":
            both.wait(5)

    raced = replace(kit, failpoint=waits)
    clocks = [Thread(target=made, args=(raced, 5)) for _ in range(2)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()
    assert october(kit).said("session") == "40"
    assert audited(kit) == ["2026-10"]


def test_what_stops_before_it_is_written_is_made_the_next_time(kit: WholeKit) -> None:
    def stops(name: str) -> None:
        if name == "figures.before_write":
            raise StoppedError

    with pytest.raises(StoppedError):
        made(replace(kit, failpoint=stops), 5)
    assert made(kit, 5) == [("2026-10", "first")]


def test_figures_of_an_invented_line_say_so(kit: WholeKit) -> None:
    with kit.database.writing() as session:
        origin.mark_invented(session, kit.now())
    made(kit, 5)
    assert october(kit).is_invented
