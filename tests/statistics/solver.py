"""Tries to find the exact numbers behind a year of releases with a linear solver, from the printed numbers alone.

The solver knows the rounding table, and which numbers add up to which total. Each step of a case counts only cases that
reached the previous step. A number of a year is the sum of the same number of its four quarters. Exact numbers are
different if their printed numbers are different.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import highspy

from hotline.core.rules_record_keys import RECORD_KEYS
from hotline.statistics import service_export
from hotline.statistics.rules_definitions import (
    ALL,
    INDICATORS,
    SHARE_STEP,
    CellName,
    CellSum,
    Dimension,
    Span,
    rounded,
    span_of,
)
from hotline.statistics.rules_labels import Labels
from hotline.statistics.rules_release import SMALLEST_SHARE, Release, ReleaseNumber

MOST = 100_000
"""A number that is larger than any count."""
WIDTH = 5
"""The test fails if the solver leaves fewer than this many possible values for a count."""
WHOLES: Mapping[str, str] = {
    "tips_by_form": "tips",
    "tips_by_province": "tips",
    "tips_by_district": "tips",
    "persons_by_province": "identified",
    "persons_by_who": "identified",
    "persons_by_form": "identified",
    "persons_by_means": "identified",
    "persons_by_nationality": "identified",
}
"""The indicators whose values add up to a total, each with the indicator of this total."""
At = tuple[str, CellName]
"""The place of a count: the period and the cell."""


@cache
def counts_of(number: int | None) -> tuple[int, int]:
    """Returns the smallest and the largest count that can be behind this printed number, because printed numbers are
    rounded."""
    near = range(30) if number is None else range(max(0, number - 10), number + 11)
    found = [
        n for n in near if any(rounded(CellSum(n, key)) == number for key in range(RECORD_KEYS))
    ]
    return (0 if number is None else found[0]), found[-1]


class Reader:
    """A linear program with the counts of a year."""

    def __init__(self, releases: Sequence[Release], exact: Mapping[At, int] | None = None) -> None:
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.setOptionValue("output_flag", False)
        self.variables: dict[At, highspy.highs.highs_var] = {}
        self.releases = {release.period: release for release in releases}
        self.exact = exact or {}
        for release in releases:
            self._read(release)
        for period, release in self.releases.items():
            self._parts(release)
            self._steps(release)
            self._shares(release)
            if span_of(period) is Span.YEAR:
                self._quarters(release)
        for at, number in self.exact.items():
            self._between(at, number, number)

    def narrow(self) -> Iterator[str]:
        """Yields every count, and every difference of two steps, that has fewer than five possible values."""
        for at in self.variables:
            if self._values({at: 1.0}) < WIDTH:
                yield f"{at[0]} {at[1].indicator} {at[1].value}"
        for later, before in self._pairs():
            if self._values({before: 1.0, later: -1.0}) < WIDTH:
                yield f"{before[0]} {before[1].indicator} less {later[1].indicator}"

    def _values(self, weights: Mapping[At, float]) -> int:
        ends = []
        for sign in (1.0, -1.0):
            cost = sum((w * sign) * self.variables[at] for at, w in weights.items())
            self.highs.minimize(cost)
            ends.append(sign * self.highs.getInfo().objective_function_value)
        low, high = round(ends[0] - 1e-6 + 0.499), round(ends[1] + 1e-6 - 0.499)
        return high - low + 1

    def _variable(self, at: At) -> highspy.highs.highs_var:
        if at not in self.variables:
            self.variables[at] = self.highs.addVariable(0, MOST)
        return self.variables[at]

    def _between(self, at: At, low: float, high: float) -> None:
        variable = self._variable(at)
        self.highs.addConstr(variable >= low)
        self.highs.addConstr(variable <= high)

    def _read(self, release: Release) -> None:
        """Limits each count by its printed number, unless the number was printed as the sum of the numbers of its
        quarters."""
        numbers = release.numbers()
        for name, number in numbers.items():
            if INDICATORS[name.indicator][1].protection.value == "derived":
                continue
            at = (release.period, name)
            self._variable(at)
            if self._is_sum(release, name):
                continue
            capping = [numbers[before] for before in earlier(name) if before in numbers]
            low, high = counts_of(number)
            if number in capping:
                # If an earlier indicator has the same printed number, the hotline may have lowered this number to the
                # number of that indicator. So the real count may be larger.
                high = MOST
                low = 0 if number is None else low
            self._between(at, low, high)

    def _is_sum(self, release: Release, name: CellName) -> bool:
        if span_of(release.period) is not Span.YEAR:
            return False
        quarters = [one for one in self.releases.values() if span_of(one.period) is Span.QUARTER]
        return bool(quarters) and all(one.numbers().get(name) is not None for one in quarters)

    def _parts(self, release: Release) -> None:
        groups: dict[tuple[str, str], list[At]] = {}
        for name in release.numbers():
            if name.dimension != ALL:
                groups.setdefault((name.indicator, name.dimension), []).append(
                    (release.period, name)
                )
        for (indicator, dimension), parts in groups.items():
            whole = WHOLES.get(indicator, indicator if dimension == Dimension.URGENCY else "")
            at = (release.period, CellName(whole)) if whole else None
            if at is None or at not in self.variables or parts[0] not in self.variables:
                continue
            self._equal(self.variables[at], [self.variables[part] for part in parts])

    def _steps(self, release: Release) -> None:
        numbers = release.numbers()
        for later, before in self._pairs([release.period]):
            gap = 1 if numbers[later[1]] != numbers[before[1]] else 0
            self.highs.addConstr(self.variables[before] - self.variables[later] >= gap)

    def _shares(self, release: Release) -> None:
        """Limits the counts by each printed percentage, which is rounded to 5 % and computed from rounded numbers."""
        for name, number in release.numbers().items():
            whole = (release.period, CellName("tips", name.dimension, name.value))
            printed = release.numbers().get(whole[1])
            if (
                name.indicator != "share_in_time"
                or number is None
                or (printed or 0) < SMALLEST_SHARE
            ):
                continue
            part = self._variable((release.period, CellName("in_time", name.dimension, name.value)))
            assert printed is not None
            self.highs.addConstr(part >= printed * (number - SHARE_STEP) / 100 - 8)
            self.highs.addConstr(part <= printed * (number + SHARE_STEP) / 100 + 8)
            self.highs.addConstr(self.variables[whole] - part >= 0)

    def _quarters(self, year: Release) -> None:
        quarters = [
            one.period for one in self.releases.values() if span_of(one.period) is Span.QUARTER
        ]
        for name in year.numbers():
            parts = [(period, name) for period in quarters]
            if (year.period, name) in self.variables and all(at in self.variables for at in parts):
                self._equal(self.variables[year.period, name], [self.variables[at] for at in parts])

    def _equal(
        self, whole: highspy.highs.highs_var, parts: Iterable[highspy.highs.highs_var]
    ) -> None:
        self.highs.addConstr(whole - sum(parts) == 0)

    def _pairs(self, periods: Iterable[str] | None = None) -> Iterator[tuple[At, At]]:
        """Yields each later step of a case together with the previous step."""
        for period in self.releases if periods is None else periods:
            for name in self.releases[period].numbers():
                before = next(earlier(name), None)
                if (
                    before is not None
                    and (period, before) in self.variables
                    and (period, name) in self.variables
                ):
                    yield (period, name), (period, before)


def earlier(name: CellName) -> Iterator[CellName]:
    """Yields the steps before a step, the nearest step first."""
    step = INDICATORS[name.indicator][1].step_of
    while step:
        yield CellName(step, name.dimension, name.value)
        step = INDICATORS[step][1].step_of


def read_back(release: Release) -> Release:
    """Writes the files of a release. Returns the release that can be read from the tables and metadata in these
    files."""
    files = service_export.files(release, Labels("en", str.format))
    metadata = json.loads(files["metadata.json"])
    cells = []
    for name, body in files.items():
        if name.endswith(".csv"):
            for row in csv.DictReader(io.StringIO(body.decode())):
                number = None if row["number"] == "few" else int(row["number"])
                at = CellName(row["indicator"], row["dimension"], row["value"])
                cells.append(ReleaseNumber(at, number))
    spans = {table["name"]: Span(table["shortest_period"]) for table in metadata["tables"]}
    return Release(metadata["period"], release.made_at, cells, spans, metadata["first_month"])
