"""Reads and writes the releases of statistics. Also reads the exact numbers from which releases and boards are made.

A board counts only the tips that its viewer may see: the tips that the condition `visible_to` selects.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from hotline.alerts.tables_case_events import CaseEventRow
from hotline.cases.queries import CLOSURE_WAITS
from hotline.core.actors import RELEASE_ROLES
from hotline.core.database import add_if_new, run_uncompiled, seconds_between
from hotline.counters import tables
from hotline.counters.rules import QUIZ_MEASURES, Measure, ScreenMeasure
from hotline.counters.tables import Coverage, DailyCount, Tally
from hotline.gateway.tables import TRULY_DUE, Deadline
from hotline.programmes import rules
from hotline.programmes.rules import SESSIONS_HELD, Programme
from hotline.programmes.tables import Participant
from hotline.statistics import rules_release
from hotline.statistics.rules_counts import (
    COUNTED_EVENTS,
    NOT_BELIEVED,
    CaseEvent,
    CountedTip,
    UseCounts,
)
from hotline.statistics.rules_definitions import (
    CellName,
    Span,
    due_at,
    due_periods,
    months_of,
    span_of,
)
from hotline.statistics.rules_release import Release, ReleaseNumber, Spans
from hotline.statistics.tables import (
    PersonCount,
    PersonSum,
    ProgrammeTarget,
    ReleaseApproval,
    ReleaseCell,
    ReleaseRow,
)
from hotline.text.places import CALLER, MET, OPERATOR
from hotline.text.quiz import QuizOutcome
from hotline.text.time import KIGALI
from hotline.tips.queries_visible import Viewer, visible_to
from hotline.tips.rules import OVERDUE_KINDS, TIMES, DeadlineKind, Urgency
from hotline.tips.rules_events import OUTCOME, PROOF, WAITS, LoggedEvent
from hotline.tips.tables import IS_REAL_CASE, Tip

USSD = "ussd"
"""Statistics about use of the hotline count only USSD sessions. An SMS does not count as use, because an SMS is nearly
always a tip.
"""


def counted_tips(session: Session, begins: datetime, ends: datetime) -> Sequence[CountedTip]:
    """Returns the tips that were received at or after `begins` and before `ends`, with their case events."""
    within = (*IS_REAL_CASE, Tip.filed_at >= begins, Tip.filed_at < ends)
    log = CaseEventRow
    events: dict[int, list[CaseEvent]] = defaultdict(list)
    asked = (
        select(log.tip_id, log.kind, log.at, log.responder_id, log.codes)
        .join(Tip, Tip.id == log.tip_id)
        .where(*within, log.kind.in_(sorted(COUNTED_EVENTS)))
        .order_by(log.id)
    )
    for tip_id, kind, at, responder_id, codes in session.execute(asked):
        proof, outcome = codes.get(PROOF, ""), codes.get(OUTCOME, "")
        event = CaseEvent(LoggedEvent(kind), at, responder_id, proof, outcome, WAITS in codes)
        events[tip_id].append(event)
    urgency = func.coalesce(Tip.first_urgency, Tip.urgency).label("filed_urgency")
    columns = (Tip.id, Tip.record_key, Tip.place, Tip.within, Tip.category, Tip.official)
    rows = select(*columns, Tip.filed_at, Tip.channel, urgency).where(*within).order_by(Tip.id)
    return [
        CountedTip(
            key=row.record_key,
            urgency=row.filed_urgency,
            place=row.place,
            within=row.within,
            category=row.category,
            official=row.official,
            filed_at=row.filed_at,
            events=events.get(row.id, ()),
            source=row.channel if row.channel in (MET, OPERATOR) else CALLER,
        )
        for row in session.execute(rows)
    ]


def use_counts(session: Session, first: date, after: date, month: str | None) -> UseCounts:
    """Returns how much the hotline was used, from the day `first` to the day before `after`. The number of callers is
    included only if `month` is given, because the hotline counts callers by month.
    """
    calls = _reach(session, Measure.SESSION, first, after)
    topics = _reach(session, Measure.TOPIC, first, after)
    quiz = {
        outcome: sum(_reach(session, QUIZ_MEASURES[outcome], first, after).values())
        for outcome in QuizOutcome
    }
    return UseCounts(
        calls=calls,
        topics=topics,
        quiz=quiz,
        people=tables.totals(session).get(month) if month is not None else None,
        networks=tables.screen_totals(session, ScreenMeasure.SESSION, first, after),
        shown=tables.screen_totals(session, ScreenMeasure.SHOWN, first, after),
        answered=tables.screen_totals(session, ScreenMeasure.ANSWERED, first, after),
        sessions_held={
            district: count
            for (district,), count in _added_up(
                session, ("district",), (SESSIONS_HELD,), first, after
            ).items()
        },
    )


def trainees(session: Session) -> Sequence[tuple[datetime, datetime | None]]:
    """Returns two times for each trainee: the enrolment, and the last passed lesson. The second time is None until the
    trainee has passed all lessons."""
    rows = session.execute(
        select(Participant.created_at, Participant.passed).where(
            Participant.programme == Programme.TRAINEES
        )
    )
    found = []
    for created_at, passed in rows:
        lessons = {name: datetime.fromisoformat(at) for name, at in (passed or {}).items()}
        is_whole = rules.has_every_lesson(lessons)
        found.append((created_at, max(lessons.values()) if is_whole else None))
    return found


def first_day(session: Session) -> date | None:
    """Returns the first day on which the hotline counted a call or received a tip, or None."""
    days = [session.scalar(select(func.min(table.day))) for table in (DailyCount, Tally)]
    at = session.scalar(select(func.min(Tip.filed_at)).where(*IS_REAL_CASE))
    days.append(None if at is None else at.astimezone(KIGALI).date())
    return min((day for day in days if day is not None), default=None)


def write_release(session: Session, release: Release) -> bool:
    """Stores a release of statistics. Returns False and stores nothing if the period already has a release."""
    row = ReleaseRow(
        period=release.period,
        made_at=release.made_at,
        digest=release.digest,
        spans={name: span.value for name, span in release.spans.items()},
        first_month=release.first_month,
        is_sample=release.is_sample,
    )
    if not add_if_new(session, row):
        return False
    release_id = _row(session, release.period).id
    cells = [
        {"release_id": release_id, "number": cell.number, **cell.name._asdict()}
        for cell in release.cells
    ]
    if cells:
        session.connection().execute(insert(ReleaseCell), cells)
    return True


def releases(session: Session, periods: Collection[str] | None = None) -> Sequence[Release]:
    """Returns all releases, or only the releases of `periods`, in the order in which the hotline made them."""
    found = select(ReleaseRow).order_by(ReleaseRow.id)
    if periods is not None:
        found = found.where(ReleaseRow.period.in_(periods))
    columns = (ReleaseCell.indicator, ReleaseCell.dimension, ReleaseCell.value, ReleaseCell.number)
    made = []
    for row in session.scalars(found):
        asked = select(*columns).where(ReleaseCell.release_id == row.id).order_by(ReleaseCell.id)
        cells = [ReleaseNumber(CellName(*name), number) for *name, number in session.execute(asked)]
        spans = {name: Span(span) for name, span in row.spans.items()}
        release = Release(row.period, row.made_at, cells, spans, row.first_month, row.is_sample)
        made.append(release)
    return made


def released_periods(session: Session) -> Sequence[str]:
    """Returns the periods that have a release, approved or not, in the order in which the hotline made the releases."""
    return session.scalars(select(ReleaseRow.period).order_by(ReleaseRow.id)).all()


def missing_periods(session: Session, at: datetime) -> Sequence[str]:
    """Returns the periods whose release is due but missing, earliest first.

    A half-year has a release only if a table is published by half-years.
    """
    first = first_day(session)
    if first is None:
        return []
    made = {*released_periods(session)}
    missing = [period for period in due_periods(first, at) if period not in made]
    return [
        period
        for period in missing
        if span_of(period) is not Span.HALF_YEAR
        or Span.HALF_YEAR in spans_of(session, period).values()
    ]


def spans_of(session: Session, period: str) -> Spans:
    """Returns the length of the shortest period (such as a quarter) for which each table is published in the year of
    `period`. Each January, the hotline chooses these lengths again, from the releases of the last year.
    """
    first = first_day(session)
    year, start = int(period[:4]), first.year if first is not None else int(period[:4])
    spans = rules_release.starting_spans()
    made = releases(session)
    for earlier in range(start, year):
        printed = [one for one in made if due_at(one.period).year == earlier]
        spans = rules_release.next_spans(spans, printed)
    return spans


def published_periods(session: Session) -> Sequence[str]:
    """Returns the periods whose release is published, which means that people in two roles have approved it. The
    periods are in the order in which the hotline made the releases."""
    approved = (
        select(ReleaseApproval.release_id)
        .group_by(ReleaseApproval.release_id)
        .having(func.count() >= len(RELEASE_ROLES))
    )
    found = select(ReleaseRow.period).where(ReleaseRow.id.in_(approved))
    return session.scalars(found.order_by(ReleaseRow.id)).all()


def approvals(session: Session, period: str) -> Sequence[ReleaseApproval]:
    """Returns the approvals of the release of statistics for a period, oldest first."""
    found = (
        select(ReleaseApproval)
        .join(ReleaseRow, ReleaseRow.id == ReleaseApproval.release_id)
        .where(ReleaseRow.period == period)
        .order_by(ReleaseApproval.id)
    )
    return session.scalars(found).all()


def write_approval(session: Session, period: str, role: str, *, by: str, at: datetime) -> bool:
    """Stores one person's approval of a release, with the role in which this person approves. Returns False if a person
    in that role had already approved the release."""
    row = ReleaseApproval(
        release_id=_row(session, period).id, role=role, approved_by=by, approved_at=at
    )
    return add_if_new(session, row)


def person_sums(session: Session, months: Collection[str]) -> Mapping[str, bytes]:
    """Maps each month to its encrypted sums. The hotline computes its printed numbers about persons from these sums."""
    found = select(PersonSum.month, PersonSum.body).where(PersonSum.month.in_(months))
    return {row.month: row.body for row in session.execute(found)}


def write_person_sum(session: Session, month: str, body: bytes, at: datetime) -> bool:
    """Stores the encrypted sums about persons for a month. Returns False if the month already has sums."""
    return add_if_new(session, PersonSum(month=month, made_at=at, body=body))


def summed_months(session: Session) -> Set[str]:
    """Returns the months for which the hotline has counted the persons in cases. The result includes months whose sums
    were deleted after the count of their whole year."""
    years = (one for one in counted_periods(session) if span_of(one) is Span.YEAR)
    gone = {month for year in years for month in months_of(year)}
    return gone.union(session.scalars(select(PersonSum.month)))


def delete_person_sums(session: Session, months: Collection[str]) -> None:
    """Deletes the sums of these months. Call this function only after the numbers about persons for the whole year are
    rounded and stored.
    """
    session.execute(delete(PersonSum).where(PersonSum.month.in_(months)))


def person_cells(session: Session, period: str) -> Sequence[ReleaseNumber] | None:
    """Returns the rounded numbers about persons that the release of a period prints. Returns None if the reader process
    has not stored these numbers yet."""
    row = session.get(PersonCount, period)
    if row is None:
        return None
    return [ReleaseNumber(CellName(*name.split("/")), number) for name, number in row.cells.items()]


def write_person_cells(
    session: Session, period: str, cells: Sequence[ReleaseNumber], at: datetime
) -> bool:
    """Stores the rounded numbers about persons that the release of a period prints. Returns False if these numbers were
    already stored."""
    written = {str(cell.name): cell.number for cell in cells}
    return add_if_new(session, PersonCount(period=period, made_at=at, cells=written))


def counted_periods(session: Session) -> frozenset[str]:
    """Returns the periods for which the reader process has stored the rounded numbers about persons."""
    return frozenset(session.scalars(select(PersonCount.period)))


def targets(session: Session, year: str) -> Mapping[str, int]:
    """Returns the programme's targets of a year, by indicator."""
    found: dict[str, int | None] = {}
    rows = select(ProgrammeTarget).where(ProgrammeTarget.year == year).order_by(ProgrammeTarget.id)
    for row in session.scalars(rows):
        found[row.indicator] = row.target
    return {name: target for name, target in found.items() if target is not None}


