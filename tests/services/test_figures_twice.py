"""E1 to E4: every figure is computed twice, by the product and plainly from what was seen of an invented season."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from hotline.cli.year.year_line import YearLine
from hotline.domain.cases.months import MonthVersion
from hotline.domain.changes.change import ChangeState
from hotline.domain.evidence.dictionary import DICTIONARY, entry_of
from hotline.domain.evidence.edition import Edition, months_in
from hotline.domain.evidence.raw import Raw
from hotline.ports import Kit
from hotline.services.changes import folders
from hotline.services.desk import call_back_desk
from hotline.services.evidence import editions, exporting, producers, reach_counts
from hotline.services.evidence.producers import CountedMonth
from hotline.services.people.dossiers import postings
from hotline.services.referrals.drills import plans
from hotline.services.words import text_questions
from hotline.store.cases import counted
from tests.invented_year import lived, seen
from tests.long import is_long
from tests.plain.compared import GAIN, by_place, differing, untrue
from tests.plain.numbers import Numbers
from tests.plain.reckoning import reckoned
from tests.plain.seen import RedClock, Seen

MONTHS, TOTALS = ("2025-11", "2025-12"), ("2025-Q4", "2025")
"""The line began in November: its first quarter and its first year are of two months."""
ENDS = datetime(2025, 12, 26, 12, 0, tzinfo=UTC)
COUNTS = ((1, 8), (2, 16), (3, 18), (4, 2))
"""When December is counted, November once more, December once more and the totals inside, and these outside."""
IS_WHOLE = is_long()
"""Whether the season goes on until its year is published."""
FIRST, REVISED = MonthVersion.FIRST, MonthVersion.REVISED
VERSIONS = [("2025-11", FIRST), ("2025-12", FIRST), ("2025-11", REVISED)]
VERSIONS += [("2025-12", REVISED)] if IS_WHOLE else []
NOT_MET = {"answer": "no question of the shipped flows is counted by district"}
"""Entries of the dictionary of which a season has no number, and why."""


def changes_in(state: ChangeState, kit: Kit) -> Sequence[object]:
    return [one for one in folders.listed(kit) if one.state is state]


STILL_OPEN: Mapping[str, Callable[[Kit], Sequence[object]]] = {
    "call-backs": call_back_desk.listed,
    "changes that somebody works on": partial(changes_in, ChangeState.OPEN),
    "changes that wait to be read": partial(changes_in, ChangeState.PROPOSED),
    "questions about words": text_questions.waiting,
    "figures to be taken out": exporting.waiting,
    "people with more places": postings.waiting,
    "exercises": plans.waiting,
}
"""What pages of the console show at the season's end, by the services behind them."""
pytestmark = [pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[YearLine]:
    """Lived once: whoever asks it changes nothing."""
    later = COUNTS if IS_WHOLE else COUNTS[:2]
    moments = [datetime(2026, month, day, tzinfo=UTC) for month, day in later]
    folder = tmp_path_factory.mktemp("season")
    made = lived(folder, ENDS, *moments, scale=0.4 if is_long() else 0.04)
    with closing(made.desk.database):
        yield made


def test_no_page_of_what_waits_is_empty_where_an_invented_year_ends(line: YearLine) -> None:
    at_the_end = replace(line.desk, now=lambda: ENDS)
    assert [page for page, asks in STILL_OPEN.items() if not asks(at_the_end)] == []


@pytest.mark.row("E1", "R9")
def test_e1_r9_every_figure_is_computed_twice_and_they_agree(line: YearLine) -> None:
    season, met, told = seen(line), set[str](), set[str]()
    for month, version in VERSIONS:
        plainly = reckoned(season, counted_at(line, month, version), line.clock.at)
        assert differing(by_place(our_month(line, month, version)), plainly) == {}, month
        met |= names(figure for (figure, *_), number in plainly.items() if number)
        told |= published_is_true(line, season, month, version)
    for period in TOTALS if IS_WHOLE else ():
        plainly = reckoned(season, counted_at(line, period, REVISED), line.clock.at)
        with line.desk.database.reading() as session:
            measured = by_place(producers.measured(session, period))
        figures = {figure for figure, *_ in measured}
        wanted = Numbers({one: n for one, n in plainly.items() if one[0] in figures})
        assert differing(measured, wanted) == {}, period
        published_is_true(line, season, period, REVISED)
    assert GAIN in told, "two published shares make it: no raw number is one"
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
    """The entries of the dictionary that they are read by."""
    entries = [entry_of(figure) for figure in figures]
    assert None not in entries, "a figure that no entry says what it is"
    return {entry.name for entry in entries if entry is not None}


def published_is_true(line: YearLine, season: Seen, period: str, version: MonthVersion) -> set[str]:
    """Each number, share and median that was published is the plain one, and each bound holds; what was told of."""
    told = set[str]()
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
