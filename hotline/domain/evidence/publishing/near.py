"""What two published numbers of different counts would tell together: of a few, that they are few. Pure.

No table holds both, so no table's ranges see it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.publishing.rules import dimension
from hotline.domain.evidence.raw import Measured
from hotline.domain.evidence.tables import ALL, numbers

NEAR: Mapping[str, str] = {
    "met": "identified",
    "screened_possible": "identified",
    "tips_screened": "tips_with_identified",
    "report_filed": "tip",
    "ussd_session": "session",
}
"""Figures, and what is about the same people or calls: their difference is some of them, or who wrote by SMS."""
WITH = {"screened_possible": "screened_", "ussd_session": "ussd_"}
"""How the figures begin that go with one of them: they would give it back."""
REPEATING = frozenset({"screen", "flow"})
"""Dimensions of measures that may count once more what a table keeps back: a topic's screen, an entry's first one."""
REPEATED = {("session", "entry"), ("topic", "topic"), ("tip", "district")}
"""Where that may stand, as the count and what it is told by; besides in how far reports came."""
REPORT = "report_"
ADDED_UP = frozenset({"hours_red"})
"""Measures that are sums: a later version less an earlier one is of whoever came between."""


def without_near(cells: Sequence[FigureCell], k: int) -> list[FigureCell]:
    """Hides a figure of the nation that differs by fewer than k from what it is compared with."""
    every = {
        one.figure: one.number
        for one in cells
        if one.row == one.column == ALL and one.number is not None and not one.bound
    }
    hidden = tuple(
        WITH.get(figure, figure)
        for figure, other in NEAR.items()
        if 0 < _apart(every.get(figure), every.get(other)) < k
    )
    return [replace(one, number=None) if one.figure.startswith(hidden) else one for one in cells]


def _apart(number: int | None, other: int | None) -> int:
    return abs(number - other) if number is not None and other is not None else 0


def without_repeats(
    measures: Sequence[Measured], counts: Iterable[PublishedCount], k: int
) -> list[Measured]:
    """Hides what is as large as a number that a table keeps back for another, to fewer than k."""
    kept = {
        numbers(published.table)[key]
        for count in counts
        for published in count.tables.values()
        for key in published.hidden
        if (count.figure, dimension(key[0])) in REPEATED or key[0].startswith(REPORT)
    }
    near = {number + n for number in kept if number >= k for n in range(1 - k, k)}
    return [
        replace(one, of=0) if dimension(one.row) in REPEATING and one.number in near else one
        for one in measures
    ]


def without_few_more(
    measures: Sequence[Measured], first: Sequence[FigureCell], k: int
) -> list[Measured]:
    """Hides the sums that fewer than k more, or fewer, changed since the first version told them."""
    told = {(one.figure, one.row): one.number for one in first if one.number is not None}
    return [
        replace(one, of=0)
        if one.figure in ADDED_UP
        and (one.figure, one.row) in told
        and 0 < _apart(one.of, told.get((one.counted, one.row))) < k
        else one
        for one in measures
    ]
