"""Publishes a year of a random hotline as the real code does: four quarters and the year, each with the tables that are
published for that kind of period."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from hotline.core.actors import RELEASE_ROLES
from hotline.core.database import Database
from hotline.statistics import queries, rules_counts, rules_release
from hotline.statistics.rules_definitions import TABLES, CellName, CellSum, Span, months_of, span_of
from hotline.statistics.rules_release import Release, ReleaseNumber, Spans
from hotline.text.time import KIGALI
from tests.statistics.random_line import YEAR, RandomLine

PERIODS = (*(f"{YEAR}-Q{n}" for n in range(1, 5)), str(YEAR))
MADE_AT = datetime(YEAR + 1, 3, 16, tzinfo=KIGALI)
Sums = Mapping[CellName, CellSum]


def stored(
    database: Database, releases: Iterable[Release], *, published: bool = True, is_sample: bool
) -> list[Release]:
    """Stores releases. With `published`, both roles have approved each release."""
    found = [one._replace(is_sample=is_sample) for one in releases]
    with database.writing() as session:
        for one in found:
            assert queries.write_release(session, one)
            for n, role in enumerate(RELEASE_ROLES if published else ()):
                queries.write_approval(session, one.period, role, by=f"name:P{n}", at=one.made_at)
    return found


def sums_of(line: RandomLine, period: str) -> Sums:
    """Returns the exact numbers of tips and persons in a period, each with the sum of the rounding keys of the counted
    records."""
    months = set(months_of(period))
    return {
        **rules_counts.sums(line.tips_of(months)),
        **rules_counts.person_sums(line.cases_of(months)),
    }


def shortest() -> Spans:
    """Returns, for each table, the shortest kind of period for which the hotline publishes the table if it gets many
    calls."""
    return {table.name: table.span for table in TABLES}


@cache
def year_of(calls: int, seed: int) -> tuple[RandomLine, Sequence[Release]]:
    """Returns a random hotline and the releases of statistics about its year. All tests use the same hotline and
    releases, and no test changes them."""
    line = RandomLine(calls, seed)
    return line, released(line)


def released(
    line: RandomLine,
    spans: Spans | None = None,
    plant: Callable[[str, Sums], list[ReleaseNumber]] | None = None,
) -> list[Release]:
    """Returns the published statistics of the year. The function `plant` adds cells that the hotline must never
    publish."""
    in_force = shortest() if spans is None else spans
    made: list[Release] = []
    for period in PERIODS:
        one = _release(line, period, in_force, plant)
        if span_of(period) is Span.YEAR:
            one = one._replace(cells=rules_release.with_sums(one.cells, made))
        made.append(one)
    return made


def _release(
    line: RandomLine,
    period: str,
    spans: Spans,
    plant: Callable[[str, Sums], list[ReleaseNumber]] | None,
) -> Release:
    months, span = set(months_of(period)), span_of(period)
    sums, tips = sums_of(line, period), line.tips_of(months)
    cells = [
        *rules_release.protect_tips(sums, rules_counts.medians(tips), span, spans),
        *rules_release.protect_persons(sums, span, spans),
        *(plant(period, sums) if plant is not None else ()),
    ]
    assert span is not Span.MONTH
    return Release(period, MADE_AT, cells, spans)
