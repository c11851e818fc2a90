"""Sorts the open cases of a desk into the columns of its board, and counts the time that is left. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zlib import crc32

from hotline.tips.rules import Matter, Urgency, acknowledge_due, visit_facts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARDS = 12
"""The largest number of cards in a column. The page gives the number of the others, with a link to their list."""


class Column(StrEnum):
    """A column of the board, in the order of the page. The value is the anchor of the column in the page's address."""

    UNTAKEN = "untaken"
    """Responders are asked to take the case."""
    UNREAD = "unread"
    """The case has an assignee, who has not read it."""
    AT_WORK = "at_work"
    """The assignee has read the case, or is on site."""
    TO_APPROVE = "to_approve"
    """A second person must confirm the closure."""
    OWED = "owed"
    """A fact about a person who was met is missing. The case may be closed."""


class BoardCase(NamedTuple):
    """An open case: the facts that decide its column and its order, and the facts on its card."""

    id: int
    urgency: int
    filed_at: datetime
    storm_order: int
    is_closed: bool
    has_assignee: bool
    is_asked: bool
    """True while responders are asked to take the case."""
    is_overdue: bool
    """True if all responders were alerted and no one has taken the case."""
    is_passed: bool
    """True if the assignee passed the case on."""
    is_read: bool
    on_site_at: datetime | None
    closure_at: datetime | None
    """The time when the closure was requested."""
    owed_at: datetime | None
    """The time of the next reminder about a person, if one was sent and is not answered."""
    duty_at: datetime | None
    """The time at which a person of the district comes on duty, if no one is alerted until then."""
    open_due: datetime | None
    outcome_due: datetime | None
    closure_due: datetime | None
    place: str
    within: str | None
    sector: str | None
    category: str | None
    official: str
    basis: str
    visit: str | None
    do_not_visit: bool
    visit_decision: str | None
    taken_by: str | None
    reference: str | None
    """The reference by which the viewer knows the case. None if the viewer was not alerted."""

    @property
    def is_untaken(self) -> bool:
        return self.is_asked or not self.has_assignee

    @property
    def column(self) -> Column:
        if self.closure_at is not None:
            return Column.TO_APPROVE
        if self.is_untaken and not self.is_closed:
            return Column.UNTAKEN
        if self.owed_at is not None:
            return Column.OWED
        is_working = self.is_read or self.on_site_at is not None
        return Column.AT_WORK if is_working else Column.UNREAD

    @property
    def due_at(self) -> datetime | None:
        """Returns the time that the card counts down to."""
        match self.column:
            case Column.UNTAKEN:
                return self.duty_at or acknowledge_due(self.urgency, self.filed_at, step=0)
            case Column.UNREAD:
                return self.open_due or self.outcome_due
            case Column.AT_WORK:
                return self.outcome_due
            case Column.TO_APPROVE:
                return self.closure_due
            case Column.OWED:
                return self.owed_at

    @property
    def visit_mark(self) -> str:
        """Returns the English mark about visits. Without a clear yes of the caller, it says to go discreetly."""
        facts = visit_facts(
            Matter.TIP, self.urgency, self.visit, self.do_not_visit, self.visit_decision
        )
        return facts.mark(Matter.TIP)

    def is_late(self, at: datetime) -> bool:
        return self.is_overdue or (self.due_at is not None and self.due_at <= at)


@dataclass(frozen=True, slots=True)
class SortedBoard:
    columns: Mapping[Column, Sequence[BoardCase]]
    """All cases of each column, the most urgent first."""
    urgent: int
    """The number of dangers that no responder has taken."""
    newest: int
    """The highest id of such a danger. 0 if there is none."""
    late: int


def sort_board(cases: Sequence[BoardCase], at: datetime) -> SortedBoard:
    """Sorts the cases into columns: overdue cases first, then by urgency, then the oldest first.

    In a storm, dangers come before all others, overdue or not: the first of a sector, then those with typed text. So
    forged dangers that are overdue hide no real one.
    """
    late = {one.id for one in cases if one.is_late(at)}
    storms = any(one.storm_order for one in cases)

    def rank(one: BoardCase) -> tuple[bool, int, int, datetime, int]:
        is_first = one.id in late or (storms and one.urgency == Urgency.DANGER)
        return not is_first, one.urgency, one.storm_order, one.filed_at, one.id

    columns: dict[Column, list[BoardCase]] = {column: [] for column in Column}
    for one in sorted(cases, key=rank):
        columns[one.column].append(one)
    urgent = [
        one.id
        for one in cases
        if one.urgency == Urgency.DANGER and one.is_untaken and not one.is_closed
    ]
    return SortedBoard(columns, len(urgent), max(urgent, default=0), len(late))


def board_number(cases: Sequence[BoardCase]) -> int:
    """Returns a number that is the same for the same cases, in every process."""
    return crc32(repr(sorted(cases)).encode())


def time_left(due_at: datetime, at: datetime) -> tuple[bool, Mapping[str, int]]:
    """Returns True if the deadline has passed, and the time until or since the deadline as numbers by unit.

    The last hour before the deadline is counted in minutes and seconds. The script of the page counts in the same way.
    """
    is_late, span = due_at <= at, abs(due_at - at)
    if span < HOUR and not is_late:
        minutes, seconds = divmod(int(span.total_seconds()), 60)
        return is_late, {"min": minutes, "s": seconds}
    for unit, length, most in (("min", timedelta(minutes=1), HOUR), ("h", HOUR, 2 * DAY)):
        if span < most:
            return is_late, {unit: span // length}
    return is_late, {"days": span // DAY}
