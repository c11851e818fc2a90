"""The clocks of cases as rows, so that no restart forgets one. At most one of a kind is open for a tip."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row as ResultRow
from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from hotline.domain.referrals.clocks import Clock, Clocks, DeadlineKind
from hotline.store.bulk import add
from hotline.store.outbox.messages import TRULY_DUE, Deadline
from hotline.store.tips.tips import Tip


def begin(session: Session, due: Mapping[datetime, Sequence[int]], at: datetime) -> None:
    """Sets the first clock of tips that never had one: somebody must take each by then. Many tips at once."""
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
    """Closes the open clocks of these kinds, and no other."""
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
    """The clocks of a tip that are open."""
    return open_clocks_of(session, [tip_id])[tip_id]


def open_clocks_of(
    session: Session, tip_ids: Collection[int]
) -> dict[int, dict[DeadlineKind, Clock]]:
    """The same of many tips, by their ids."""
    found: dict[int, dict[DeadlineKind, Clock]] = {one: {} for one in tip_ids}
    here = (Deadline.tip_id.in_(found), Deadline.fired_at.is_(None))
    for row in session.scalars(select(Deadline).where(*here)):
        found[row.tip_id][DeadlineKind(row.kind)] = Clock(row.due_at, row.nth, row.named_at)
    return found


def asked(session: Session, tip_ids: Collection[int], kind: DeadlineKind) -> int:
    """How often in a row the open clock of a kind has fired, of the one of these tips that is furthest; -1: none is."""
    if not tip_ids:
        return -1
    here = (Deadline.tip_id.in_(tip_ids), Deadline.kind == kind, Deadline.fired_at.is_(None))
    furthest = session.scalar(select(func.max(Deadline.nth)).where(*here))
    return -1 if furthest is None else furthest


def last_due(session: Session, tip_id: int, kind: DeadlineKind) -> datetime | None:
    """When the newest clock of a kind was, or is, due, as texts name it."""
    last = select(TRULY_DUE).where(Deadline.tip_id == tip_id, Deadline.kind == kind)
    return session.scalar(last.order_by(Deadline.step.desc()).limit(1))


def overdue(
    session: Session, at: datetime, limit: int, *, but: Collection[int] = ()
) -> Sequence[ResultRow[Deadline, Tip]]:
    """Clocks that have passed, the longest overdue first. Held until the transaction ends. `but`: of no such tip."""
    due = and_(Deadline.fired_at.is_(None), Deadline.due_at <= at, Deadline.tip_id.not_in(but))
    held = select(Deadline, Tip).join(Tip, Tip.id == Deadline.tip_id).where(due)
    ordered = held.order_by(Deadline.due_at, Deadline.id).limit(limit)
    return session.execute(ordered.with_for_update(skip_locked=True)).all()
