"""A published period as a printed report: what stands in it is read here, whoever sets its pages."""

from collections.abc import Callable
from dataclasses import dataclass

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.due import due_at, period_before
from hotline.domain.evidence.edition import Edition, PublishedFigures, Span, span_of
from hotline.domain.evidence.telling.printed import PrintedReport, file_name, report
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.services.evidence import editions

SetPages = Callable[[PrintedReport], bytes]
"""A report as a PDF. Raises ProgramMissing."""


@dataclass(frozen=True, slots=True)
class PrintedFile:
    name: str
    content: bytes


def printed(
    kit: Kit,
    period: str,
    edition: Edition,
    language: str,
    set_pages: SetPages,
    version: MonthVersion | None = None,
) -> PrintedFile:
    """The newest version where none is named. The same edition gives the same file, whenever it is printed.

    Raises NotFound, which says when it is made; ProgramMissing, StoreUnavailable; ValueError for what is no period.
    """
    published = editions.read(kit, period, edition, version)
    told = report(
        published, language, before=_before(kit, published), quarter=_quarter(kit, published)
    )
    return PrintedFile(file_name(published, language), set_pages(told))


def _before(kit: Kit, published: PublishedFigures) -> PublishedFigures | None:
    """In the version that was the newest when this one was made."""
    try:
        return editions.read(
            kit, period_before(published.period), published.edition, published.version
        )
    except NotFound:
        return None


def _quarter(kit: Kit, published: PublishedFigures) -> PublishedFigures | None:
    """The newest quarter that was out when an outside month was made: that month tells no times."""
    if published.edition is Edition.INSIDE or span_of(published.period) is not Span.MONTH:
        return None
    for quarter in editions.periods(kit, Edition.OUTSIDE, Span.QUARTER):
        if due_at(quarter, Edition.OUTSIDE, MonthVersion.REVISED) <= published.made_at:
            return editions.read(kit, quarter, Edition.OUTSIDE)
    return None
