"""What the gateway's own inbox lists, and what a page of it proves. Pure.

Each MO is told us by a callback, and listed in the inbox. A callback may be lost: then the list tells of it. A callback
may be forged: then no page lists it, though one was read whole that ends later than it came.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

EACH = timedelta(minutes=1)
"""How often a page is asked for."""
APART = timedelta(minutes=1)
"""How far the gateway's clock may be from ours, and a list behind what it lists."""
OLDEST = timedelta(days=25)
"""What is listed and older is told no more: what was heard is known for thirty days, and might be heard anew."""
NO_NEWS = timedelta(days=1)
"""After so long without anything new the inbox may have begun anew, at lower numbers."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ListedSms:
    """An MO as the inbox lists it. Its words and its sender stay out of `repr`."""

    number: int
    sender: str = field(repr=False)
    to: str
    text: str = field(repr=False)
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    listed: Sequence[ListedSms]
    """By number."""
    whole: bool
    """Whether every entry could be read: another page proves nothing against anybody."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far the inbox was read."""

    number: int
    """Of the last SMS that was told; 0 before any."""
    until: datetime | None
    """When the latest of them was sent."""
    since: datetime
    """When reading began: what was sent before is nobody's to tell."""
    sure_from: datetime
    """From here on nothing can have been read over."""
    news_at: datetime
    """When anything was listed last, or was looked for from the beginning."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page asks for. The bookmark is moved once all of it was told."""

    to_tell: Sequence[ListedSms]
    bookmark: Bookmark
    proves_until: datetime | None
    """What a callback brought before, and no page lists, is unproven."""
    more: bool
    """Whether another page may stand behind this one."""


def ask_after(bookmark: Bookmark, at: datetime) -> int:
    """The number behind which the next page is asked for."""
    return 0 if abs(at - bookmark.news_at) > NO_NEWS else bookmark.number


def read(
    bookmark: Bookmark, page: InboxPage, *, after: int, shortcode: str, at: datetime
) -> Reading:
    """What to do about the page that was listed behind `after`."""
    again = after < bookmark.number
    listed = [one for one in page.listed if one.number > after]
    latest = max((one.sent_at for one in listed if one.sent_at is not None), default=None)
    if again and not _began_anew(bookmark, latest):
        return Reading((), replace(bookmark, news_at=at), None, more=False)
    sure_from = bookmark.sure_from if page.whole and not again else at
    if not listed:
        return Reading((), replace(bookmark, sure_from=sure_from), None, more=False)

    moved = Bookmark(
        number=listed[-1].number,
        until=latest or bookmark.until,
        since=bookmark.since,
        sure_from=sure_from,
        news_at=at,
    )
    to_tell = [one for one in listed if one.to == shortcode and _is_ours(one, bookmark, at)]
    proves = min(latest, at) - APART if page.whole and latest is not None else None
    return Reading(to_tell, moved, proves, more=True)


def near(second: datetime) -> tuple[datetime, ...]:
    """The seconds that mean the same: the one was cut off where the other was rounded."""
    return (second, second - SECOND, second + SECOND)


def _began_anew(bookmark: Bookmark, latest: datetime | None) -> bool:
    return latest is not None and (bookmark.until is None or latest > bookmark.until)


def _is_ours(sms: ListedSms, bookmark: Bookmark, at: datetime) -> bool:
    """One of no readable time is told: rather twice than not at all."""
    return sms.sent_at is None or sms.sent_at >= max(bookmark.since, at - OLDEST)
