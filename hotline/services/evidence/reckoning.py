"""What of a period may be published: gathers what was counted, and was published before; hides what is small."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.due import EditionSet
from hotline.domain.evidence.edition import Edition, Span, months_in, quarters_in, span_of
from hotline.domain.evidence.publishing.made import Made, made
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.periods import PeriodBefore, period
from hotline.domain.evidence.publishing.protecting import PublishedBefore
from hotline.services.evidence import producers
from hotline.services.evidence.producers import CountedMonth
from hotline.services.evidence.reach_counts import LiveRows
from hotline.store.database import Session
from hotline.store.evidence import figure_editions

Reckoned: TypeAlias = Mapping[Edition, Made]
Reckon: TypeAlias = Callable[[], Reckoned]
"""Takes seconds, and asks nobody: said when the database is no longer open."""


Kept: TypeAlias = dict[tuple[str, Edition, MonthVersion], Made]
"""Editions that were read once, for all that is made at one time: none of them ever changes."""


def gathered(session: Session, one: EditionSet, live: LiveRows, kept: Kept | None = None) -> Reckon:
    """Raises StoreUnavailable. What is read of earlier editions stays in `kept`."""
    before = _Before(session, {} if kept is None else kept)
    if span_of(one.period) is Span.MONTH:
        return _month(before, one, live)
    return _total(before, one.period, one.editions[0])


@dataclass(frozen=True, slots=True)
class _Before:
    """What was published."""

    session: Session
    known: Kept

    def read(self, name: str, edition: Edition, version: MonthVersion) -> Made | None:
        """None where it is not published."""
        place = (name, edition, version)
        if place not in self.known:
            counts = figure_editions.counts(self.session, *place)
            published = figure_editions.read(self.session, *place)
            if counts is None or published is None:
                return None
            self.known[place] = made(published.cells, counts.encode())
        return self.known[place]


def _month(before: _Before, one: EditionSet, live: LiveRows) -> Reckon:
    raw = producers.of_month(before.session, CountedMonth(one.period, one.version, live))
    is_revised = one.version is MonthVersion.REVISED
    first = {
        edition: before.read(one.period, edition, MonthVersion.FIRST) if is_revised else None
        for edition in one.editions
    }

    def reckon() -> Reckoned:
        inside = month(raw, Edition.INSIDE, PublishedBefore(first[Edition.INSIDE]))
        beside = PublishedBefore(first[Edition.OUTSIDE], inside)
        return {Edition.INSIDE: inside, Edition.OUTSIDE: month(raw, Edition.OUTSIDE, beside)}

    return reckon


def _total(published: _Before, name: str, edition: Edition) -> Reckon:
    is_outside = edition is Edition.OUTSIDE
    before = PeriodBefore(
        months=_months(published, name, edition),
        earlier=_quarters(published, name, edition),
        inside=published.read(name, Edition.INSIDE, MonthVersion.REVISED) if is_outside else None,
        inside_months=_months(published, name, Edition.INSIDE) if is_outside else None,
    )
    measures = producers.measured(published.session, name)
    return lambda: {edition: period(name, edition, before, measures)}


def _months(published: _Before, name: str, edition: Edition) -> Mapping[str, Sequence[Made]]:
    """Those of the period that were counted: the line may have begun in the midst of it."""
    found = {
        one: [published.read(one, edition, version) for version in MonthVersion]
        for one in months_in(name)
    }
    return {one: [kept for kept in some if kept] for one, some in found.items() if any(some)}


def _quarters(published: _Before, name: str, edition: Edition) -> Sequence[Made]:
    found = (
        published.read(one, edition, MonthVersion.REVISED)
        for one in quarters_in(name)
        if one != name
    )
    return [one for one in found if one is not None]
