"""Stores the clocks of cases as rows, so that no restart loses one. At most one of a kind is open for a tip.

Also notes which acknowledgements are believed. Each function's caller holds the lock on the tip.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row as ResultRow
from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from hotline.domain.referrals.clocks import Clock, Clocks, DeadlineKind
from hotline.domain.referrals.referral import ReferralState
from hotline.store.bulk import add
from hotline.store.database import is_any
from hotline.store.outbox.messages import ANSWERED, TOOK, TRULY_DUE, Deadline, Referral, told_to
from hotline.store.people.responders import Responder
from hotline.store.tips.tips import Tip


def begin(session: Session, due: Mapping[datetime, Sequence[int]], at: datetime) -> None:
    """Sets the first clock of many new tips at once. A responder must acknowledge each tip by then."""
    same = {Deadline.kind: DeadlineKind.ACKNOWLEDGE, Deadline.set_at: at, Deadline.nth: 0}
    for due_at, tip_ids in due.items():
        rows = [(tip_id, 0) for tip_id in tip_ids]
        add(
            session,
            Deadline,
            (Deadline.tip_id, Deadline.step),
            rows,
            {**same, Deadline.due_at: due_at},
        )


def set_clocks(session: Session, tip_id: int, clocks: Clocks, at: datetime) -> None:
    """Sets clocks of one tip. Each replaces the open one of its kind."""
    close(session, [tip_id], clocks, at)
    last = select(Deadline.kind, func.max(Deadline.step)).where(Deadline.tip_id == tip_id)
    steps = {row[0]: row[1] for row in session.execute(last.group_by(Deadline.kind))}
    for kind, clock in clocks.items():
        session.add(
            Deadline(
                tip_id=tip_id,
                kind=kind,
                step=steps.get(kind, -1) + 1,
                nth=clock.nth,
                set_at=at,
                due_at=clock.due_at,
                named_at=clock.named_at,
                fired_at=None,
            )
        )
    session.flush()


def close(
    session: Session, tip_ids: Collection[int], kinds: Collection[DeadlineKind], at: datetime
) -> None:
    """Closes the open clocks of these kinds, and no others."""
    if not tip_ids or not kinds:
        return
    session.execute(
        update(Deadline)
        .where(
            Deadline.tip_id.in_(tip_ids), Deadline.kind.in_([*kinds]), Deadline.fired_at.is_(None)
        )
        .values(fired_at=at)
    )


def open_clocks(session: Session, tip_id: int) -> dict[DeadlineKind, Clock]:
    """Returns the open clocks of a tip by kind."""
    return open_clocks_of(session, [tip_id])[tip_id]


def open_clocks_of(
    session: Session, tip_ids: Collection[int]
) -> dict[int, dict[DeadlineKind, Clock]]:
    """Returns the open clocks of many tips, by tip id and kind."""
    found: dict[int, dict[DeadlineKind, Clock]] = {one: {} for one in tip_ids}
    here = (Deadline.tip_id.in_(found), Deadline.fired_at.is_(None))
    for row in session.scalars(select(Deadline).where(*here)):
        found[row.tip_id][DeadlineKind(row.kind)] = Clock(row.due_at, row.nth, row.named_at)
    return found


def asked(session: Session, tip_ids: Collection[int], kind: DeadlineKind) -> int:
    """Returns how often in a row the open clock of a kind has fired, as the highest among these tips.

    Returns -1 if no such clock is open.
    """
    if not tip_ids:
        return -1
    here = (Deadline.tip_id.in_(tip_ids), Deadline.kind == kind, Deadline.fired_at.is_(None))
    furthest = session.scalar(select(func.max(Deadline.nth)).where(*here))
    return -1 if furthest is None else furthest


def last_due(session: Session, tip_id: int, kind: DeadlineKind) -> datetime | None:
    """Returns when the newest clock of a kind was or is due, as texts name it. Returns None if there was none."""
    last = select(TRULY_DUE).where(Deadline.tip_id == tip_id, Deadline.kind == kind)
    return session.scalar(last.order_by(Deadline.step.desc()).limit(1))


def overdue(
    session: Session, at: datetime, limit: int, *, but: Collection[int] = ()
) -> Sequence[ResultRow[Deadline, Tip]]:
    """Returns the clocks that have run out, the longest overdue first, locked until the transaction ends.

    Leaves out the tips in `but`.
    """
    due = and_(Deadline.fired_at.is_(None), Deadline.due_at <= at, Deadline.tip_id.not_in(but))
    held = select(Deadline, Tip).join(Tip, Tip.id == Deadline.tip_id).where(due)
    ordered = held.order_by(Deadline.due_at, Deadline.id).limit(limit)
    return session.execute(ordered.with_for_update(skip_locked=True)).all()


def acknowledge(
    session: Session,
    tip_id: int,
    responder_id: int,
    at: datetime,
    *,
    proved: bool,
    provisional: bool = False,
) -> bool:
    """Marks all sent assignments of a tip to this responder as acknowledged, at every level.

    Returns True if the answer counts. After an answer that no inbox lists, a later one counts only once it is proved.
    With `provisional` the inbox cannot be asked, so this answer is doubted until it is proved.
    """
    hers = told_to(tip_id, responder_id)
    forged = (*hers, Referral.doubted_at.is_not(None), Referral.proved_at.is_(None))
    doubted = is_any(session, Referral.id, *forged)
    counts = proved or not (doubted or provisional)
    session.execute(
        update(Referral)
        .where(*hers, Referral.state == ReferralState.SENT)
        .values(
            state=ReferralState.ACKNOWLEDGED,
            acknowledged_at=at,
            doubted_at=None if counts else at,
        )
    )
    if proved:
        believe(session, tip_id, responder_id, at)
    return counts


def doubt(session: Session, referral: Referral, at: datetime) -> bool:
    """Notes that no inbox lists the responder's answer. Returns True if the answer was believed until now."""
    doubted = session.scalars(
        update(Referral)
        .where(
            *told_to(referral.tip_id, referral.responder_id),
            ANSWERED,
            Referral.proved_at.is_(None),
            Referral.doubted_at.is_(None),
        )
        .values(doubted_at=at)
        .returning(Referral.id)
    )
    return bool(doubted.all())


