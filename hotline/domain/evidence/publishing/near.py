"""What repeats what a table keeps back, or tells beside another number of a few, and is no part of any table. Pure.

Screens and flows count sessions once more: those that read a topic, came by an entry, began a report.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.publishing.related import apart
from hotline.domain.evidence.publishing.rules import dimension
from hotline.domain.evidence.raw import Measured, RawTable
from hotline.domain.evidence.screens.rates import flow_of
from hotline.domain.evidence.screens.revision_weeks import week_row
from hotline.domain.evidence.tables import ALL, CountTable, numbers

REPEATING = "flow"
"""The dimension of measures that may count once more what a table keeps back: an entry's flow, a report's."""
REPEATED = {("session", "entry"), ("topic", "topic"), ("tip", "district")}
"""Where that may stand, as the count and what it is told by; besides in how far reports came."""
SAME_ROWS = frozenset({"language", "week"})
"""By what calls are told, and screens too: what is kept back of a row there is not told in the same row of a screen."""
REPORT = "report_"
REPORT_FLOW = "report"
"""The flow whose sessions `report_entered` counts, and whose last screen `report_saved` does."""
ENTERED, SAVED, SAVED_SCREEN = "report_entered", "report_saved", f"{REPORT_FLOW}/saved"
CALLS = ("session", "ussd_session")
BEGUN = "flow_begun"
DAY = "day"
ADDED_UP = frozenset({"hours_red"})
"""Measures that are sums: a later version less an earlier one is of whoever came between."""


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What tables keep back for another, and what is as large, to fewer than k."""

    anywhere: Collection[int]
    """What a screen or a flow may repeat."""
    in_row: Mapping[str, Collection[int]]
    """What a screen may repeat in one language, or in one week."""
    reports: Collection[int]
    """What is told of reports."""
    steps: Mapping[str, int]
    """And by figure: of their own screens it may be told once more."""
    calls: Collection[int]
    """What is told of all calls."""
    calls_in: Mapping[str, int]
    """And of those in one language, or in one week."""
    read: Collection[int]
    """What is told of topics, each of which is a screen of some flow."""

    @classmethod
    def of(cls, counts: Iterable[PublishedCount], k: int) -> "KeptBack":
        counts, anywhere = [*counts], set[int]()
        in_row: dict[str, set[int]] = {}
        for row, is_repeated, number in _kept(counts, k):
            near = range(number - k + 1, number + k)
            if is_repeated:
                anywhere.update(near)
            if dimension(row) in SAME_ROWS:
                in_row.setdefault(row, set()).update(near)
        calls_in = {
            row: number
            for count in counts
            if count.figure == CALLS[0]
            for published in count.tables.values()
            for (row, column), number in published.numbers.items()
            if number is not None and column == ALL and dimension(row) in SAME_ROWS
        }
        reports, calls = ({*_told(counts, *begins)} for begins in ((REPORT,), CALLS))
        read = {*_told([one for one in counts if one.figure == "topic"], "topic:")}
        steps = {one: n for one in (ENTERED, SAVED) for n in _told(counts, one)}
        return cls(anywhere, in_row, reports, steps, calls, calls_in, read)

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
            return self.repeats(number, count.at)
        return number in self.in_row.get(week_row(row), ())

    def repeats(self, number: int, row: str) -> bool:
        """Whether a screen or a flow of so many is not told for that."""
        return number in self.anywhere and not self.is_told_of_reports(number, row)

    def is_told_of_reports(self, number: int, row: str) -> bool:
        """Of the report's own flow and screens the same may be told once more."""
        figure = SAVED if row.endswith(SAVED_SCREEN) else ENTERED
        return flow_of(row) == REPORT_FLOW and self.steps.get(figure) == number


def _told(counts: Iterable[PublishedCount], *begins: str) -> Iterator[int]:
    """Of everybody, by the figures that begin so."""
    for count in counts:
        for published in count.tables.values():
            for (row, column), number in published.numbers.items():
                figure = count.figure if row == ALL else row
                if column == ALL and number is not None and figure.startswith(begins):
                    yield number


