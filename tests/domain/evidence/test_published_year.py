"""E3: a reader is told every number that is published of a random year, and narrows no hidden one below k.

Both editions, first and revised, months, quarters and the year. Two readers are asked of each: one has the first
versions and is told what each later one changed, one has the newest. Three planted leaks are found: the days beside a
week, a total that runs, and the weeks of a screen that are not cut where a revision begins.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

import pytest

from hotline.domain.evidence.edition import Edition, FigureCell, months_in
from hotline.domain.evidence.linked import linked
from hotline.domain.evidence.publishing.made import Made
from hotline.domain.evidence.raw import RawTable
from hotline.domain.evidence.screens.revision_weeks import week_row
from hotline.domain.evidence.suppression import INSIDE, OUTSIDE, protect
from hotline.domain.evidence.tables import ALL, CountTable
from tests.domain.evidence.published_reader import CountReader, Place
from tests.domain.evidence.random_year import (
    SCREENS,
    PublishedYear,
    name_of,
    published_year,
)

READS = {INSIDE: (Edition.INSIDE, Edition.OUTSIDE), OUTSIDE: (Edition.OUTSIDE,)}
"""What whoever is kept from numbers below k has before him."""
GROUPS = (
    ("identified", "tip"),
    ("session", "acknowledged_of", "acted_of"),
    ("session", *(f"screen_shown @ screen:{one}" for one in SCREENS)),
    ("topic", "met", "screened", "offers", "report_entered"),
    ("gathering", "gathered", "sms_sent"),
    ("lesson", "lesson_answered", "quiz_asked", "tips_red"),
)
"""Figures that are published in one run: all of them in six days."""
Hidden = tuple[tuple[str, ...], Place]


def of_count(raw: RawTable, cells: Sequence[FigureCell]) -> list[FigureCell]:
    names = {raw.figure, *raw.figures, *raw.shares}
    return [one for one in cells if one.figure in names and raw.at in (ALL, one.row)]


def editions(
    year: PublishedYear, edition: Edition, version: int
) -> Iterator[tuple[tuple[str, ...], Made]]:
    """Which months each is of, as far as this reader goes: the first versions and all after them, or the newest."""
    for name, versions in year.months[edition].items():
        yield from (((name,), one) for one in (versions if version == 0 else versions[-1:]))
    for name, total in year.totals[edition].items():
        yield tuple(months_in(name)), total


def reader_of(
    year: PublishedYear, figure: str, k: int, version: int
) -> tuple[CountReader, list[Hidden]]:
    """Who has read all of the count of that name, and what is hidden in the edition that tells this reader the most."""
    months = {
        name: next(one for one in counts[version] if name_of(one) == figure)
        for name, counts in year.raw.items()
    }
    raws = {name: raw for name, raw in months.items() if isinstance(raw, RawTable)}
    reader, hidden = CountReader(raws), list[Hidden]()
    for edition in READS[k]:
        for of, made in editions(year, edition, version):
            cells = of_count(raws[of[0]], made.cells)
            reader.reads(of, cells)
            is_own = made is year.months[edition][of[0]][version]
            if is_own:
                reader.reads_shares(of[0], cells)
            if edition is READS[k][0] and (is_own or len(of) > 1):
                hidden += [(of, place) for place in _hidden(cells) if reader.knows(of, place)]
    # A total whose months have all been read is hidden for a change that came later: this reader is told that.
    by_month = {(of[0], place) for of, place in hidden if len(of) == 1}
    return reader, [
        (of, place) for of, place in hidden if any((name, place) in by_month for name in of)
    ]


def _hidden(cells: Sequence[FigureCell]) -> list[Place]:
    """Those that are not told, or as a bound."""
    return [(one.figure, one.row, one.column) for one in cells if one.number is None or one.bound]


def narrowed(year: PublishedYear, figure: str, chance: Random, most: int) -> list[object]:
    """The hidden numbers that are narrower than k to either reader, of those that are looked at."""
    found: list[object] = []
    for k in READS:
        for version in (0, -1):
            reader, hidden = reader_of(year, figure, k, version)
            for of, place in chance.sample(hidden, min(most, len(hidden))):
                width = reader.width(of, place)
                if width < k:
                    found.append((k, version, of, place, width))
    return found


@pytest.mark.row("E3")
def test_e3_a_solver_that_is_told_a_whole_year_narrows_nothing(
    request: pytest.FixtureRequest,
) -> None:
    seed = request.config.option.hypothesis_seed
    group = GROUPS[0]
    year = published_year(seed, 3, group)
    chance = Random(seed)
    assert [one for figure in group for one in narrowed(year, figure, chance, 12)] == []


@pytest.mark.parametrize("group", GROUPS, ids=lambda one: one[-1])
@pytest.mark.parametrize("seed", range(6))
def test_e3_many_years_of_every_size(seed: int, group: tuple[str, ...]) -> None:
    year = published_year(seed, (1, 3, 10, 30, 3, 1)[seed], group)
    assert [one for figure in group for one in narrowed(year, figure, Random(seed), 150)] == []


def days_of(raw: RawTable) -> CountTable:
    """The same days without their weeks."""
    (table,) = (one for one in raw.tables if any(row.startswith("day:") for row in one.rows))
    return CountTable(table.counts, table.rows)


@pytest.mark.row("E3")
def test_days_that_are_published_beside_their_weeks_are_found(
    request: pytest.FixtureRequest,
) -> None:
    year = published_year(request.config.option.hypothesis_seed, 2, ["session"])
    reader, hidden = reader_of(year, "session", INSIDE, -1)
    for name, counts in year.raw.items():
        raw = counts[-1][0]
        assert isinstance(raw, RawTable)
        for (row, column), number in protect(days_of(raw), INSIDE).numbers.items():
            reader.reads([name], [FigureCell("session", row, column, number)])
    days = [one for one in hidden if one[1][1].startswith("day:")]
    assert any(reader.width(of, place) < INSIDE for of, place in days)


@pytest.mark.row("E3")
def test_a_total_that_runs_from_month_to_month_is_found(request: pytest.FixtureRequest) -> None:
    year = published_year(request.config.option.hypothesis_seed, 1, ["tip"])
    reader, hidden = reader_of(year, "tip", INSIDE, -1)
    months = months_in("2026")
    for so_far in (months[:last] for last in range(1, len(months))):
        for place in {place for _, place in hidden}:
            if reader.knows(so_far, place) and reader.truth(so_far, place) >= INSIDE:
                reader.reads(so_far, [FigureCell(*place, reader.truth(so_far, place))])
    assert any(reader.width(of, place) < INSIDE for of, place in hidden[:40])


@pytest.mark.row("E1", "E2")
def test_weeks_of_a_screen_beside_its_revisions_are_found(
    request: pytest.FixtureRequest,
) -> None:
    """Both divide one month: a revision less the whole weeks in it is a piece of a week."""
    names = [f"screen_shown @ screen:{one}" for one in SCREENS]
    year = published_year(request.config.option.hypothesis_seed, 2, names)
    assert any(narrower for name in names for narrower in _beside_whole_weeks(year, name))


def _beside_whole_weeks(year: PublishedYear, name: str) -> Iterator[bool]:
    """Of each hidden number, whether it is narrower than k to who is told of weeks that are not cut, by themselves."""
    reader, hidden = reader_of(year, name, INSIDE, -1)
    for month, counts in year.raw.items():
        raw = next(one for one in counts[-1] if name_of(one) == name)
        assert isinstance(raw, RawTable)
        (cut,) = (one for one in raw.tables if one.within and not one.columns)
        weeks: Counter[tuple[str, str]] = Counter()
        pieces: dict[str, list[Place]] = {}
        for (row, column), number in cut.counts.items():
            weeks[week_row(row), column] += number
            pieces.setdefault(week_row(row), []).append((raw.figure, raw.at, row))
        (told,) = linked([CountTable(weeks, [*pieces])], INSIDE)
        for week, places in pieces.items():
            if told.numbers[week, ALL] is not None:
                cells = [leaf for piece in places for leaf in reader.cells([month], piece)]
                reader.solver.learns(cells, weeks[week, ALL])
    yield from (reader.width(of, place) < INSIDE for of, place in hidden)
