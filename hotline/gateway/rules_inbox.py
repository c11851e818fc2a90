"""Decides what to do with a page of the gateway's inbox. Finds SMS whose callback was lost, and callbacks that were
forged. All functions are pure.

The gateway sends a callback for each SMS that it receives, and also lists the SMS in the inbox. If a callback was lost,
the inbox still lists its SMS. If a callback was forged, the inbox does not list its SMS. This is certain only after a
complete page was read that ends later than the SMS.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

EACH = timedelta(minutes=1)
"""The time between two requests to the inbox."""
APART = timedelta(minutes=1)
"""The largest difference between the gateway's clock and ours, including the largest delay of the inbox."""
OLDEST = timedelta(days=25)
"""An SMS in the inbox that is as old as this is ignored. The ids of handled SMS are stored for thirty days. So an older
SMS could be handled twice."""
NO_NEWS = timedelta(days=1)
"""After this time without a new SMS, the inbox may have restarted its numbers."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ListedSms:
    """An SMS that the gateway received, as the inbox lists it. `repr` does not show its text and its sender."""

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
    """True if every entry of the page could be read. Only such a page can show that a callback was forged."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The position up to which the inbox was read."""

    number: int
    """The number of the last SMS that was read. 0 before the first SMS."""
    until: datetime | None
    """The latest sending time among these SMS."""
    since: datetime
    """The time when the hotline began to read the inbox. SMS that were sent before this time are not handled."""
    sure_from: datetime
    """The hotline has certainly read all SMS since this time."""
    news_at: datetime
    """The time when the inbox last listed a new SMS, or was read from its beginning."""


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of reading one page. The bookmark moves only after every SMS in `to_answer` was handled."""

    to_answer: Sequence[ListedSms]
    bookmark: Bookmark
    proves_until: datetime | None
    """The time up to which this page can show that a callback was forged. If no page lists an earlier SMS, this SMS is
    not proved. None if the page cannot show this at all."""
    more: bool
    """True if there may be another page."""


def next_request(bookmark: Bookmark, at: datetime) -> int:
    """Returns the number that the next request names: the inbox then lists the SMS after this number. Returns 0 if
    there was no new SMS for a long time.
    """
    return 0 if abs(at - bookmark.news_at) > NO_NEWS else bookmark.number


def read_page(
    bookmark: Bookmark, page: InboxPage, *, after: int, shortcode: str, at: datetime
) -> PageResult:
    """Returns the SMS of this page that must be handled, and the new bookmark. `after` is the number of the SMS after
    which the page begins.
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
    """Returns all times that count as the same second as `second`.

    The callback and the inbox may treat the fraction of a second differently: one cuts it off, the other rounds.
    """
    return (second, second - SECOND, second + SECOND)


def _has_restarted(bookmark: Bookmark, latest: datetime | None) -> bool:
    return latest is not None and (bookmark.until is None or latest > bookmark.until)


def _is_ours(sms: ListedSms, bookmark: Bookmark, at: datetime) -> bool:
    """Returns True if the SMS must be handled.

    An SMS without a readable time is always handled. It is better to handle it twice than never.
    """
    return sms.sent_at is None or sms.sent_at >= max(bookmark.since, at - OLDEST)
