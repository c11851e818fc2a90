"""E1 to E4: every figure is computed twice, by the product and plainly from what was seen of an invented season."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.cli.year.year_line import YearLine
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.dictionary import DICTIONARY, entry_of
from hotline.domain.evidence.edition import Edition, Span, months_in, span_of
from hotline.domain.evidence.raw import Raw
from hotline.services.evidence import editions, producers, reach_counts
from hotline.services.evidence.producers import CountedMonth
from hotline.store.cases import counted
from tests.invented_year import lived, seen
from tests.plain.compared import GAIN, by_place, differing, untrue
from tests.plain.numbers import Numbers
from tests.plain.reckoning import reckoned
from tests.plain.seen import RedClock, Seen
from tests.sampling import long

MONTHS, TOTALS = ("2025-11", "2025-12"), ("2025-Q4", "2025")
"""The line began in November: its first quarter and its first year are of two months."""
ENDS = datetime(2025, 12, 26, 12, 0, tzinfo=UTC)
COUNTS = tuple(
    datetime(2026, month, day, tzinfo=UTC) for month, day in ((1, 8), (2, 16), (3, 18), (4, 2))
)
"""When December is counted, November once more, December once more and the totals inside, and these outside."""
NOT_MET = {"answer": "no question of the shipped flows is counted by district"}
"""Entries of the dictionary of which a season has no number, and why."""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[YearLine]:
    made = lived(tmp_path, ENDS, *COUNTS, scale=0.4 if long() else 0.04)
    with closing(made.desk.database):
        yield made


@pytest.mark.longer(8)
@pytest.mark.timeout(600)
def test_e1_r9_every_figure_is_computed_twice_and_they_agree(line: YearLine) -> None:
    season, met = seen(line), set[str]()
    for month in MONTHS:
        for version in MonthVersion:
            plainly = reckoned(season, counted_at(line, month, version), line.clock.at)
            assert differing(by_place(our_month(line, month, version)), plainly) == {}, month
            met |= names(figure for (figure, *_), number in plainly.items() if number)
    for period in TOTALS:
        plainly = reckoned(season, counted_at(line, period, MonthVersion.REVISED), line.clock.at)
        with line.desk.database.reading() as session:
            measured = by_place(producers.measured(session, period))
        figures = {figure for figure, *_ in measured}
        wanted = Numbers({one: n for one, n in plainly.items() if one[0] in figures})
        assert differing(measured, wanted) == {}, period
    every = [published_is_true(line, season, period) for period in (*MONTHS, *TOTALS)]
    assert GAIN in set[str]().union(*every), "two published shares make it: no raw number is one"
    assert met | {GAIN} == {one.name for one in DICTIONARY} - NOT_MET.keys()
    assert stray(season) == []


def counted_at(line: YearLine, period: str, version: MonthVersion) -> Mapping[str, datetime]:
    """By month of the season, when its persons were counted."""
    with line.desk.database.reading() as session:
        return {
            month: counted.cells(session, month, version)[0].made_at
            for month in months_in(period)
            if month in MONTHS
        }


def our_month(line: YearLine, month: str, version: MonthVersion) -> Sequence[Raw]:
    wanted = CountedMonth(month, version, reach_counts.live_rows(line.desk))
    with line.desk.database.reading() as session:
        return producers.of_month(session, wanted)


def names(figures: Iterable[str]) -> set[str]:
    """The entries of the dictionary that they are read by. A figure has one, or its name is wrong."""
    found = {figure: entry_of(figure) for figure in figures}
    return {entry.name for entry in found.values() if entry is not None}


def published_is_true(line: YearLine, season: Seen, period: str) -> set[str]:
    """Each number, share and median that was published is the plain one, and each bound holds; what was told of."""
    told = set[str]()
    for version in MonthVersion if span_of(period) is Span.MONTH else (MonthVersion.REVISED,):
        for edition in Edition:
            published = editions.read(line.desk, period, edition, version)
            assert published.is_invented
            when = counted_at(line, period, version)
            assert untrue(published.cells, reckoned(season, when, published.made_at)) == []
            shown = {one.figure for one in published.cells if one.number is not None}
            assert shown, (period, edition)
            told |= names(shown)
    return told


def stray(season: Seen) -> Sequence[RedClock]:
    """Clocks of red that ended neither with the next one nor with what somebody did."""
    goes_on = {(one.tip_id, one.set_at) for one in season.red}
    goes_on |= {(one.tip_id, one.at) for one in season.ledger.acts}
    return [one for one in season.red if (one.tip_id, one.ended_at) not in goes_on]
