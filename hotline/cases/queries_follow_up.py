"""Finds the cases that the monthly statistics about persons must count. Deletes the coded answers about persons after
the statistics have counted the cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.alerts import rules_follow_up
from hotline.alerts.queries_retention import HAS_LEGAL_HOLD
from hotline.alerts.tables_case_events import (
    CaseCode,
    CaseCounted,
    CaseEventRow,
    CaseGrant,
    CaseKey,
    StartedFormRow,
)
from hotline.cases import tables
from hotline.core import rules_trial
from hotline.core.database import change_rows
from hotline.tips.rules import WARNING, Matter
from hotline.tips.tables import WITHOUT_BODY, Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral, ServiceRequest

FILED = func.coalesce(Tip.filed_at, Tip.created_at)


@dataclass(frozen=True, slots=True)
class MonthTips:
    """The tips that were filed in a month and that have coded answers about persons."""

    tips: Sequence[Tip]
    written: int
    """The number of case events with coded answers. If a later query returns a higher number, more answers were
    recorded in the meantime."""

    @property
    def ids(self) -> Sequence[int]:
        return [tip.id for tip in self.tips]

    @property
    def counting(self) -> Sequence[Tip]:
        """Returns the tips of the month without test tips, drills, sample data and complaints, which no statistics
        count."""
        return [
            tip
            for tip in self.tips
            if tip.channel not in rules_trial.UNCOUNTED and tip.matter == Matter.TIP
        ]


def due_months(session: Session, counted: Collection[str], at: datetime) -> Sequence[str]:
    """Returns the months that the statistics have not counted yet and must count at the time `at`. The earliest month
    is the first month that has a count, coded answers or opinions about help.
    """
    filed = session.scalars(select(FILED).join(CaseKey, CaseKey.tip_id == Tip.id))
    known = {rules_follow_up.month_of(one) for one in filed} | {*counted}
    known |= tables.waiting_months(session)
    return rules_follow_up.due(known, counted, at)


def tips_of_month(session: Session, begins: datetime, ends: datetime) -> MonthTips:
    within = (begins <= FILED, ends > FILED)
    found = select(Tip).join(CaseKey, CaseKey.tip_id == Tip.id).where(*within)
    rows = session.scalars(found.options(WITHOUT_BODY).order_by(Tip.id)).all()
    written = (
        select(func.count(CaseCode.case_event_id))
        .join(CaseEventRow, CaseEventRow.id == CaseCode.case_event_id)
        .join(Tip, Tip.id == CaseEventRow.tip_id)
    )
    return MonthTips(rows, session.scalar(written.where(*within)) or 0)


def late_tips(
    session: Session, counted: Collection[str], at: datetime
) -> Mapping[str, Sequence[int]]:
    """Returns, by month, the tips whose first coded answer was recorded after their month was counted."""
    found = select(Tip.id, FILED).join(CaseKey, CaseKey.tip_id == Tip.id)
    found = found.outerjoin(CaseCounted, CaseCounted.tip_id == Tip.id)
    found = found.where(CaseCounted.tip_id.is_(None), rules_follow_up.counted_before(at) > FILED)
    by_month: dict[str, list[int]] = {}
    for tip_id, filed in session.execute(found.order_by(Tip.id)):
        by_month.setdefault(rules_follow_up.month_of(filed), []).append(tip_id)
    return {month: ids for month, ids in by_month.items() if month in counted}


def lock_tips(session: Session, tip_ids: Collection[int]) -> None:
    """Locks these tips in the database while the statistics count them. Waits for all earlier changes to these tips.
    Later changes wait until this transaction ends.
    """
    held = select(Tip.id).where(Tip.id.in_(tip_ids)).order_by(Tip.id)
    session.execute(held.with_for_update(key_share=True))


def warn_of_deletion(session: Session, filed_before: datetime, at: datetime, limit: int) -> int:
    """Marks the cases whose coded answers will soon be deleted. The mark lets an admin see these cases before the
    deletion.

    Returns the number of cases that this call marked.
    """
    old = select(CaseKey.tip_id).join(Tip, Tip.id == CaseKey.tip_id)
    old = old.where(CaseKey.warned_at.is_(None), filed_before > FILED)
    held = old.order_by(CaseKey.tip_id).limit(limit).with_for_update(of=CaseKey, skip_locked=True)
    ids = session.scalars(held).all()
    session.execute(update(CaseKey).where(CaseKey.tip_id.in_(ids)).values(warned_at=at))
    return len(ids)


def delete_counted(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Deletes the coded answers, times and keys of cases that were counted. Keeps the data of a case with a legal hold
    or with an open reminder about a person.

    Returns the ids of the tips whose coded answers were deleted.
    """
    old = select(Tip.id).join(CaseKey, CaseKey.tip_id == Tip.id)
    old = old.join(CaseCounted, CaseCounted.tip_id == Tip.id)
    old = old.where(CaseKey.warned_at <= at - WARNING, ~HAS_LEGAL_HOLD, ~_followed())
    old = old.order_by(Tip.id).limit(limit)
    held = session.scalars(old.with_for_update(of=Tip, skip_locked=True, key_share=True)).all()
    # Another process may have written to a tip before this transaction locked the tip. The query therefore checks again
    # that no legal hold and no open reminder protects the tip.
    still = select(Tip.id).where(Tip.id.in_(held), ~HAS_LEGAL_HOLD, ~_followed())
    ids = session.scalars(still.order_by(Tip.id)).all()
    entries = select(CaseEventRow.id).where(CaseEventRow.tip_id.in_(ids))
    offered = select(ServiceReferral.offered_id).where(ServiceReferral.tip_id.in_(ids))
    for gone in (
        delete(ServiceRequest).where(ServiceRequest.offered_id.in_(offered)),
        delete(CaseCode).where(CaseCode.case_event_id.in_(entries)),
        *(
            delete(row).where(row.tip_id.in_(ids))
            for row in (StartedFormRow, ServiceReferral, PossibleVictim, CaseGrant, CaseKey)
        ),
    ):
        change_rows(session, gone)
    return ids


def deleted_next(session: Session) -> Sequence[tuple[int, datetime, bool]]:
    """Returns the cases whose coded answers the hotline will soon delete. Also returns the cases whose coded answers
    the hotline would delete if the case had no legal hold.

    Each entry contains three values: the id of the tip, its filing time, and True if the tip has a legal hold.
    """
    found = select(Tip.id, FILED, HAS_LEGAL_HOLD).join(CaseKey, CaseKey.tip_id == Tip.id)
    rows = session.execute(found.where(CaseKey.warned_at.is_not(None)).order_by(Tip.id))
    return [(tip_id, at, held) for tip_id, at, held in rows]


def clear_warning(session: Session, tip_id: int) -> None:
    """Removes the mark that the coded answers of a case will soon be deleted. The hotline calls this function when a
    legal hold of the case is lifted.

    An admin is then warned again before the coded answers are deleted.
    """
    session.execute(update(CaseKey).where(CaseKey.tip_id == tip_id).values(warned_at=None))


def has_codes(session: Session, tip_id: int) -> bool:
    return session.get(CaseKey, tip_id) is not None


def _followed() -> ColumnElement[bool]:
    """Returns an SQL condition that is true if the case has an open reminder about a person or an offer of help."""
    return or_(
        *(
            select(row.tip_id)
            .where(row.tip_id == Tip.id, row.due_at.is_not(None))
            .correlate(Tip)
            .exists()
            for row in (PossibleVictim, ServiceReferral)
        )
    )
