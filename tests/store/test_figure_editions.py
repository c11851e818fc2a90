"""What was published is written once, never changed, and never taken away; on both databases, made either way."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import Edition, FigureCell, PublishedFigures
from hotline.errors import StoreUnavailable
from hotline.store.database import Database
from hotline.store.evidence import figure_editions, origin
from hotline.store.schema import create_all
from tests.builders import NOON

pytestmark = pytest.mark.both

NEVER = (
    "UPDATE figure_edition SET digest = ''",
    "DELETE FROM figure_edition",
    "UPDATE figure_cell SET number = 2",
    "DELETE FROM figure_cell",
    "UPDATE figure_count SET edition_id = edition_id",
    "DELETE FROM figure_count",
    "DELETE FROM home_origin",
    "INSERT OR REPLACE INTO figure_cell SELECT * FROM figure_cell",
)


def published(
    version: MonthVersion, tips: int | None, edition: Edition = Edition.INSIDE
) -> PublishedFigures:
    cells = [FigureCell("tip", "all", "all", tips), FigureCell("tip", "district:11", "all", None)]
    return PublishedFigures("2026-10", edition, version, NOON, "clock", cells)


@pytest.mark.row("E3")
def test_what_was_published_stays_as_it_is(empty: Database) -> None:
    create_all(empty)
    first, revised = (published(one, n) for one, n in zip(MonthVersion, (12, 13), strict=True))
    with empty.writing() as session:
        assert figure_editions.write(session, first, "counted")
        assert not figure_editions.write(session, published(MonthVersion.FIRST, 99), "other")
        assert figure_editions.write(session, revised)
        origin.mark_invented(session, NOON)
    for words in NEVER:
        with pytest.raises((DBAPIError, StoreUnavailable)), empty.writing() as session:
            session.execute(text(words))

    with empty.reading() as session:
        kept = [
            figure_editions.read(session, "2026-10", Edition.INSIDE, one)
            for one in (MonthVersion.FIRST, MonthVersion.REVISED, None)
        ]
        assert kept == [first, revised, revised]
        assert figure_editions.counts(session, "2026-10", Edition.INSIDE, MonthVersion.FIRST) == (
            "counted"
        )
        assert figure_editions.read(session, "2026-10", Edition.OUTSIDE) is None
        assert origin.is_invented(session)


def test_a_total_is_read_with_the_months_that_it_holds(empty: Database) -> None:
    create_all(empty)
    with empty.writing() as session:
        for month in ("2026-11", "2026-12", "2027-01", "2027-02", "2027-03"):
            one = replace(published(MonthVersion.FIRST, 12), period=month)
            assert figure_editions.write(session, one)
        for total in ("2026", "2026-Q4", "2027-Q1"):
            assert figure_editions.write(
                session, replace(published(MonthVersion.REVISED, 24), period=total)
            )
    with empty.reading() as session:
        held = {
            period: found.of_months
            for period in ("2026", "2026-Q4", "2027-Q1", "2026-11")
            if (found := figure_editions.read(session, period, Edition.INSIDE)) is not None
        }
    began = ["2026-11", "2026-12"]
    assert held == {"2026": began, "2026-Q4": began, "2027-Q1": (), "2026-11": ()}
