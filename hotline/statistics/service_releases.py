"""Creates a release of statistics when its period is due. A release is published after two people in two roles have
approved it.

Also computes the exact current numbers of the boards, which count only tips that the viewer may see.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from hotline.alerts import queries_retention
from hotline.alerts.rules_follow_up import month_of
from hotline.cases.service_viewer import viewer_of
from hotline.core import tables as core_tables
from hotline.core.actors import RELEASE_ROLES, AccountRole, Actor, SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.counters.rules import Measure
from hotline.counters.service import day_of
from hotline.flows import tables
from hotline.flows.flow import FlowSet, MenuNode, MessageNode, QuestionNode
from hotline.people import tables_audit
from hotline.people.tables_accounts import is_same_person
from hotline.statistics import queries, rules_counts, rules_release
from hotline.statistics.rules_counts import NO_LESSONS, LiveRows
from hotline.statistics.rules_definitions import (
    CellName,
    Span,
    begins,
    due_at,
    ends,
    months_of,
    period_of,
    rounded_use,
    span_of,
)
from hotline.statistics.rules_release import Release, ReleaseNumber, Spans
from hotline.statistics.tables import ReleaseApproval
from hotline.text.errors import NotFound, NotReady, Undecided
from hotline.text.places import NATIONAL
from hotline.text.time import KIGALI
from hotline.tips.rules import Matter, Urgency

EVERY = timedelta(hours=1)
TASK = "releases"
CLOCK = "clock"


def is_due(context: Context) -> bool:
    """Returns True if a release is due but missing. Returns False without a search if the last search was less than an
    hour ago. Raises StoreUnavailable."""
    at = context.now()
    with context.database.reading() as session:
        if queries_retention.is_done(session, TASK, at, EVERY):
            return False
        missing = queries.missing_periods(session, at)
    with context.database.writing() as session:
        queries_retention.note_done(session, TASK, at)
    return bool(missing)


def create_due(context: Context, at: datetime | None = None) -> Sequence[str]:
    """Creates every release that is due at the given time, by default at the current time. Returns the periods of the
    created releases. Raises StoreUnavailable.

    A quarter or a year waits until the reader process has counted the persons of the period. A monthly release does not
    wait, because it contains no numbers about persons.
    """
    at = at or context.now()
    with context.database.reading() as session:
        missing = queries.missing_periods(session, at)
    live = live_rows(context) if missing else LiveRows()
    return [period for period in missing if _make(context, period, live, at)]


def approve(context: Context, by: Actor, role: AccountRole, period: str) -> bool:
    """Approves a release of statistics, as a person with the given role. Returns True if this approval published the
    release.

    Raises NotFound for a period without a release. Raises Undecided if the same person or a person with the same role
    has already approved the release.
    """
    with context.database.writing() as session:
        if period not in queries.released_periods(session):
            raise NotFound(f"The statistics of {period} are not ready for approval yet.")
        name = tables_audit.by_actor(by)
        for given in queries.approvals(session, period):
            if is_same_person(session, name, given.approved_by):
                raise Undecided(
                    "You have already approved these statistics. Now another person must approve the statistics."
                )
        at = context.now()
        is_new = queries.write_approval(session, period, role, by=name, at=at)
        if not is_new:
            raise Undecided(
                "A person with your role has already approved this statistics release. "
                "One person of the national desk and one programme lead must approve the release."
            )
        tables_audit.append_command(session, by, at, "release_approved", period, str(role))
        return period in queries.published_periods(session)


def published(context: Context) -> Sequence[Release]:
    """Returns every published release, newest first. Raises StoreUnavailable."""
    with context.database.reading() as session:
        found = queries.releases(session, queries.published_periods(session))
    return sorted(found, key=lambda one: begins(one.period), reverse=True)


def pending(context: Context, roles: Collection[AccountRole]) -> Sequence[str]:
    """Returns the periods whose release still needs the approval of one of these roles, earliest first.

    Raises StoreUnavailable.
    """
    mine = {role for role in roles if role in RELEASE_ROLES}
    if not mine:
        return []
    with context.database.reading() as session:
        done = set(queries.published_periods(session))
        return [
            period
            for period in queries.released_periods(session)
            if period not in done
            and mine - {one.role for one in queries.approvals(session, period)}
        ]


def approvals(context: Context, period: str) -> Sequence[ReleaseApproval]:
    """Returns the approvals of a release of statistics, oldest first. A published release has two approvals. Raises
    StoreUnavailable."""
    with context.database.reading() as session:
        return queries.approvals(session, period)


def targets(context: Context) -> Mapping[str, int]:
    """Returns the programme's targets of this year, by indicator. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return queries.targets(session, _year(context))


