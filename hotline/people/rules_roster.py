"""Computes from the roster who is on duty, and when no one is on duty. All functions are pure.

A week of the roster begins on Monday at 06:00 in Kigali. If a desk has no roster for a week, all people of the desk are
on duty in this week. So the hotline still alerts people if a desk forgets its roster.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from hotline.people.rules import Member, RowFault, read_cells
from hotline.text.languages import MessageText, message_text
from hotline.text.places import district_named
from hotline.text.time import KIGALI

DAY_START, NIGHT_START, FULL_DAY = 6 * 60, 18 * 60, 24 * 60
"""The minutes after midnight at which the day shift begins, the night shift begins, and the day ends."""
HALF = timedelta(hours=12)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
AHEAD = timedelta(days=14)
"""The time from now for which pages and reports show gaps in the roster."""
MAX_NIGHTS = 4
"""The national board names each person who is on duty for more than this number of nights in a week."""
OFF_DUTY = 3
"""The rank of a person who is not on duty. The hotline alerts people of rank 1 first, then people of rank 2."""


class GapReason(StrEnum):
    """The reason why no one of a desk can answer an alert during a gap in the roster."""

    NO_ONE = "no one"
    LEAVE = "on leave"
    UNREACHABLE = "unreachable"
    NO_PIN = "no PIN"


class DutyRow(NamedTuple):
    """A row of the roster: one person's duty on one weekday of one week. `from_min` and `to_min` are minutes after
    midnight. The duty may end on the next day.
    """

    desk: str
    responder_id: int
    week: date
    """The Monday of the row's week."""
    weekday: int
    from_min: int
    to_min: int
    rank: int = 1


class Shift(NamedTuple):
    """A period in which a person is on duty at a desk. The end time is not part of the shift."""

    desk: str
    starts_at: datetime
    ends_at: datetime
    responder_id: int
    rank: int = 1

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


class Override(NamedTuple):
    """A change of the roster: a person takes an empty shift, or a shift that a colleague offered."""

    desk: str
    starts_at: datetime
    ends_at: datetime
    responder_id: int | None
    """The person who took the shift, or None if no one has taken the offered shift yet."""
    replaces: int | None = None


class Gap(NamedTuple):
    """A period in which no one on duty at a desk can answer an alert."""

    desk: str
    starts_at: datetime
    ends_at: datetime
    reasons: tuple[GapReason, ...]


def week_of(at: datetime) -> date:
    """Returns the Monday of the roster's week that contains `at`."""
    day = (at.astimezone(KIGALI) - timedelta(minutes=DAY_START)).date()
    return monday_of(day)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def moment(day: date, minutes: int) -> datetime:
    """Returns the time in UTC that is `minutes` after midnight of `day` in Kigali."""
    midnight = datetime.combine(day, time(), KIGALI)
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)


