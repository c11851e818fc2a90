"""Counts, live and exactly, what a viewer may already open. Every count of tips asks `visible_to`, and nothing else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from hotline.domain.cases.entries import EntryKind, TakeProof
from hotline.domain.reach.counters import Measure
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.statistics.queries import USSD
from hotline.statistics.rules_tips import CaseEvent, CountedTip
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.cases.case_overview import WHOLE
from hotline.store.evidence.coverage import Coverage
from hotline.store.outbox.messages import TRULY_DUE, Deadline
from hotline.store.reach.outreach import Reach, Tally
from hotline.store.referrals.desk_pages.closures import CLOSURE_WAITS
from hotline.store.referrals.desk_pages.owed import is_owing
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer, visible_to

OVERDUE_KINDS = (
    DeadlineKind.ACKNOWLEDGE,
    DeadlineKind.OPEN,
    DeadlineKind.OUTCOME,
    DeadlineKind.RED,
)
"""A tip is overdue while one of these deadlines has passed."""


@dataclass(frozen=True, slots=True)
class TipCounts:
    """The open tips that a viewer may see, by state. One tip may count in several."""

    open: int = 0
    overdue: int = 0
    acknowledged: int = 0
    on_site: int = 0
    to_approve: int = 0
    """Their closure waits for a second person."""
    owed: int = 0
    """Something is owed to a person."""


def tip_counts(session: Session, viewer: Viewer, at: datetime) -> TipCounts:
    """Counts the open tips of a viewer by state."""
    mine = (*WHOLE, Tip.closed_at.is_(None), visible_to(viewer))
    passed = exists().where(
        Deadline.tip_id == Tip.id,
        Deadline.fired_at.is_(None),
        or_(Deadline.kind == DeadlineKind.RED, at >= TRULY_DUE),
        Deadline.kind.in_(OVERDUE_KINDS),
    )
    is_there = exists().where(CaseLogRow.tip_id == Tip.id, CaseLogRow.kind == EntryKind.ON_SITE)
    row = session.execute(
        select(
            func.count(),
            _counted(passed),
            _counted(Tip.holder_id.is_not(None)),
            _counted(is_there),
            _counted(CLOSURE_WAITS),
            _counted(is_owing()),
        )
        .select_from(Tip)
        .where(*mine)
    ).one()
    return TipCounts(*row)


def open_by_district(session: Session, viewer: Viewer) -> Mapping[str, int]:
    """Counts the open tips of a viewer by district."""
    # Counted here: a GROUP BY makes SQLite read every tip by its place.
    mine = (*WHOLE, Tip.closed_at.is_(None), visible_to(viewer))
    return Counter(session.scalars(select(Tip.place).where(*mine)))


def urgent_tips(
    session: Session, viewer: Viewer, begins: datetime, urgency: int
) -> Sequence[CountedTip]:
    """Returns the tips of one urgency since a moment, with the events that say who took them."""
    told = func.coalesce(Tip.told_urgency, Tip.urgency)
    mine = and_(*WHOLE, Tip.filed_at >= begins, told == urgency, visible_to(viewer))
    events: dict[int, list[CaseEvent]] = {}
    log = CaseLogRow
    rows = session.execute(
        select(log.tip_id, log.at, log.responder_id, log.codes)
        .join(Tip, Tip.id == log.tip_id)
        .where(mine, log.kind == EntryKind.TAKEN)
        .order_by(log.id)
    )
    for tip_id, at, responder_id, codes in rows:
        proof = codes.get("proof", TakeProof.UNPROVED)
        events.setdefault(tip_id, []).append(CaseEvent(EntryKind.TAKEN, at, responder_id, proof))
    found = session.execute(select(Tip.id, Tip.filed_at).where(mine).order_by(Tip.id))
    return [
        CountedTip(0, urgency, "", None, None, "no", filed_at, events.get(tip_id, ()))
        for tip_id, filed_at in found
        if filed_at is not None
    ]


def hours_without_duty(session: Session, begins: datetime) -> tuple[int, Mapping[str, int]]:
    """Returns how many hours were checked since a moment, and by district those without anyone on duty."""
    rows = session.scalars(select(Coverage.missing).where(Coverage.hour >= begins)).all()
    return len(rows), Counter(code for row in rows for code in row)


def use_by_day(session: Session, first: date, after: date) -> Mapping[tuple[date, str], int]:
    """Returns calls and topics read by day, with what was not added up yet."""
    found: Counter[tuple[date, str]] = Counter()
    for table in (Reach, Tally):
        rows = session.execute(
            select(table.day, table.measure, func.sum(table.count))
            .where(table.day >= first, table.day < after, table.channel == USSD)
            .where(table.measure.in_((Measure.SESSION, Measure.TOPIC)))
            .group_by(table.day, table.measure)
        )
        for day, measure, count in rows:
            found[day, measure] += int(count)
    return found


def _counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