def write_target(
    session: Session, indicator: str, year: str, target: int | None, *, by: str, at: datetime
) -> None:
    """Stores a target of the programme. If the target is None, removes the earlier target."""
    row = ProgrammeTarget(indicator=indicator, year=year, target=target, set_by=by, set_at=at)
    session.add(row)
    session.flush()


class TipCounts(NamedTuple):
    """The numbers of open tips that a viewer may see, by state. One tip may be counted in more than one state."""

    overdue: int
    to_approve: int
    """The number of tips whose closure a second person must confirm."""


def tip_counts(session: Session, viewer: Viewer, at: datetime) -> TipCounts:
    """Counts the open tips that a viewer may see, by state."""
    mine = (*IS_REAL_CASE, Tip.closed_at.is_(None), visible_to(viewer))
    passed = exists().where(
        Deadline.tip_id == Tip.id,
        Deadline.fired_at.is_(None),
        or_(Deadline.kind == DeadlineKind.OVERDUE, at >= TRULY_DUE),
        Deadline.kind.in_(OVERDUE_KINDS),
    )
    counted = select(_counted(passed), _counted(CLOSURE_WAITS)).select_from(Tip).where(*mine)
    return TipCounts(*session.execute(counted).one())


def open_by_district(session: Session, viewer: Viewer) -> Mapping[str, int]:
    """Counts the open tips that a viewer may see, by district."""
    # This function counts in Python, because GROUP BY in SQL is slower: SQLite would then read the tips in the order of
    # their districts.
    mine = (*IS_REAL_CASE, Tip.closed_at.is_(None), visible_to(viewer))
    return Counter(session.scalars(select(Tip.place).where(*mine)))