def believe(session: Session, tip_id: int, responder_id: int, at: datetime) -> None:
    """Notes that the answer is the responder's own, because the inbox lists it or the responder dialled."""
    session.execute(
        update(Referral)
        .where(
            *told_to(tip_id, responder_id),
            ANSWERED,
            Referral.proved_at.is_(None),
        )
        .values(proved_at=at)
    )


def answered(session: Session, tip_id: int, responder_id: int) -> bool:
    """Returns True if the tip was acknowledged in the responder's name, believed or not."""
    return is_any(session, Referral.id, *told_to(tip_id, responder_id), ANSWERED)


def believed(session: Session, tip_id: int, responder_id: int) -> bool:
    """Returns True if the responder acknowledged the tip and is believed."""
    return is_any(session, Referral.id, *told_to(tip_id, responder_id), TOOK)


def taken_at(session: Session, tip_id: int, responder_id: int) -> datetime | None:
    """Returns when this responder last acknowledged the tip. Returns None if they are not believed or passed it on."""
    took = (
        *told_to(tip_id, responder_id),
        TOOK,
        Referral.passed_at.is_(None),
    )
    return session.scalar(select(func.max(Referral.acknowledged_at)).where(*took))


def held_since_told(
    session: Session, responder_id: int, tip_ids: Collection[int]
) -> frozenset[int]:
    """Returns the tips that their assignee acknowledged after this responder was last alerted, by a proved answer.

    An alert that this responder answered by acknowledging does not count. The assignee is active. The assignee has read
    the case by any reference, or has no PIN to read it with.
    """
    theirs = (
        select(
            Referral.tip_id,
            func.max(Referral.acknowledged_at).label("took"),
            func.max(Referral.proved_at).label("proved"),
        )
        .join(Tip, (Tip.id == Referral.tip_id) & (Tip.holder_id == Referral.responder_id))
        .join(Responder, Responder.id == Referral.responder_id)
        .where(Referral.tip_id.in_(tip_ids), Responder.active.is_(True))
        .group_by(Referral.tip_id, Responder.pin_wrap)
        .having(Responder.pin_wrap.is_(None) | func.max(Referral.opened_at).is_not(None))
        .subquery()
    )
    unanswered = case((~TOOK, Referral.created_at))
    told = (
        select(Referral.tip_id, func.max(unanswered).label("at"))
        .where(Referral.responder_id == responder_id, Referral.tip_id.in_(tip_ids))
        .group_by(Referral.tip_id)
        .subquery()
    )
    found = select(theirs.c.tip_id).join(told, told.c.tip_id == theirs.c.tip_id)
    later = or_(told.c.at.is_(None), theirs.c.took > told.c.at)
    since = found.where(theirs.c.proved.is_not(None), later)
    return frozenset(session.scalars(since))
