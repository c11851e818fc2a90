"""Which cases a month's count takes, and which codes about persons may go: questions, and the deletion itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session, defer

from hotline.domain import trial
from hotline.domain.cases import months
from hotline.domain.tip import Matter
from hotline.domain.tips.retention import WARNING
from hotline.store.cases.case_keys import CaseCode, CaseCounted, CaseGrant, CaseKey, StartedFormRow
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.cases.case_people import PossibleVictim, ServiceReferral
from hotline.store.referrals.retention import HELD
from hotline.store.tips.tips import Tip

FILED = func.coalesce(Tip.filed_at, Tip.created_at)


@dataclass(frozen=True, slots=True)
class MonthTips:
    """The tips of a month of whose persons codes are kept."""

    tips: Sequence[Tip]
    written: int
    """Of how many entries codes are kept: whether anything was written since is asked by it."""

    @property
    def ids(self) -> Sequence[int]:
        return [tip.id for tip in self.tips]

    @property
    def counting(self) -> Sequence[Tip]:
        """But for those that no figure counts."""
        return [
            tip
            for tip in self.tips
            if tip.channel not in trial.UNCOUNTED and tip.matter == Matter.TIP
        ]


def due(session: Session, counted: Collection[str], at: datetime) -> Sequence[str]:
    """The months that should be counted by then and were not, since the first of which codes are kept, or were."""
    filed = session.scalars(select(FILED).join(CaseKey, CaseKey.tip_id == Tip.id))
    known = {months.month_of(one) for one in filed} | {*counted}
    return months.due(known, counted, at)


def of_month(session: Session, begins: datetime, ends: datetime) -> MonthTips:
    within = (begins <= FILED, ends > FILED)
    found = select(Tip).join(CaseKey, CaseKey.tip_id == Tip.id).where(*within)
    rows = session.scalars(found.options(defer(Tip.body)).order_by(Tip.id)).all()
    written = (
        select(func.count(CaseCode.case_log_id))
        .join(CaseLogRow, CaseLogRow.id == CaseCode.case_log_id)
        .join(Tip, Tip.id == CaseLogRow.tip_id)
    )
    return MonthTips(rows, session.scalar(written.where(*within)) or 0)


def late(session: Session, counted: Collection[str], at: datetime) -> Mapping[str, Sequence[int]]:
    """By month, the tips whose first code was written when it had been counted."""
    found = select(Tip.id, FILED).join(CaseKey, CaseKey.tip_id == Tip.id)
    found = found.outerjoin(CaseCounted, CaseCounted.tip_id == Tip.id)
    found = found.where(CaseCounted.tip_id.is_(None), months.counted_before(at) > FILED)
    by_month: dict[str, list[int]] = {}
    for tip_id, filed in session.execute(found.order_by(Tip.id)):
        by_month.setdefault(months.month_of(filed), []).append(tip_id)
    return {month: ids for month, ids in by_month.items() if month in counted}


def hold(session: Session, tip_ids: Collection[int]) -> None:
    """Whoever writes of one of them has ended, and who comes now waits for the end of this transaction."""
    held = select(Tip.id).where(Tip.id.in_(tip_ids)).order_by(Tip.id)
    session.execute(held.with_for_update(key_share=True))


def warn(session: Session, filed_before: datetime, at: datetime, limit: int) -> int:
    """Mark the cases of months that are counted soon, so that an admin can see it. How many."""
    old = select(CaseKey.tip_id).join(Tip, Tip.id == CaseKey.tip_id)
    old = old.where(CaseKey.warned_at.is_(None), filed_before > FILED)
    held = old.order_by(CaseKey.tip_id).limit(limit).with_for_update(of=CaseKey, skip_locked=True)
    ids = session.scalars(held).all()
    session.execute(update(CaseKey).where(CaseKey.tip_id.in_(ids)).values(warned_at=at))
    return len(ids)


def erase(session: Session, at: datetime, limit: int) -> Sequence[int]:
    """Destroy codes, times and keys of cases that were counted, and nobody holds or follows. Ids of the tips."""
    over = (CaseKey.tip_id == CaseCounted.tip_id, CaseKey.warned_at <= at - WARNING)
    old = select(Tip.id).join(CaseKey, CaseKey.tip_id == Tip.id).join(CaseCounted, over[0])
    old = old.where(over[1], ~HELD, ~_followed()).order_by(Tip.id).limit(limit)
    held = session.scalars(old.with_for_update(of=Tip, skip_locked=True, key_share=True)).all()
    # Whoever wrote meanwhile held the tip: what is true now is asked once it is ours.
    still = select(Tip.id).where(Tip.id.in_(held), ~HELD, ~_followed())
    ids = session.scalars(still.order_by(Tip.id)).all()
    entries = select(CaseLogRow.id).where(CaseLogRow.tip_id.in_(ids))
    for gone in (
        delete(CaseCode).where(CaseCode.case_log_id.in_(entries)),
        *(
            delete(row).where(row.tip_id.in_(ids))
            for row in (StartedFormRow, ServiceReferral, PossibleVictim, CaseGrant, CaseKey)
        ),
    ):
        session.execute(gone.execution_options(synchronize_session=False))
    return ids


def warned(session: Session) -> Sequence[tuple[int, datetime, bool]]:
    """Of cases whose codes go soon, or would if nobody held them: tip, when it was filed, and whether it is held."""
    found = select(Tip.id, FILED, HELD).join(CaseKey, CaseKey.tip_id == Tip.id)
    rows = session.execute(found.where(CaseKey.warned_at.is_not(None)).order_by(Tip.id))
    return [(tip_id, at, held) for tip_id, at, held in rows]


def unwarn(session: Session, tip_id: int) -> None:
    """A hold was lifted: what was due meanwhile is warned of anew."""
    session.execute(update(CaseKey).where(CaseKey.tip_id == tip_id).values(warned_at=None))


def are_kept(session: Session, tip_id: int) -> bool:
    return session.get(CaseKey, tip_id) is not None


def _followed() -> ColumnElement[bool]:
    """Whether a clock runs for a person of a case, or for an offer."""
    return or_(
        *(
            select(row.tip_id)
            .where(row.tip_id == Tip.id, row.due_at.is_not(None))
            .correlate(Tip)
            .exists()
            for row in (PossibleVictim, ServiceReferral)
        )
    )