def filed_and_in_time(
    session: Session, viewer: Viewer | None, weeks: Sequence[datetime]
) -> Mapping[tuple[int, int], tuple[int, int]]:
    """Returns two numbers for each urgency and week: the tips that a viewer may see, and those acknowledged in time.

    `weeks` contains the start of each week, earliest first. Tips from before the first week are not counted.
    """
    run_uncompiled(session)
    # The database counts these tips, because loading each tip into Python would take three times as long.
    take, doubt = aliased(CaseEventRow), aliased(CaseEventRow)
    is_doubted = exists().where(
        doubt.tip_id == take.tip_id,
        doubt.responder_id.is_not_distinct_from(take.responder_id),
        doubt.kind == LoggedEvent.ACKNOWLEDGED,
        doubt.id >= take.id,
        doubt.codes[PROOF].as_string().in_(sorted(NOT_BELIEVED)),
    )
    urgency = func.coalesce(Tip.first_urgency, Tip.urgency).label("filed_urgency")
    promised = case(
        {level: TIMES[level].acknowledge.total_seconds() for level in Urgency}, value=urgency
    )
    is_in_time = exists().where(
        take.tip_id == Tip.id,
        take.kind == LoggedEvent.ACKNOWLEDGED,
        seconds_between(Tip.filed_at, take.at) <= promised,
        ~is_doubted,
    )
    week = case(
        *((Tip.filed_at < ends, n) for n, ends in enumerate(weeks[1:])), else_=len(weeks) - 1
    )
    rows = session.execute(
        select(urgency, week.label("week"), func.count(), _counted(is_in_time))
        .where(*IS_REAL_CASE, Tip.filed_at >= weeks[0], visible_to(viewer))
        .group_by("filed_urgency", "week")
    )
    return {(level, n): (filed, in_time) for level, n, filed, in_time in rows}