def set_targets(context: Context, by: Actor, given: Mapping[str, int | None]) -> None:
    """Stores the targets of this year that the programme lead changed. Raises StoreUnavailable."""
    year, at = _year(context), context.now()
    with context.database.writing() as session:
        known = queries.targets(session, year)
        changed = {name: one for name, one in given.items() if one != known.get(name)}
        for name, target in changed.items():
            queries.write_target(session, name, year, target, by=tables_audit.by_actor(by), at=at)
            text = "none" if target is None else str(target)
            tables_audit.append_command(session, by, at, "target_set", name, text)


def _year(context: Context) -> str:
    return month_of(context.now())[:4]


def one_release(context: Context, period: str, *, is_published: bool) -> Release:
    """Returns the release of a period. If there is no release yet, raises NotFound with the day on which the release is
    due.

    If `is_published` is True, also raises NotFound for a release that is not published yet.
    """
    span_of(period)
    with context.database.reading() as session:
        found = next(iter(queries.releases(session, [period])), None)
        if found is not None and is_published and period not in queries.published_periods(session):
            raise NotFound(f"The statistics of {period} are not approved yet.")
    if found is None:
        due_day = due_at(period)
        raise NotFound(
            f"The statistics of {period} do not exist yet. The hotline must create them by {due_day:%Y-%m-%d}."
        )
    return found


class FlowUse(NamedTuple):
    """The use of each flow in the last whole month, rounded as in published tables. None means "few"."""

    reached: Mapping[str, int | None]
    """The number of times that callers reached each flow."""
    left: Mapping[str, int | None]
    """The number of calls that ended on each screen, such as `learn/what`."""


def flow_use(context: Context, *, is_national: bool) -> FlowUse:
    """Returns how much callers used each public lesson. For the national desk, also returns how much callers used the
    report and help flows.

    Raises StoreUnavailable.
    """
    after = context.today().replace(day=1)
    first = (after - timedelta(days=1)).replace(day=1)
    live = live_rows(context)
    screens = [*live.screens, *(live.report_screens if is_national else ())]
    with context.database.reading() as session:
        use = queries.use_counts(session, first, after, None)
    reached: dict[str, int] = {}
    for screen in screens:
        flow = screen.partition("/")[0]
        reached[flow] = max(reached.get(flow, 0), use.shown.get(screen, 0))
    left = rules_counts.ended_at_screen(use, screens)
    return FlowUse(
        {flow: rounded_use(count) for flow, count in reached.items()},
        {screen: rounded_use(count) for screen, count in left.items()},
    )


def live_rows(context: Context) -> LiveRows:
    """Returns the topics, short codes and lesson screens that callers can reach at the moment."""
    try:
        return rows_of(context.flow_sets.get(context.flow_sets.live()))
    except NotReady:
        return LiveRows()


def row_names(context: Context, language: str) -> Mapping[str, str]:
    """Returns the titles of screens, and the names of the posters that show the short codes."""
    # The import is inside this function, which only the console's pages call. The processes that serve callers import
    # this module too, but must not load the code that checks flows, or the library pydantic.
    from hotline.flows.node_fields import Titles, nodes_of

    with context.database.reading() as session:
        titles = Titles(tables.live_flows(session), language)
        found = dict(tables.short_code_names(session))
    for flow, document in titles.flows.items():
        found |= {f"{flow}/{name}": titles.place(flow, name) for name in nodes_of(document)}
    return found


def rows_of(flow_set: FlowSet) -> LiveRows:
    """Returns the topics, short codes and screens that callers can reach in a flow set.

    A flow with a topic is a lesson, unless `NO_LESSONS` contains it. The result has no screens of complaint flows. The
    numbers of complaint screens would show the national desk that callers complain about this desk.
    """
    topics: set[str] = set()
    screens: set[str] = set()
    report_screens: set[str] = set()
    for flow in flow_set.flows.values():
        says = [
            node for node in flow.nodes.values() if isinstance(node, MessageNode) and node.topic
        ]
        is_lesson = bool(says) and flow.name not in NO_LESSONS
        is_hidden = flow.private or flow.gathers == Matter.COMPLAINT
        if is_hidden or not (is_lesson or flow.name in NO_LESSONS):
            continue
        topics |= {node.topic for node in says if node.topic and is_lesson}
        shown = {
            f"{flow.name}/{name}"
            for name, node in flow.nodes.items()
            if isinstance(node, MessageNode | MenuNode | QuestionNode)
        }
        (screens if is_lesson else report_screens).update(shown)
    private = {code for code, flow in flow_set.entries.items() if flow_set.flows[flow].private}
    return LiveRows(topics, set(flow_set.entries), screens, report_screens, frozenset(private))


