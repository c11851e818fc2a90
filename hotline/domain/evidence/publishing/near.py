"""What two published numbers of different counts would tell together: of a few, that they are few. Pure.

No table holds both, so no table's ranges see it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.publishing.rules import dimension
from hotline.domain.evidence.raw import Measured, RawTable
from hotline.domain.evidence.screens.revision_weeks import week_row
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
REPEATING = "flow"
"""The dimension of measures that may count once more what a table keeps back: an entry's flow, a report's."""
REPEATED = {("session", "entry"), ("topic", "topic"), ("tip", "district")}
"""Where that may stand, as the count and what it is told by; besides in how far reports came."""
SAME_ROWS = frozenset({"language", "week"})
"""By what calls are told, and screens too: what is kept back of a row there is not told in the same row of a screen."""
REPORT = "report_"
DAY = "day"
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


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What tables keep back for another, and what is as large, to fewer than k."""

    anywhere: Collection[int]
    """What a screen or a flow may repeat."""
    in_row: Mapping[str, Collection[int]]
    """What a screen may repeat in one language, or in one week."""

    @classmethod
    def of(cls, counts: Iterable[PublishedCount], k: int) -> "KeptBack":
        anywhere: set[int] = set()
        in_row: dict[str, set[int]] = {}
        for row, is_repeated, number in _kept(counts, k):
            near = range(number - k + 1, number + k)
            if is_repeated:
                anywhere.update(near)
            if dimension(row) in SAME_ROWS:
                in_row.setdefault(row, set()).update(near)
        return cls(anywhere, in_row)

    def repeated_in(self, count: RawTable) -> set[Key]:
        """The numbers of a screen that are not told for that. The whole: nothing of it is."""
        return {
            key
            for table in count.tables
            for key, number in numbers(table).items()
            if self._repeats(count, key, number)
        }

    def _repeats(self, count: RawTable, key: Key, number: int) -> bool:
        row, column = key
        if column not in (ALL, *count.figures):
            return False
        if row == ALL or row in count.figures:
            return number in self.anywhere
        return number in self.in_row.get(week_row(row), ())


def _kept(counts: Iterable[PublishedCount], k: int) -> Iterator[tuple[str, bool, int]]:
    """Each number that is not small and is hidden: its row, whether it is repeated anywhere, and what it counts.

    What is kept back of a day is, in its week.
    """
    for count in counts:
        for published in count.tables.values():
            counted, table = numbers(published.table), published.table
            for key in published.hidden:
                row, number = key[0], counted[key]
                if number >= k:
                    repeated = (count.figure, dimension(row)) in REPEATED or row.startswith(REPORT)
                    yield table.parent(row) if dimension(row) == DAY else row, repeated, number


def without_repeats(measures: Sequence[Measured], kept: KeptBack) -> list[Measured]:
    """Hides what is as large as a number that a table keeps back for another, to fewer than k."""
    return [
        replace(one, of=0)
        if dimension(one.row) == REPEATING and one.number in kept.anywhere
        else one
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