def hours_without_duty(session: Session, begins: datetime) -> tuple[int, Mapping[str, int]]:
    """Returns the number of hours since `begins` in which the hotline checked if responders were on duty. Also returns,
    for each district, the number of these hours without a responder on duty."""
    rows = session.scalars(select(Coverage.missing).where(Coverage.hour >= begins)).all()
    return len(rows), Counter(code for row in rows for code in row)


def use_by_day(session: Session, first: date, after: date) -> Mapping[tuple[date, str], int]:
    """Returns the number of calls and of topics that callers read, by day. Includes counts that are not yet in the
    daily counters."""
    measures = (Measure.SESSION, Measure.TOPIC)
    return _added_up(session, ("day", "measure"), measures, first, after, channel=USSD)


def _row(session: Session, period: str) -> ReleaseRow:
    return session.scalars(select(ReleaseRow).where(ReleaseRow.period == period)).one()


def _reach(
    session: Session, measure: str, first: date, after: date
) -> Mapping[tuple[str, str, str], int]:
    """Returns how often the events of one kind, such as calls, occurred, by language, short code and topic. `measure`
    names the kind."""
    by = ("language", "entry", "topic")
    return _added_up(session, by, (measure,), first, after, channel=USSD)


def _added_up(
    session: Session,
    by: Sequence[str],
    measures: Collection[str],
    first: date,
    after: date,
    **only: str,
) -> Mapping[Any, int]:
    """Returns how often events of the kinds `measures`, such as calls, occurred. The counts are grouped by the columns
    `by`. Includes counts that are not yet in the daily counters.
    """
    found: Counter[tuple[Any, ...]] = Counter()
    for table in (DailyCount, Tally):
        columns = [getattr(table, name) for name in by]
        asked = (
            select(*columns, func.sum(table.count))
            .where(table.measure.in_(measures), table.day >= first, table.day < after)
            .where(*(getattr(table, name) == value for name, value in only.items()))
            .group_by(*columns)
        )
        for *key, count in session.execute(asked):
            found[tuple(key)] += int(count)
    return found


def _counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