@dataclass(slots=True)
class AlongFlows:
    """What is told of each flow's calls so far: two such numbers are equal, or more than a few stopped between them."""

    k: int
    told: dict[str, set[int]]
    calls: Collection[int] = field(default_factory=set)
    calls_in: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: KeptBack, measures: Iterable[Measured], k: int) -> "AlongFlows":
        told: dict[str, set[int]] = {REPORT_FLOW: {*kept.reports}}
        for one in measures:
            if one.figure == BEGUN and one.of >= k:
                told.setdefault(flow_of(one.row), set()).add(one.number)
        return cls(k, told, kept.calls, kept.calls_in)

    def near_in(self, count: RawTable) -> set[Key]:
        """What is not told of a screen: how often it was shown, and answered."""
        told = self.told.get(flow_of(count.at), set())
        found: set[Key] = set()
        for key, number in _of_screen(count.figures, count.tables):
            others = told if number in told else {*told, *self.calls}
            if not all(apart(number, other, self.k) for other in others):
                found.add(key)
        for table in count.tables:
            for (row, column), number in numbers(table).items():
                if not apart(number, self.calls_in.get(row, number), self.k):
                    found.add((row, column))
        return found

    def bounded(self, table: CountTable) -> CountTable:
        """A screen is shown in no more calls than there were, in each language and week."""
        counted = numbers(table)
        bounds = {
            (row, column): (0, max(most, counted[row, column]))
            for row, most in self.calls_in.items()
            for column in (ALL, *table.columns)
            if (row, column) in counted
        }
        return replace(table, bounds=bounds)

    def tells(self, count: PublishedCount) -> None:
        tables = [one.table for one in count.tables.values()]
        hidden = {key for one in count.tables.values() for key in one.hidden}
        for key, number in _of_screen(count.figures, tables):
            if key not in hidden:
                self.told.setdefault(flow_of(count.at), set()).add(number)


def _of_screen(figures: Collection[str], tables: Iterable[CountTable]) -> Iterator[tuple[Key, int]]:
    """The numbers of all its calls."""
    for table in tables:
        for (row, column), number in numbers(table).items():
            if column == ALL and (row == ALL or row in figures):
                yield (row, column), number


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
                    repeated |= row == ALL and count.figure.startswith((REPORT, CALLS[1]))
                    yield table.parent(row) if dimension(row) == DAY else row, repeated, number


def without_repeats(measures: Sequence[Measured], kept: KeptBack, k: int) -> list[Measured]:
    """Hides what is as large as a number that a table keeps back for another, to fewer than k; or as all calls."""
    return [
        replace(one, of=0)
        if dimension(one.row) == REPEATING
        and (kept.repeats(one.number, one.row) or _is_near_calls(one, kept, k))
        else one
        for one in measures
    ]


def _is_near_calls(one: Measured, kept: KeptBack, k: int) -> bool:
    """A flow that is begun by all calls but a few, or by a few more than read a topic in it."""
    if one.figure != BEGUN or kept.is_told_of_reports(one.number, one.row):
        return False
    reports = kept.reports if flow_of(one.row) == REPORT_FLOW else ()
    return not all(apart(one.number, other, k) for other in (*kept.calls, *kept.read, *reports))


def without_few_more(
    measures: Sequence[Measured], first: Sequence[FigureCell], k: int
) -> list[Measured]:
    """Hides the sums that fewer than k more, or fewer, changed since the first version told them.

    And of flows what the first version hid: they are counted once.
    """
    every = {(one.figure, one.row): one.number for one in first}
    told = {of: number for of, number in every.items() if number is not None}
    return [
        replace(one, of=0)
        if (
            one.figure in ADDED_UP
            and (one.figure, one.row) in told
            and not apart(one.of, told.get((one.counted, one.row), one.of), k)
        )
        or (dimension(one.row) == REPEATING and every.get((one.figure, one.row), 0) is None)
        else one
        for one in measures
    ]
