"""A month of a test's line, as it is told once it is over."""

from datetime import timedelta

from hotline.domain.cases import months
from hotline.ports import Kit
from hotline.services.evidence import making
from hotline.services.reach import figures
from hotline.services.reach.figures import MonthEdition


def counted_month(kit: Kit) -> MonthEdition:
    """Of the month that the kit's clock stands in. It is made once: what is counted later is not in it."""
    month = months.month_of(kit.now())
    making.make_due(kit, kit.now() + timedelta(days=40))
    return figures.edition(kit, month)