def half_day(week: date, half: int) -> tuple[datetime, datetime]:
    """Returns the beginning and the end of one of the fourteen half-days of a week. `half` is 0 for the first half-day
    of the week, and 13 for the last."""
    starts = moment(week + (half // 2) * DAY, NIGHT_START if half % 2 else DAY_START)
    return starts, starts + HALF


@dataclass(frozen=True, slots=True)
class Roster:
    """The roster of all desks for some days."""

    rows: Collection[DutyRow]
    used: frozenset[tuple[str, date]]
    """The desks and weeks for which the roster has rows."""
    overrides: Sequence[Override] = ()
    holidays: Mapping[date, int] = field(default_factory=dict)
    """The weekday whose roster counts on each public holiday."""

    def is_used(self, desk: str, at: datetime) -> bool:
        return (desk, week_of(at)) in self.used

    def shifts(self, start: datetime, end: datetime) -> list[Shift]:
        """Returns the shifts that overlap the time from `start` to `end`, sorted by desk and time. The result includes
        the changes in `overrides`.
        """
        by_day: dict[tuple[date, int], list[DutyRow]] = {}
        for row in self.rows:
            by_day.setdefault((row.week, row.weekday), []).append(row)
        found: list[Shift] = []
        day, last = start.astimezone(KIGALI).date() - DAY, end.astimezone(KIGALI).date()
        while day <= last:
            weekday = self.holidays.get(day, day.weekday())
            for row in by_day.get((monday_of(day), weekday), ()):
                starts, ends = moment(day, row.from_min), moment(day, row.to_min)
                found.append(Shift(row.desk, starts, ends, row.responder_id, row.rank))
            day += DAY
        for one in self.overrides:
            if one.responder_id is not None:
                found = [part for shift in found for part in _without(shift, one)]
                found.append(Shift(one.desk, one.starts_at, one.ends_at, one.responder_id))
        return sorted(one for one in found if one.starts_at < end and start < one.ends_at)

    def ranks(self, at: datetime) -> dict[str, dict[int, int]]:
        """Returns the ids and ranks of the people on duty at this time, by desk, for each desk with a roster.

        At a desk that the result does not contain, everyone is on duty.
        """
        found: dict[str, dict[int, int]] = {
            desk: {} for desk, week in self.used if week == week_of(at)
        }
        for one in self.shifts(at, at + timedelta(microseconds=1)):
            if one.desk in found:
                here = found[one.desk]
                here[one.responder_id] = min(one.rank, here.get(one.responder_id, OFF_DUTY))
        return found


def _without(shift: Shift, one: Override) -> Iterator[Shift]:
    """Yields the parts of a shift that its person keeps. In the override `one`, another person may take a part."""
    same = shift.desk == one.desk and shift.responder_id == one.replaces
    if not same or one.ends_at <= shift.starts_at or shift.ends_at <= one.starts_at:
        yield shift
        return
    if shift.starts_at < one.starts_at:
        yield shift._replace(ends_at=one.starts_at)
    if one.ends_at < shift.ends_at:
        yield shift._replace(starts_at=one.ends_at)


def cut(row: DutyRow, from_min: int, to_min: int) -> Iterator[DutyRow]:
    """Yields the parts of a roster row before `from_min` and after `to_min`."""
    if to_min <= row.from_min or row.to_min <= from_min:
        yield row
        return
    if row.from_min < from_min:
        yield row._replace(to_min=from_min)
    if to_min < row.to_min:
        yield row._replace(from_min=to_min)


def gaps(
    roster: Roster, people: Sequence[Member], desks: Iterable[str], start: datetime, end: datetime
) -> list[Gap]:
    """Returns the gaps in the roster of `desks`, sorted by desk and time. A gap begins and ends where a shift, a leave
    or a week begins or ends.
    """
    by_desk: dict[str, list[Shift]] = {}
    for one in roster.shifts(start, end):
        by_desk.setdefault(one.desk, []).append(one)
    mondays = [moment(week, DAY_START) for _, week in roster.used]
    mondays += [one + WEEK for one in mondays]
    found: list[Gap] = []
    for desk in desks:
        own = [one for one in people if one.covers(desk)]
        shifts = by_desk.get(desk, [])
        ends = {start, *mondays, *(at for one in shifts for at in (one.starts_at, one.ends_at))}
        ends |= {at for one in own for o in one.absences for at in (o.starts_at, o.ends_at)}
        times = [*sorted(at for at in ends if start <= at < end), end]
        for at, until in pairwise(times):
            on = {one.responder_id for one in shifts if one.holds(at)}
            used = roster.is_used(desk, at)
            reasons = _reasons([one for one in own if not used or one.id in on], at)
            if reasons is None:
                continue
            last = found[-1] if found else None
            if last and (last.desk, last.ends_at, last.reasons) == (desk, at, reasons):
                found[-1] = last._replace(ends_at=until)
            else:
                found.append(Gap(desk, at, until, reasons))
    return found


def next_duty(
    roster: Roster, people: Sequence[Member], desk: str, at: datetime, end: datetime
) -> datetime | None:
    """Returns the first time, at or after `at`, at which one of `people` is on duty at the desk and can be reached.

    Returns None if there is no such time before `end`.
    """
    for gap in gaps(roster, [replace(one, has_pin=True) for one in people], [desk], at, end):
        if gap.starts_at > at:
            break
        at = gap.ends_at
    return at if at < end else None


def _reasons(people: Sequence[Member], at: datetime) -> tuple[GapReason, ...] | None:
    """Returns the reasons why none of `people` can answer an alert. Returns None if at least one person can answer an
    alert.
    """
    if not people:
        return (GapReason.NO_ONE,)
    lacking = {
        why_silent(
            is_away=any(absence.holds(at) for absence in one.absences),
            is_reachable=one.reachable,
            has_pin=one.has_pin,
        )
        for one in people
    }
    if None in lacking:
        return None
    return tuple(reason for reason in GapReason if reason in lacking)


def why_silent(*, is_away: bool, is_reachable: bool, has_pin: bool) -> GapReason | None:
    """Returns the reason why an enrolled responder cannot answer an alert. Returns None if the responder can answer an
    alert.
    """
    if not is_reachable:
        return GapReason.UNREACHABLE
    if is_away:
        return GapReason.LEAVE
    return None if has_pin else GapReason.NO_PIN


def half_days(gap: Gap) -> Iterator[Gap]:
    """Divides a gap at 06:00 and 18:00, and yields the parts. A person can take each part as a shift."""
    at = gap.starts_at
    while at < gap.ends_at:
        day = (at.astimezone(KIGALI) - timedelta(minutes=DAY_START)).date()
        until = next(
            end
            for minutes in (NIGHT_START, FULL_DAY + DAY_START)
            if (end := moment(day, minutes)) > at
        )
        yield gap._replace(starts_at=at, ends_at=min(until, gap.ends_at))
        at = until


def hours(found: Iterable[Gap]) -> dict[str, int]:
    """Returns the total hours of the gaps in `found`, by desk."""
    total: dict[str, timedelta] = {}
    for one in found:
        total[one.desk] = total.get(one.desk, timedelta()) + (one.ends_at - one.starts_at)
    return {desk: round(length / timedelta(hours=1)) for desk, length in total.items()}


def nights(shifts: Iterable[Shift]) -> dict[int, int]:
    """Returns the number of nights in which each person is on duty at some time between 22:00 and 04:00."""
    held: set[tuple[int, date]] = set()
    for one in shifts:
        day = one.starts_at.astimezone(KIGALI).date() - DAY
        while (starts := moment(day, 22 * 60)) < one.ends_at:
            if one.starts_at < starts + timedelta(hours=6):
                held.add((one.responder_id, day))
            day += DAY
    return {who: sum(one == who for one, _ in held) for who, _ in held}


def alone_by_offers(shifts: Sequence[Shift], overrides: Iterable[Override]) -> set[int]:
    """Returns the ids of people who took an offered shift and have no colleague on duty in this shift."""
    return {
        one.responder_id
        for one in overrides
        if one.responder_id is not None
        and one.replaces is not None
        and not any(
            other.desk == one.desk
            and other.responder_id != one.responder_id
            and other.starts_at < one.ends_at
            and one.starts_at < other.ends_at
            for other in shifts
        )
    }


COLUMNS = ("desk", "name", "weekday", "from", "to", "rank")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_roster(
    text: str, week: date, names: Mapping[str, Mapping[str, int]]
) -> tuple[dict[int, DutyRow], list[RowFault]]:
    """Reads the roster of one week from a CSV file. Returns the roster's rows by line number, and the errors in the
    file.

    `names` maps each desk to the names of its people, and each name to the person's id.
    """
    faults: list[RowFault] = []
    rows: dict[int, DutyRow] = {}
    lines: dict[tuple[object, ...], int] = {}
    for line, cells in read_cells(text, COLUMNS, faults):
        wrong: list[MessageText] = []
        desk = district_named(cells["desk"]) or cells["desk"].casefold()
        who = names.get(desk, {}).get(cells["name"])
        weekday = cells["weekday"].casefold()[:3]
        starts, ends = _minutes(cells["from"]), _minutes(cells["to"])
        if desk not in names:
            wrong.append(message_text("desk: Enter one of your desks."))
        elif who is None:
            wrong.append(message_text("name: No one at this desk has this name."))
        if weekday not in WEEKDAYS:
            wrong.append(message_text("weekday: Enter Mon, Tue, Wed, Thu, Fri, Sat or Sun."))
        if starts is None or ends is None:
            wrong.append(message_text("from, to: Enter times like 06:00."))
        if cells["rank"] not in ("", "1", "2"):
            wrong.append(message_text("rank: Enter 1 or 2."))
        faults += [RowFault(line, one) for one in wrong]
        if not wrong and who is not None and starts is not None and ends is not None:
            until = ends if ends > starts else ends + FULL_DAY
            rank = int(cells["rank"] or 1)
            row = DutyRow(desk, who, week, WEEKDAYS.index(weekday), starts, until, rank)
            first = lines.setdefault(row[:5], line)
            if first == line:
                rows[line] = row
                continue
            twice = message_text(
                "Line {line} of the sheet has the same shift as this line. Remove one of the two lines.",
                line=first,
            )
            faults.append(RowFault(line, twice))
    if not rows and not faults:
        faults.append(RowFault(1, message_text("The file has no rows. Add at least one shift.")))
    return rows, sorted(faults, key=lambda one: one.line)


class RowEffect(StrEnum):
    """The change that a row of an imported roster makes to the stored roster."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "unchanged"
    REMOVED = "removed"
    WRONG = "wrong"


def effects(
    rows: Mapping[int, DutyRow], before: Collection[DutyRow]
) -> Iterator[tuple[int, DutyRow, RowEffect]]:
    """Yields each row of an imported roster, with its line number and its effect. Also yields each stored row that the
    import removes, with the line number 0.
    """
    known, days = set(before), {one[:4] for one in before}
    for line, row in rows.items():
        changed = RowEffect.CHANGED if row[:4] in days else RowEffect.NEW
        yield line, row, RowEffect.SAME if row in known else changed
    named = {one[:4] for one in rows.values()}
    for row in sorted(known - set(rows.values())):
        if row[:4] not in named:
            yield 0, row, RowEffect.REMOVED


def _minutes(typed: str) -> int | None:
    hour, colon, minute = typed.partition(":")
    if not colon or not (hour.isdecimal() and minute.isdecimal()):
        return None
    at = int(hour) * 60 + int(minute)
    return at if int(minute) < 60 and at <= FULL_DAY else None
