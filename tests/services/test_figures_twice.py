"""E1 to E4: every figure is computed twice, by the product and plainly from the ledger of an invented year."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.cli.year.year_line import YearLine
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import Edition, FigureCell
from hotline.domain.evidence.publishing.cells import place_of
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.raw import Raw, RawTable
from hotline.domain.evidence.tables import numbers
from hotline.services.evidence import editions, producers, reach_counts
from hotline.services.evidence.producers import CountedMonth
from hotline.store.cases import counted
from tests.invented_year import lived
from tests.plain_persons import Numbers
from tests.plain_reckoning import reckoned
from tests.sampling import long

MONTHS = (("2026-01", "first"), ("2026-01", "revised"), ("2026-02", "first"))
ENDS = datetime(2026, 2, 25, 12, 0, tzinfo=UTC)
COUNTS = (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 4, 18, tzinfo=UTC))
"""When February is counted, and January once more."""
ELSEWHERE = {
    "person": "an estimate: about one in a hundred is wrong",
    "situations_with_identified": "which tips are linked is the line's own judgement",
    "delivered_median": "the gateway's reports, and whom the ladder told",
    "delivered_ninety": "as above",
    "sms_sent": "as above",
    "sms_delivered": "as above",
    "sms_failed": "as above",
    "tips_red": "where the ladder ends; `tests/services/test_answer_figures.py`",
    "hours_red": "as above",
    "screen_shown": "which node a screen of another flow is of; `tests/services/test_screens_counted.py`",
    "screen_answered": "as above",
    "flow_begun": "as above",
    "flow_left": "as above",
    "seconds_to_filed": "as above",
    "hours": "each hour of the clock; `tests/services/test_answer_figures.py`",
    "hours_uncovered": "as above",
}
"""What the ledger does not know, and why."""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[YearLine]:
    made = lived(tmp_path, ENDS, *COUNTS, scale=0.4 if long() else 0.04)
    with closing(made.desk.database):
        yield made


@pytest.mark.longer(8)
@pytest.mark.timeout(400)
def test_e1_r9_every_figure_is_computed_twice_and_they_agree(line: YearLine) -> None:
    live = reach_counts.live_rows(line.desk)
    for month, version in MONTHS:
        wanted = CountedMonth(month, MonthVersion(version), live)
        with line.desk.database.reading() as session:
            found = by_place(producers.of_month(session, wanted))
            (made_at,) = {one.made_at for one in counted.cells(session, month, version)}
        plainly = reckoned(line.ledger, month, made_at)
        assert differing(found, plainly) == {}, month
        shown_are_true(line, month, MonthVersion(version), plainly)


def by_place(raws: Sequence[Raw]) -> Mapping[tuple[str, str, str], int]:
    """What the product counted, as (figure, row, column)."""
    found: dict[tuple[str, str, str], int] = {}
    for raw in raws:
        if not isinstance(raw, RawTable):
            found[raw.figure, raw.row, "all"] = raw.number
            continue
        named = PublishedCount(raw.figure, raw.figures, raw.shares, {}, at=raw.at)
        for table in raw.tables:
            for key, number in numbers(table).items():
                place = place_of(named, key)
                if place is not None:
                    assert found.setdefault(place, number) == number, place
    return found


def differing(
    found: Mapping[tuple[str, str, str], int], plainly: Numbers
) -> Mapping[tuple[str, str, str], tuple[int, int]]:
    """Ours and the plain one, wherever they are not one number."""
    places = {*found, *(place for place, number in plainly.items() if number)}
    pairs = {place: (found.get(place, 0), plainly[place]) for place in places}
    return {place: pair for place, pair in pairs.items() if pair[0] != pair[1] and is_known(place)}


def is_known(place: tuple[str, str, str]) -> bool:
    """Whether the ledger knows it: of screens and flows, those of the report."""
    return place[0] not in ELSEWHERE or place[1].startswith(("screen:report/", "flow:report"))


def shown_are_true(line: YearLine, month: str, version: MonthVersion, plainly: Numbers) -> None:
    """What is published is the number, a bound of it, or nothing."""
    for edition in Edition:
        published = editions.read(line.desk, month, edition, version)
        assert published.is_invented
        assert [one for one in published.cells if not holds(one, plainly)] == []


def holds(cell: FigureCell, plainly: Numbers) -> bool:
    place = (cell.figure, cell.row, cell.column)
    if cell.number is None or not is_known(place) or place not in plainly:
        return True
    true = plainly[place]
    return {"": cell.number == true, ">=": cell.number <= true, "<=": cell.number >= true}[
        cell.bound
    ]
