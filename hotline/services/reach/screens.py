"""Counting where sessions went and where they were left: once each, when it is over.

A session is over when its last screen was shown, when the gateway says so, or after three minutes of silence. Until
then a web process keeps which screens it was shown, and a hop writes nothing. One transaction adds to the counters and
marks in the session's row how much of it is counted: who comes later, with more, adds what is more.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from hotline.domain.reach.screens import ScreenCounter, ScreenMeasure, added, week_of
from hotline.domain.tip import TipState, left
from hotline.errors import StoreUnavailable
from hotline.ports import DoorKit
from hotline.services.reach.outreach import day_of, first_time
from hotline.store.database import Session
from hotline.store.dialogue.left import LeftSession
from hotline.store.reach import screen_counts
from hotline.store.reach.screen_counts import CountedSession, ToldReport

SILENT = 180.0
"""Seconds after which nobody goes on."""
BATCH = 32
"""Sessions in one transaction: a hop that writes waits for its end."""
Counts = Counter[tuple[date, ScreenCounter]]


def _at_once() -> None:
    pass


def count_left(
    kit: DoorKit, *, silent: float = SILENT, pause: Callable[[], object] = _at_once
) -> None:
    """Count all that are over. `pause` is called after each transaction. Raises StoreUnavailable: nothing is lost."""
    longest: dict[str, LeftSession] = {}
    for one in kit.sessions.take_left(silent):
        known = longest.get(one.opening.key)
        if known is None or known.upto < one.upto:
            longest[one.opening.key] = one
    waiting = [longest[key] for key in sorted(longest)]
    try:
        while waiting:
            _count(kit, waiting[:BATCH])
            del waiting[:BATCH]
            pause()
    except StoreUnavailable:
        kit.sessions.left.put_back(waiting)
        raise


def _count(kit: DoorKit, batch: Sequence[LeftSession]) -> None:
    with kit.database.writing() as session:
        held = screen_counts.hold(session, [one.opening.key for one in batch])
        new = [
            (one, row)
            for one in batch
            if (row := held.get(one.opening.key)) is not None and row.upto < one.upto
        ]
        counts: Counts = Counter()
        for one, row in new:
            opening, week = one.opening, week_of(day_of(row.started_at))
            more = added(
                one.stands,
                row.upto,
                network=opening.network or "",
                revision_id=opening.revision_id,
            )
            for counter, number in more.items():
                counts[week, counter] += number
            row.upto = one.upto
        _count_reports(session, new, counts)
        screen_counts.add(session, counts)
        kit.failpoint("screens.before_mark")
        screen_counts.mark(session, [row for _, row in new])
    kit.failpoint("screens.after_commit")


def _count_reports(
    session: Session, new: Sequence[tuple[LeftSession, CountedSession]], counts: Counts
) -> None:
    """What became of reports: once a session, whatever is told in it later."""
    telling = {row.key: row for one, row in new if any(stand.reports for stand in one.stands)}
    if not telling:
        return
    told: Mapping[str, Sequence[ToldReport]] = screen_counts.reports(session, [*telling])
    for key, reports in told.items():
        row = telling[key]
        week = week_of(day_of(row.started_at))
        filed = [one.answered_at for one in reports if _is_filed(one)]
        if filed and first_time(row, ScreenMeasure.FILED):
            seconds = max(0, round((min(filed) - row.started_at).total_seconds()))
            counts[week, ScreenCounter(ScreenMeasure.FILED)] += 1
            counts[week, ScreenCounter(ScreenMeasure.SECONDS, str(seconds))] += 1
        saved = any(one.state is TipState.COMPLETE for one in reports)
        if saved and first_time(row, ScreenMeasure.SAVED):
            counts[week, ScreenCounter(ScreenMeasure.SAVED)] += 1


def _is_filed(report: ToldReport) -> bool:
    """Whether it is a tip, or will be one as it stands: a draft is filed when its caller has hung up."""
    if report.state is TipState.DRAFT:
        return left(report.place) is TipState.FILED
    return report.state is not TipState.FRAGMENT
