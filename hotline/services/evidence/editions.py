"""Published figures, as whoever shows them reads them. Nobody shows a number that is not in here."""

from collections.abc import Mapping, Sequence

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.due import due_at, period_before
from hotline.domain.evidence.edition import Edition, FigureCell, PublishedFigures, Span, span_of
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.store.evidence import figure_editions


def read(
    kit: Kit, period: str, edition: Edition, version: MonthVersion | None = None
) -> PublishedFigures:
    """The newest version where none is named. Raises NotFound, which says when it is made; StoreUnavailable.

    Raises ValueError where `period` is none.
    """
    span_of(period)
    with kit.database.reading() as session:
        found = figure_editions.read(session, period, edition, version)
    if found is None:
        raise NotFound(_not_made(kit, period, edition, version))
    return found


def periods(kit: Kit, edition: Edition, span: Span) -> Sequence[str]:
    """Those of which anything is published, the newest first. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        made = figure_editions.made(session)
    found = {period for period, of, _ in made if of is edition and span_of(period) is span}
    return sorted(found, reverse=True)


def before(kit: Kit, published: PublishedFigures) -> PublishedFigures | None:
    """The period before, in the same edition and its newest version. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return figure_editions.read(session, period_before(published.period), published.edition)


def nation_by_month(kit: Kit, edition: Edition) -> Mapping[str, Sequence[FigureCell]]:
    """Of every month the numbers of the nation, in its newest version. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return figure_editions.nation_by_month(session, edition)


def _not_made(kit: Kit, period: str, edition: Edition, version: MonthVersion | None) -> str:
    wanted = version or (
        MonthVersion.FIRST if span_of(period) is Span.MONTH else MonthVersion.REVISED
    )
    due = due_at(period, edition, wanted)
    what = f"{period}: its figures ({edition}, {wanted})"
    if due > kit.now():
        return f"{what} are made on {due:%Y-%m-%d}"
    why = "where anything was counted then, `hotline doctor` says why they are not made"
    return f"{what} were due on {due:%Y-%m-%d}; {why}"
