"""Sorts the open cases of a desk into the columns of its board, and computes for each case the time until its deadline.
Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zlib import crc32

from hotline.tips.rules import Matter, Urgency, acknowledge_due, visit_facts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARDS = 12
"""The maximum number of cases that a column shows. If a column has more cases, the page shows how many more, with a
link to the list of tips."""


class Column(StrEnum):
    """A column of the board. The value of each column is the part of the page's address after the `#`."""

    UNTAKEN = "untaken"
    """Cases that no responder has taken, and cases that other responders are asked to take."""
    UNREAD = "unread"
    """Cases with an assignee who has not read the report yet."""
    AT_WORK = "at_work"
    """Cases whose assignee has read the report, or is at the place of the case."""
    TO_APPROVE = "to_approve"
    """Cases whose closure a second person must confirm."""
    OWED = "owed"
    """Cases in which a follow-up about a person is overdue. The case itself can already be closed."""


class BoardCase(NamedTuple):
    """A case on the board, with the facts that decide its position and the facts that its card shows."""

    id: int
    urgency: int
    filed_at: datetime
    storm_order: int
    is_closed: bool
    has_assignee: bool
    is_asked: bool
    """True while responders are asked to take the case."""
    is_overdue: bool
    """True if all responders were alerted and none has taken the case."""
    is_passed: bool
    """True if the assignee has asked other responders to take the case."""
    is_read: bool
    on_site_at: datetime | None
    closure_at: datetime | None
    """The time when the closure was requested."""
    owed_at: datetime | None
    """The time of the next reminder about a person. None if no reminder was sent, or if the last reminder was
    answered."""
    duty_at: datetime | None
    """The time when a person of the district comes on duty, if the hotline waits for this person before it alerts
    responders. Otherwise None."""
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
    """The reference by which the viewer knows the case. None if the viewer was not alerted of the case."""

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
        """Returns the deadline that the card shows as a countdown."""
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
        """Returns an English text that says how responders may visit. Unless the caller clearly agreed to an open
        visit, the text says that responders must visit discreetly."""
        facts = visit_facts(
            Matter.TIP, self.urgency, self.visit, self.do_not_visit, self.visit_decision
        )
        return facts.mark(Matter.TIP)

    def is_late(self, at: datetime) -> bool:
        return self.is_overdue or (self.due_at is not None and self.due_at <= at)


class SortedBoard(NamedTuple):
    columns: Mapping[Column, Sequence[BoardCase]]
    """Maps each column to its cases, in the order in which the board shows them."""
    urgent: int
    """The number of cases about danger that no responder has taken."""
    newest: int
    """The highest id of a case about danger that no responder has taken. 0 if there is no such case."""
    late: int


def sort_board(cases: Sequence[BoardCase], at: datetime) -> SortedBoard:
    """Sorts the cases into columns. Within a column, overdue cases come first, then urgent cases, then the oldest
    cases.

    In a storm (very many tips about danger from one district), cases about danger come before all other cases, even
    before overdue cases. Among the cases about danger, the first case of each sector comes first, then cases with text
    that the caller typed. So a real danger stays visible on the board among many forged and overdue reports.
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
    """Returns a checksum of the cases, which changes when a fact about a case changes."""
    return crc32(repr(sorted(cases)).encode())


def time_left(due_at: datetime, at: datetime) -> tuple[bool, Mapping[str, int]]:
    """Returns two values: True if the deadline has passed, and the time until or since the deadline. The time is a
    mapping of each unit, such as hours, to a number.

    In the last hour before the deadline, the time is in minutes and seconds. The script of the board's page computes
    the time in the same way.
    """
    is_late, span = due_at <= at, abs(due_at - at)
    if span < HOUR and not is_late:
        minutes, seconds = divmod(int(span.total_seconds()), 60)
        return is_late, {"min": minutes, "s": seconds}
    for unit, length, most in (("min", timedelta(minutes=1), HOUR), ("h", HOUR, 2 * DAY)):
        if span < most:
            return is_late, {unit: span // length}
    return is_late, {"days": span // DAY}
