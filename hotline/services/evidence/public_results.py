"""What everybody may read of what became of tips: the page, and the SMS."""

from collections.abc import Sequence

from hotline.domain.evidence.edition import Edition, PublishedFigures, Span
from hotline.domain.evidence.telling import results_page
from hotline.domain.evidence.telling.results import MOST, sms
from hotline.ports import Kit
from hotline.services.evidence import editions


def page(kit: Kit) -> str:
    """One HTML file in three languages. Raises StoreUnavailable."""
    return results_page.page(_quarters(kit, MOST))


def one_sms(kit: Kit, language: str) -> str:
    """Of the newest quarter that is out, in GSM-7. Raises StoreUnavailable."""
    return sms(next(iter(_quarters(kit, 1)), None), language)


def _quarters(kit: Kit, most: int) -> Sequence[PublishedFigures]:
    """The newest first."""
    found = editions.periods(kit, Edition.OUTSIDE, Span.QUARTER)[:most]
    return [editions.read(kit, period, Edition.OUTSIDE) for period in found]
