"""Reads pages of the gateway's inbox: finds SMS that no callback brought, and forged callbacks. Pure.

A callback reports each incoming SMS, and the inbox lists it too. If a callback is lost, the list still has the SMS. If
a callback is forged, no page lists its SMS. That is proved once a page was read whole that ends later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

EACH = timedelta(minutes=1)
"""Time between two requests for a page."""
APART = timedelta(minutes=1)
"""Largest difference between the gateway's clock and ours, and largest delay of the list."""
OLDEST = timedelta(days=25)
"""Age from which a listed SMS is not processed. Ids are known for thirty days, so an older SMS might count twice."""
NO_NEWS = timedelta(days=1)
"""Time without a new SMS after which the inbox may have restarted at lower numbers."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ListedSms:
    """One incoming SMS as the inbox lists it. Its text and its sender are left out of `repr`."""

    number: int
    sender: str = field(repr=False)
    to: str
    text: str = field(repr=False)
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the inbox."""

    listed: Sequence[ListedSms]
    """The SMS, sorted by number."""
    whole: bool
    """True if every entry could be read. Any other page proves no callback wrong."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The position up to which the inbox was read."""

    number: int
    """The number of the last SMS that was read; 0 before any."""
    until: datetime | None
    """The time at which the latest of them was sent."""
    since: datetime
    """The time at which reading began. An SMS sent before is not processed."""
    sure_from: datetime
    """The time from which no SMS can have been missed."""
    news_at: datetime
    """The time at which an SMS was last listed, or the inbox was read again from its beginning."""


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of one page. The bookmark moves once all of `to_answer` was processed."""

    to_answer: Sequence[ListedSms]
    bookmark: Bookmark
    proves_until: datetime | None
    """Time up to which the page checks callbacks. An earlier SMS that no page lists is unproven. None: no check."""
    more: bool
    """True if another page may follow."""


def next_request(bookmark: Bookmark, at: datetime) -> int:
    """Returns the number after which the next page is requested. It is 0 after a long time without news."""
    return 0 if abs(at - bookmark.news_at) > NO_NEWS else bookmark.number


def read_page(
    bookmark: Bookmark, page: InboxPage, *, after: int, shortcode: str, at: datetime
) -> PageResult:
    """Returns what to process of the page that was listed after number `after`, and the new bookmark."""
    again = after < bookmark.number
    listed = [one for one in page.listed if one.number > after]
    latest = max((one.sent_at for one in listed if one.sent_at is not None), default=None)
    if again and not _has_restarted(bookmark, latest):
        return PageResult((), replace(bookmark, news_at=at), None, more=False)
    sure_from = bookmark.sure_from if page.whole and not again else at
    if not listed:
        return PageResult((), replace(bookmark, sure_from=sure_from), None, more=False)

    moved = Bookmark(
        number=listed[-1].number,
        until=latest or bookmark.until,
        since=bookmark.since,
        sure_from=sure_from,
        news_at=at,
    )
    to_tell = [one for one in listed if one.to == shortcode and _is_ours(one, bookmark, at)]
    proves = min(latest, at) - APART if page.whole and latest is not None else None
    return PageResult(to_tell, moved, proves, more=True)


def same_second(second: datetime) -> tuple[datetime, ...]:
    """Returns the times that count as the same second. One source cuts off fractions, the other rounds them."""
    return (second, second - SECOND, second + SECOND)


def _has_restarted(bookmark: Bookmark, latest: datetime | None) -> bool:
    return latest is not None and (bookmark.until is None or latest > bookmark.until)


def _is_ours(sms: ListedSms, bookmark: Bookmark, at: datetime) -> bool:
    """Returns True if the SMS must be processed. One without a readable time is: twice is better than never."""
    return sms.sent_at is None or sms.sent_at >= max(bookmark.since, at - OLDEST)
