"""Rounds the numbers of a period, and puts them into a release. A release is a fixed list of printed numbers with a
digest."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hotline.statistics import rules_counts
from hotline.statistics.rules_counts import DESTINATIONS, INSIDE, NOT_SAID, SMALLEST_MEDIAN
from hotline.statistics.rules_definitions import (
    ALL,
    INDICATORS,
    SMALLEST,
    TABLES,
    CellName,
    CellSum,
    Dimension,
    Indicator,
    Protection,
    PublishedTable,
    Span,
    Unit,
    at_most,
    rounded,
    rounded_use,
    share,
    span_of,
)
from hotline.text.places import ABROAD

SMALLEST_SHARE = 40
"""A release prints a share of tips only if the printed number of all these tips is at least this number."""
MIN_SHOWN_SHARE, ENOUGH = 0.6, 0.8
"""Two limits for the share of a table's numbers that are not "few". Below the first limit, the hotline publishes the
table for longer periods. If the share for shorter periods would reach the second limit, it publishes the table for
shorter periods again.
"""
Spans = Mapping[str, Span]
"""The shortest period, such as a quarter, for which the hotline publishes each table. The keys are the names of the
tables."""
_ValuesOf = Callable[[Dimension], Sequence[str]]


@dataclass(frozen=True, slots=True, order=True)
class ReleaseNumber:
    """One number of a release of statistics. None means that the release prints "few"."""

    name: CellName
    number: int | None = field(compare=False)


class Release(NamedTuple):
    """All statistics that the hotline publishes for one period."""

    period: str
    made_at: datetime
    cells: Sequence[ReleaseNumber]
    spans: Spans
    first_month: str = ""
    """The month in which the hotline began. Empty unless the hotline began after the first month of this period."""
    is_sample: bool = False

    def number(self, indicator: str, dimension: str = ALL, value: str = ALL) -> int | None:
        """Returns a number of the release. Returns None if the release prints "few" or does not contain this number."""
        return self.numbers().get(CellName(indicator, dimension, value))

    def has(self, indicator: str, dimension: str = ALL) -> bool:
        """Returns True if this release contains the indicator, divided by this property."""
        return bool(self.rows(indicator, dimension))

    def rows(self, indicator: str, dimension: str) -> Sequence[ReleaseNumber]:
        """Returns the numbers of one indicator, divided by one property, in the order of the release."""
        return [
            cell
            for cell in self.cells
            if (cell.name.indicator, cell.name.dimension) == (indicator, dimension)
        ]

    @property
    def digest(self) -> str:
        """Returns the SHA-256 of all numbers of the release, in hexadecimal digits."""
        document = {
            "period": self.period,
            "sample": self.is_sample,
            "since": self.first_month,
            "spans": {name: span.value for name, span in sorted(self.spans.items())},
            "cells": [[*cell.name, cell.number] for cell in sorted(self.cells)],
        }
        return hashlib.sha256(json.dumps(document, separators=(",", ":")).encode()).hexdigest()

    def numbers(self) -> Mapping[CellName, int | None]:
        """Returns every printed number by its name."""
        return {cell.name: cell.number for cell in self.cells}


def starting_spans() -> Spans:
    """Returns for each table the shortest period for which a new hotline publishes the table. For a table about tips
    and persons, this is a quarter if the table shows only the whole country, and otherwise a year."""
    return {table.name: _starting(table) for table in TABLES}


def next_spans(spans: Spans, releases: Iterable[Release]) -> Spans:
    """Returns the shortest period for which the hotline publishes each table in a new year. The releases of the last
    year decide this.

    If too many numbers of a table were "few", the table changes to the next longer period. If enough numbers for
    shorter periods would not be "few", the table changes back to the shorter period. To estimate such numbers, the
    function divides each printed number equally among the shorter periods.
    """
    printed: dict[str, list[int | None]] = {}
    for release in releases:
        for cell in release.cells:
            table = cell.name.table
            if span_of(release.period) is spans[table] and cell.name.value != NOT_SAID:
                printed.setdefault(table, []).append(cell.number)
    return {
        table.name: _moved(table, spans[table.name], printed.get(table.name, []))
        for table in TABLES
    }


def published_indicators(span: Span, spans: Spans, *, sensitive: bool) -> Iterator[Indicator]:
    """Yields the indicators in the release of a period with the length `span`."""
    for table in TABLES:
        for indicator in table.indicators:
            shortest = max(spans[table.name], table.shortest(indicator), key=lambda one: one.months)
            is_held = table.sensitive is sensitive and indicator.is_collected
            if is_held and shortest.months <= span.months:
                yield indicator


def protect_tips(
    sums: Mapping[CellName, CellSum], medians: Mapping[CellName, int], span: Span, spans: Spans
) -> Sequence[ReleaseNumber]:
    """Rounds the sums about tips, and returns the numbers that the release of a period prints."""
    wanted = [one for one in published_indicators(span, spans, sensitive=True) if is_of_tips(one)]
    cells = _keyed(wanted, sums, rules_counts.values_of)
    numbers = {cell.name: cell.number for cell in cells}
    return [*cells, *_derived(wanted, numbers, _in_time(sums, numbers), medians)]


def protect_persons(
    sums: Mapping[CellName, CellSum], span: Span, spans: Spans
) -> Sequence[ReleaseNumber]:
    """Rounds the sums about persons and their cases, and returns the numbers that the release of a period prints. Only
    the reader process runs this function."""
    wanted = [
        one for one in published_indicators(span, spans, sensitive=True) if is_of_persons(one)
    ]
    countries = {name.value for name in sums if name.dimension == Dimension.WHERE}
    cells = _keyed(wanted, sums, lambda one: rules_counts.person_values(one, countries))
    return _without_small_countries(cells)


def protect_use(
    counts: Mapping[CellName, int], span: Span, spans: Spans
) -> Sequence[ReleaseNumber]:
    """Rounds the counts about use of the hotline and programme work, and returns the numbers that the release of a
    period prints."""
    wanted = {one.name for one in published_indicators(span, spans, sensitive=False)}
    cells: dict[CellName, int | None] = {}
    for name, count in counts.items():
        if name.indicator in wanted:
            cells[name] = rounded_use(count)
    return [ReleaseNumber(name, _capped(cells, name)) for name in cells]


def with_sums(cells: Sequence[ReleaseNumber], parts: Sequence[Release]) -> Sequence[ReleaseNumber]:
    """Returns the printed numbers of a longer period, such as a year. If the releases of all shorter periods in it
    print a number, the longer period gets the sum of these numbers.

    Such a sum reveals nothing more than the printed numbers, and readers see that the parts add up to the total. If the
    release of a shorter period prints "few" or no number, the longer period keeps its own number. Shares and the number
    of callers are never added up.
    """
    printed = [part.numbers() for part in parts]
    numbers = {cell.name: _summed(cell, printed) for cell in cells}
    return [ReleaseNumber(name, _capped(numbers, name)) for name in numbers]


def is_of_persons(indicator: Indicator) -> bool:
    """Returns True if the reader process counts this indicator, because only this process decrypts the coded answers of
    cases."""
    in_t14 = INDICATORS[indicator.name][0].name == "T14"
    return indicator.unit is Unit.PERSONS or in_t14


def is_of_tips(indicator: Indicator) -> bool:
    """Returns True if the hotline computes this indicator from facts about tips that are not encrypted."""
    return INDICATORS[indicator.name][0].sensitive and not is_of_persons(indicator)


def shown_share(cells: Collection[ReleaseNumber]) -> float:
    """Returns the share of the given numbers that are not "few", from 0 to 1."""
    return sum(cell.number is not None for cell in cells) / len(cells) if cells else 0.0


def _keyed(
    indicators: Sequence[Indicator], sums: Mapping[CellName, CellSum], values_of: _ValuesOf
) -> Sequence[ReleaseNumber]:
    """Returns the rounded number for every possible group, such as a district. Includes groups without a record. So the
    list of groups does not reveal which groups have a record.
    """
    cells: dict[CellName, int | None] = {}
    for indicator in indicators:
        if indicator.protection is not Protection.KEYED:
            continue
        for dimension in indicator.dimensions:
            for value in values_of(dimension):
                name = CellName(indicator.name, dimension, value)
                cells[name] = rounded(sums.get(name, CellSum()))
    return [ReleaseNumber(name, _capped(cells, name)) for name in cells]


def _capped(cells: Mapping[CellName, int | None], name: CellName) -> int | None:
    """Returns the printed number of a step, but never more than the number of an earlier step."""
    number, step = cells[name], INDICATORS[name.indicator][1].step_of
    while step:
        before = CellName(step, name.dimension, name.value)
        if before in cells:
            number = at_most(number, cells[before])
        step = INDICATORS[step][1].step_of
    return number


def _summed(cell: ReleaseNumber, printed: Sequence[Mapping[CellName, int | None]]) -> int | None:
    indicator = INDICATORS[cell.name.indicator][1]
    parts = [numbers.get(cell.name) for numbers in printed]
    known = [part for part in parts if part is not None]
    is_sum = indicator.protection is not Protection.DERIVED and indicator.name != "people"
    return sum(known) if is_sum and known and len(known) == len(parts) else cell.number


def _derived(
    indicators: Sequence[Indicator],
    numbers: Mapping[CellName, int | None],
    in_time: Mapping[CellName, int | None],
    medians: Mapping[CellName, int],
) -> Iterator[ReleaseNumber]:
    """Yields the shares of tips and the median times. A share or median is None if the printed number of its tips is
    too small."""
    for indicator in indicators:
        for dimension in indicator.dimensions:
            for value in rules_counts.values_of(dimension):
                name = CellName(indicator.name, dimension, value)
                whole = numbers.get(CellName("tips", dimension, value))
                if indicator.name == "share_in_time":
                    part = in_time.get(name)
                    yield ReleaseNumber(name, share(part, whole, smallest_whole=SMALLEST_SHARE))
                elif indicator.name == "minutes_to_read":
                    is_enough = whole is not None and whole >= SMALLEST_MEDIAN
                    yield ReleaseNumber(name, medians.get(name) if is_enough else None)


def _in_time(
    sums: Mapping[CellName, CellSum], numbers: Mapping[CellName, int | None]
) -> Mapping[CellName, int | None]:
    """Returns the rounded numbers of tips acknowledged in time, from which the printed shares are computed."""
    found: dict[CellName, int | None] = {}
    for name, cell in sums.items():
        if name.indicator == rules_counts.IN_TIME:
            acknowledged = numbers.get(CellName("acknowledged", name.dimension, name.value))
            at = CellName("share_in_time", name.dimension, name.value)
            found[at] = at_most(rounded(cell), acknowledged)
    return found


def _without_small_countries(cells: Sequence[ReleaseNumber]) -> Sequence[ReleaseNumber]:
    """Keeps the numbers of at most three countries of exploitation, those with the largest printed numbers."""
    countries = [
        cell
        for cell in cells
        if cell.name.dimension == Dimension.WHERE and cell.name.value not in (INSIDE, ABROAD)
    ]
    largest = sorted(countries, key=lambda cell: (-(cell.number or 0), cell.name.value))
    kept = {cell.name for cell in largest[:DESTINATIONS] if cell.number is not None}
    return [cell for cell in cells if cell not in countries or cell.name in kept]


def _starting(table: PublishedTable) -> Span:
    if not table.sensitive:
        return table.span
    dimensions = {one for indicator in table.indicators for one in indicator.dimensions}
    is_of_nation = dimensions <= {Dimension.ALL, Dimension.URGENCY}
    start = Span.QUARTER if is_of_nation else Span.YEAR
    return max(start, table.span, key=lambda one: one.months)


def _moved(table: PublishedTable, span: Span, printed: Sequence[int | None]) -> Span:
    if not printed:
        return span
    spans: list[Span] = list(Span)
    at = spans.index(span)
    if sum(number is not None for number in printed) < MIN_SHOWN_SHARE * len(printed):
        return spans[min(at + 1, len(spans) - 1)]
    if span.months <= table.span.months:
        return span
    shorter = spans[at - 1]
    would = sum((number or 0) >= SMALLEST * span.months // shorter.months for number in printed)
    return shorter if would >= ENOUGH * len(printed) else span
