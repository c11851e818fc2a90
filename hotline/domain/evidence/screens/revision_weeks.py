"""The weeks of a month, cut where other flows became live: so that no week is of two revisions. Pure.

Which rows there are follows from when somebody published, never from what was counted.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from hotline.domain.call_back import KIGALI
from hotline.domain.reach.screens import week_of

REVISION, WEEK = "revision", "week"
OF = "/"
"""Between a week and the revision, where it has several."""
LEAST = timedelta(days=1)
"""What was live for less of a month has no row: it counts with what came after it."""


class LivePeriod(NamedTuple):
    """From when until when new sessions began with one revision."""

    revision_id: int
    begins: datetime
    ends: datetime


class RevisionWeek(NamedTuple):
    """A part of a week of the month in which one revision was live, as `screen_count` keeps it."""

    week: date
    revision_id: int


@dataclass(frozen=True, slots=True)
class RevisionWeeks:
    """The rows of a month, in the order of time."""

    row_of: Mapping[RevisionWeek, str]
    """As in `week:2026-11-08`, or `week:2026-11-08/12` where that week has several revisions."""
    within: Mapping[str, str]
    """By such a row, the revision that it lies within: `revision:12`."""

    def counted_at(self, week: date, revision_id: int) -> str | None:
        """Whoever began on flows that were not live any more counts with those that were, in the same week."""
        exact = self.row_of.get(RevisionWeek(week, revision_id))
        if exact is not None:
            return exact
        of_week = [one for one in self.row_of if one.week == week]
        older = [one for one in of_week if one.revision_id <= revision_id]
        nearest = max(older, default=min(of_week, default=None))
        return self.row_of[nearest] if nearest is not None else None


def revision_weeks(
    periods: Sequence[LivePeriod], begins: datetime, ends: datetime
) -> RevisionWeeks:
    """Of a month; `periods` in the order of time."""
    parts = [*_parts(periods, begins, ends)]
    counts_as = _told(parts)
    lengths: dict[RevisionWeek, timedelta] = defaultdict(timedelta)
    for one, length in parts:
        lengths[RevisionWeek(one.week, counts_as[one.revision_id])] += length
    told: dict[RevisionWeek, RevisionWeek] = {}
    for revision_id in dict.fromkeys(counts_as.values()):
        told |= _joined(
            {at: length for at, length in lengths.items() if at.revision_id == revision_id}
        )
    cut = {one.week for one in told.values() for other in told.values() if _is_cut(one, other)}
    names = {one: _named(one, is_cut=one.week in cut) for one in sorted({*told.values()})}
    rows = {
        RevisionWeek(one.week, one.revision_id): names[told[RevisionWeek(one.week, as_)]]
        for one, _ in parts
        for as_ in [counts_as[one.revision_id]]
    }
    within = {name: f"{REVISION}:{one.revision_id}" for one, name in names.items()}
    return RevisionWeeks(rows, within)


def week_row(row: str) -> str:
    """The whole week that a row lies in; any other row as it is."""
    return row.partition(OF)[0] if row.startswith(f"{WEEK}:") else row


def _parts(
    periods: Sequence[LivePeriod], begins: datetime, ends: datetime
) -> Iterator[tuple[RevisionWeek, timedelta]]:
    """Each week of the month in which each was live, and for how long."""
    for revision_id, first, last in periods:
        at, until = max(first, begins), min(last, ends)
        while at < until:
            week = week_of(at.astimezone(KIGALI).date())
            after = min(until, _next_week(at))
            yield RevisionWeek(week, revision_id), after - at
            at = after


def _next_week(at: datetime) -> datetime:
    """The first moment of the next week of the month."""
    midnight = at.astimezone(KIGALI).replace(hour=0, minute=0, second=0, microsecond=0)
    following = midnight + timedelta(days=1)
    while week_of(following.date()) == week_of(midnight.date()):
        following += timedelta(days=1)
    return following


def _told(parts: Sequence[tuple[RevisionWeek, timedelta]]) -> Mapping[int, int]:
    """By revision, the one that it counts as: itself, or the one that came after it, or before it at the end."""
    lengths: dict[int, timedelta] = defaultdict(timedelta)
    for one, length in parts:
        lengths[one.revision_id] += length
    long = [one for one in lengths if lengths[one] >= LEAST] or [*lengths][-1:]
    order = [one.revision_id for one, _ in parts]
    found: dict[int, int] = {}
    for place, revision_id in enumerate(order):
        after = (one for one in (*order[place:], *reversed(order[:place])) if one in long)
        found.setdefault(revision_id, next(after))
    return found


def _joined(lengths: Mapping[RevisionWeek, timedelta]) -> Mapping[RevisionWeek, RevisionWeek]:
    """A piece of less than a day counts with the week before it of the same revision, or after it at the beginning."""
    weeks = sorted(lengths)
    long = [one for one in weeks if lengths[one] >= LEAST] or weeks[:1]
    return {one: max((other for other in long if other <= one), default=long[0]) for one in weeks}


def _is_cut(one: RevisionWeek, other: RevisionWeek) -> bool:
    return one.week == other.week and one.revision_id != other.revision_id


def _named(at: RevisionWeek, *, is_cut: bool) -> str:
    week = f"{WEEK}:{at.week.isoformat()}"
    return f"{week}{OF}{at.revision_id}" if is_cut else week
