"""What of a period may be published: gathers what was counted, and was published before; hides what is small."""

from collections.abc import Callable, Mapping, Sequence
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


def gathered(session: Session, one: EditionSet, live: LiveRows) -> Reckon:
    """Raises StoreUnavailable."""
    if span_of(one.period) is Span.MONTH:
        return _month(session, one, live)
    return _total(session, one.period, one.editions[0])


def _month(session: Session, one: EditionSet, live: LiveRows) -> Reckon:
    raw = producers.of_month(session, CountedMonth(one.period, one.version, live))
    is_revised = one.version is MonthVersion.REVISED
    first = {
        edition: _kept(session, one.period, edition, MonthVersion.FIRST) if is_revised else None
        for edition in one.editions
    }

    def reckon() -> Reckoned:
        inside = month(raw, Edition.INSIDE, PublishedBefore(first[Edition.INSIDE]))
        beside = PublishedBefore(first[Edition.OUTSIDE], inside)
        return {Edition.INSIDE: inside, Edition.OUTSIDE: month(raw, Edition.OUTSIDE, beside)}

    return reckon


def _total(session: Session, name: str, edition: Edition) -> Reckon:
    is_outside = edition is Edition.OUTSIDE
    before = PeriodBefore(
        months=_months(session, name, edition),
        earlier=_quarters(session, name, edition),
        inside=_kept(session, name, Edition.INSIDE, MonthVersion.REVISED) if is_outside else None,
        inside_months=_months(session, name, Edition.INSIDE) if is_outside else None,
    )
    measures = producers.measured(session, name)
    return lambda: {edition: period(name, edition, before, measures)}


def _months(session: Session, name: str, edition: Edition) -> Mapping[str, Sequence[Made]]:
    """Those of the period that were counted: the line may have begun in the midst of it."""
    found = {
        one: [_kept(session, one, edition, version) for version in MonthVersion]
        for one in months_in(name)
    }
    return {one: [kept for kept in some if kept] for one, some in found.items() if any(some)}


def _quarters(session: Session, name: str, edition: Edition) -> Sequence[Made]:
    found = (
        _kept(session, one, edition, MonthVersion.REVISED)
        for one in quarters_in(name)
        if one != name
    )
    return [one for one in found if one is not None]


def _kept(session: Session, name: str, edition: Edition, version: MonthVersion) -> Made | None:
    """None where it is not published."""
    counts = figure_editions.counts(session, name, edition, version)
    published = figure_editions.read(session, name, edition, version)
    if counts is None or published is None:
        return None
    return made(published.cells, counts.encode())