def _make(context: Context, period: str, live: LiveRows, at: datetime) -> bool:
    """Creates one release. Returns True if this call created the release.

    Returns False if the persons of the period are not counted yet, or if another process has just created the release.
    """
    with context.database.reading() as session:
        spans = queries.spans_of(session, period)
        cells = _cells(session, period, spans, live)
        if cells is None:
            return False
        first = queries.first_day(session)
    is_sample = core_tables.is_sample(context.database)
    began = month_of(first) if first is not None else ""
    first_month = began if began in months_of(period)[1:] else ""
    release = Release(period, at, cells, spans, first_month, is_sample)
    context.failpoint("figures.before_write")
    with context.database.writing() as session:
        if not queries.write_release(session, release):
            return False
        tables_audit.append_row(session, at, CLOCK, "release_made", period, release.digest)
    context.failpoint("figures.after_write")
    return True


def _cells(
    session: Session, period: str, spans: Spans, live: LiveRows
) -> Sequence[ReleaseNumber] | None:
    """Returns the numbers that the release of a period prints. Returns None if the reader process has not counted the
    persons of this period yet."""
    span, first, after = span_of(period), begins(period), ends(period)
    month = period if span is Span.MONTH else None
    counted = queries.use_counts(session, day_of(first), day_of(after), month)
    trainees = rules_counts.trainee_counts(queries.trainees(session), first, after)
    exact = {**rules_counts.counts(counted, live), **trainees}
    use = rules_release.protect_use(exact, span, spans)
    if month is not None:
        return use
    persons = queries.person_cells(session, period)
    if persons is None:
        return None
    tips = queries.counted_tips(session, first, after)
    about_tips = rules_release.protect_tips(
        rules_counts.sums(tips), rules_counts.medians(tips), span, spans
    )
    return rules_release.with_sums([*use, *about_tips, *persons], _parts(session, period))


def _parts(session: Session, period: str) -> Sequence[Release]:
    """Returns the releases of the quarters in a year or a half-year. Returns an empty list if one of these releases is
    missing."""
    if span_of(period).months <= Span.QUARTER.months:
        return []
    quarters = sorted({period_of(month, Span.QUARTER) for month in months_of(period)})
    found = queries.releases(session, quarters)
    return found if len(found) == len(quarters) else []


WEEKS = 12
DAYS = 28
DUTY_DAYS = 7
DAY, WEEK = timedelta(days=1), timedelta(days=7)


class TipBoard(NamedTuple):
    """The numbers on the board of one or more desks."""

    counts: queries.TipCounts
    weeks: Mapping[Urgency, Sequence[tuple[date, int, int]]]
    """For each urgency, one entry a week, oldest first. An entry has the week's first day, the number of tips, and the
    number acknowledged in time."""
    districts: Mapping[str, int]
    """The number of open tips by district. Empty unless the viewer belongs to the national desk."""
    hours: int
    """The number of hours in the last `DUTY_DAYS` days for which the hotline has checked if responders were on duty."""
    uncovered: Mapping[str, int]
    """The number of checked hours in which no responder was on duty, by district."""
    left: Mapping[str, int]
    """The number of calls in the last `DAYS` days that ended on each report screen. Empty unless the viewer belongs to
    the national desk."""


def tip_board(context: ConsoleContext, by: SignedIn) -> TipBoard:
    """Returns the board for the desks whose tips this account may read. Raises StoreUnavailable."""
    at = context.now()
    midnight = at.astimezone(KIGALI).replace(hour=0, minute=0, second=0, microsecond=0)
    this_week = midnight - midnight.weekday() * DAY
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
            left = rules_counts.ended_at_screen(use, live.report_screens)
        return TipBoard(
            counts=queries.tip_counts(session, viewer, at),
            weeks={
                urgency: [
                    (begins.date(), *tips.get((urgency, n), (0, 0)))
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


def use_board(
    context: ConsoleContext,
) -> tuple[Sequence[tuple[date, int, int]], Mapping[CellName, int]]:
    """Returns the use of the hotline in the last `DAYS` days, up to yesterday, for an editor's board. The first value
    has for each day the date, the number of calls, and the number of topics that callers read. The second value has the
    exact numbers for each topic, short code and lesson screen, added up over these days. Raises StoreUnavailable."""
    after = context.today()
    first = after - timedelta(days=DAYS)
    live = live_rows(context)
    with context.database.reading() as session:
        by_day = queries.use_by_day(session, first, after)
        use = queries.use_counts(session, first, after, None)
    days = [first + timedelta(days=n) for n in range(DAYS)]
    calls_and_topics = [
        (day, by_day.get((day, Measure.SESSION), 0), by_day.get((day, Measure.TOPIC), 0))
        for day in days
    ]
    return calls_and_topics, rules_counts.counts(use, live)
