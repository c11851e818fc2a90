"""Builds the operational boards. Each shows exact, current counts of data that the viewer may already open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hotline.cases.service_viewer import viewer_of
from hotline.core.actors import AccountRole, SignedIn
from hotline.core.context import ConsoleKit
from hotline.counters.rules import Measure
from hotline.counters.service import day_of
from hotline.statistics import queries, rules_use
from hotline.statistics.queries import TipCounts
from hotline.statistics.rules_definitions import CellName
from hotline.statistics.service_releases import live_rows
from hotline.text.codes import NATIONAL
from hotline.text.time import KIGALI
from hotline.tips.rules import Urgency

WEEKS = 12
DAYS = 28
DUTY_DAYS = 7
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekInTime:
    """Counts of tips of one urgency and week: filed, and acknowledged in time."""

    begins: date
    filed: int
    in_time: int


@dataclass(frozen=True, slots=True)
class TipBoard:
    """The counts on a desk's board."""

    counts: TipCounts
    weeks: Mapping[Urgency, Sequence[WeekInTime]]
    """By urgency, the oldest week first."""
    districts: Mapping[str, int]
    """Open tips by district. Empty except for the national desk."""
    hours: int
    """Number of hours in the last `DUTY_DAYS` days that were checked for a responder on duty."""
    uncovered: Mapping[str, int]
    """Number of these hours without a responder on duty, by district."""
    left: Mapping[str, int]
    """Calls of the last `DAYS` days that ended on each report screen. Empty except for the national desk."""


@dataclass(frozen=True, slots=True)
class UseBoard:
    """The counts on an editor's board: use of the line by day, up to yesterday."""

    days: Sequence[tuple[date, int, int]]
    """Day, calls and topics read."""
    counts: Mapping[CellName, int]
    """Exact counts of the same days, by topic, short code and lesson screen."""


def tip_board(context: ConsoleKit, by: SignedIn) -> TipBoard:
    """Returns the board of the desks whose tips this account may open. Raises StoreUnavailable."""
    at = context.now()
    this_week = _week_begins(at)
    weeks = [this_week - n * WEEK for n in reversed(range(WEEKS))]
    today, live = day_of(at), live_rows(context)
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        is_national = NATIONAL in viewer.desks
        sees_all = is_national or AccountRole.PROGRAMME_LEAD in by.roles
        tips = queries.filed_and_in_time(session, viewer, weeks)
        hours, uncovered = queries.hours_without_duty(session, at - DUTY_DAYS * DAY)
        left: Mapping[str, int] = {}
        if is_national:
            use = queries.use_counts(session, today - timedelta(days=DAYS), today, None)
            left = rules_use.left_at(use, live.report_screens)
        return TipBoard(
            counts=queries.tip_counts(session, viewer, at),
            weeks={
                urgency: [
                    WeekInTime(begins.date(), *tips.get((urgency, n), (0, 0)))
                    for n, begins in enumerate(weeks)
                ]
                for urgency in Urgency
            },
            districts=queries.open_by_district(session, viewer) if is_national else {},
            hours=hours,
            uncovered={
                code: count for code, count in uncovered.items() if sees_all or code in viewer.desks
            },
            left=left,
        )


def use_board(context: ConsoleKit) -> UseBoard:
    """Returns the use of the line in the last days, up to yesterday. Raises StoreUnavailable."""
    after = day_of(context.now())
    first = after - timedelta(days=DAYS)
    live = live_rows(context)
    with context.database.reading() as session:
        by_day = queries.use_by_day(session, first, after)
        use = queries.use_counts(session, first, after, None)
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return UseBoard(
        [
            (day, by_day.get((day, Measure.SESSION), 0), by_day.get((day, Measure.TOPIC), 0))
            for day in days
        ],
        rules_use.counts(use, live),
    )


def _week_begins(at: datetime) -> datetime:
    """Returns the first moment of the week in Kigali, which begins on Monday."""
    local = at.astimezone(KIGALI)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - midnight.weekday() * DAY
