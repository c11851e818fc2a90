"""A published period with every figure that there is, made in memory: for tests of what shows, prints or exports one.

The numbers are drawn, and agree as counted ones do: districts add up to provinces and those to the nation, each step
of the staircase is a part of the one before it. What is small is hidden, with one more of its rows. A step by form and
by who has those as columns: `number("consent", column="form:labour")`.
"""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from hotline.domain.cases.months import MonthVersion, ends
from hotline.domain.evidence.edition import (
    Edition,
    FigureCell,
    PublishedFigures,
    Span,
    months_in,
    span_of,
)
from hotline.domain.evidence.suppression import INSIDE, OUTSIDE
from tests.drawn_period import DrawnPeriod
from tests.drawn_screens import Number

SMALLEST = {Edition.INSIDE: INSIDE, Edition.OUTSIDE: OUTSIDE}


def published(
    period: str = "2026-10",
    edition: Edition = Edition.INSIDE,
    version: MonthVersion = MonthVersion.FIRST,
    seed: int = 1,
    *,
    is_invented: bool = False,
) -> PublishedFigures:
    """The same numbers for the same arguments. A month has weeks and days; outside, times are of quarters alone."""
    months = months_in(period)
    drawn = DrawnPeriod(Random(f"{period} {seed}"), len(months))
    numbers = list(drawn.numbers())
    if edition is Edition.INSIDE:
        numbers += drawn.inside()
    if span_of(period) is Span.MONTH and edition is Edition.INSIDE:
        numbers += [*drawn.over_days(period), *drawn.over_revisions(period)]
    cells = _hidden(numbers, SMALLEST[edition])
    if edition is Edition.INSIDE or span_of(period) is Span.QUARTER:
        cells += drawn.times(["urgency:1", "urgency:2", "urgency:3"])
        cells += drawn.nation_of_answer()
    cells += drawn.shares()
    return PublishedFigures(
        period=period,
        edition=edition,
        version=version,
        made_at=ends(months[-1]) + timedelta(days=5, hours=3),
        made_by="clock",
        cells=cells,
        is_invented=is_invented,
    )


def _hidden(numbers: Sequence[Number], k: int) -> list[FigureCell]:
    """What is small is hidden; where it is the only one of its kind, the smallest other of that kind as well."""
    kinds: dict[tuple[str, str, str], list[Number]] = {}
    for one in numbers:
        kinds.setdefault((one[0], one[1].partition(":")[0], one[2].partition(":")[0]), []).append(
            one
        )
    hidden: set[Number] = set()
    for kind in kinds.values():
        small = [one for one in kind if one[3] < k]
        more = sorted(set(kind) - set(small), key=lambda one: one[3])[: len(small) == 1]
        hidden.update(small, more)
    return [FigureCell(*one[:3], None if one in hidden else one[3]) for one in numbers]
