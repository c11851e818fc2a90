"""Reads pages of the gateway's inbox. Finds SMS that no callback brought, and callbacks that were forged. Pure.

A callback reports each received SMS, and the inbox lists the SMS too. If the callback is lost, the inbox still lists
the SMS. If the callback is forged, the inbox does not list the SMS. This is proved after a whole page was read that
ends at a later time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

EACH = timedelta(minutes=1)
"""The time between two requests for a page."""
APART = timedelta(minutes=1)
"""The largest difference between the gateway's clock and ours, and the largest delay of the inbox."""
OLDEST = timedelta(days=25)
"""A listed SMS of this age or older is not handled. Ids of SMS are stored for thirty days, so an older SMS might be
handled twice."""
NO_NEWS = timedelta(days=1)
"""After this time without a new SMS, the numbers of the inbox may have begun again."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ListedSms:
    """A received SMS, as the inbox lists it. `repr` does not show its text and its sender."""

    number: int
    sender: str = field(repr=False)
    to: str
    text: str = field(repr=False)
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of the inbox."""

    listed: Sequence[ListedSms]
    """The SMS in the order of their numbers."""
    whole: bool
    """True if every entry could be read. Only a whole page can show that a callback was forged."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The position up to which the inbox was read."""

    number: int
    """The number of the last SMS that was read. 0 before the first."""
    until: datetime | None
    """The time when the latest of these SMS was sent."""
    since: datetime
    """The time when the hotline began to read the inbox. SMS that were sent before this time are not handled."""
    sure_from: datetime
    """The time since which no SMS can have been missed."""
    news_at: datetime
    """The time when an SMS was last listed, or when the inbox was read from its beginning."""


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of reading one page. The bookmark moves after every SMS in `to_answer` was handled."""

    to_answer: Sequence[ListedSms]
    bookmark: Bookmark
    proves_until: datetime | None
    """The time up to which the page can show that a callback was forged. An earlier SMS that no page lists is not
    proved. None if the page cannot show this."""
    more: bool
    """True if there may be another page."""


def next_request(bookmark: Bookmark, at: datetime) -> int:
    """Returns the number after which the next page begins. Returns 0 if no new SMS came for a long time."""
    return 0 if abs(at - bookmark.news_at) > NO_NEWS else bookmark.number


def read_page(
    bookmark: Bookmark, page: InboxPage, *, after: int, shortcode: str, at: datetime
) -> PageResult:
    """Returns the SMS of this page that must be handled, and the new bookmark. The page begins after the number
    `after`.
    """
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
    """Returns the times that count as the same second.

    One source cuts off the fraction of a second. The other rounds.
    """
    return (second, second - SECOND, second + SECOND)


def _has_restarted(bookmark: Bookmark, latest: datetime | None) -> bool:
    return latest is not None and (bookmark.until is None or latest > bookmark.until)


def _is_ours(sms: ListedSms, bookmark: Bookmark, at: datetime) -> bool:
    """Returns True if the SMS must be handled.

    An SMS whose time cannot be read is always handled. To handle it twice is better than never.
    """
    return sms.sent_at is None or sms.sent_at >= max(bookmark.since, at - OLDEST)
