"""The number vault: calls that somebody asked for. Rows, and the questions asked of them.

The number and the word lie in `body` alone, sealed to the national desk; both fields are emptied with whatever ends it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.call_back import QUIET, CallBackState, Window
from hotline.domain.referrals.referral import Level
from hotline.errors import NotFound
from hotline.store.database import Row, is_any
from hotline.store.people.responders import Responder, living
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import THE_LINE, Viewer, may_be_told, visible_to


class CallBack(Row):
    __tablename__ = "call_back"
    __table_args__ = (Index("call_back_state", "state"), Index("call_back_tip", "tip_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    uid: Mapped[str] = mapped_column(unique=True)
    """32 hex digits of chance; bound into the seals."""
    state: Mapped[str]
    """A `domain.call_back.CallBackState`."""
    body: Mapped[bytes]
    """Number, word and who else answers, padded and sealed."""
    sealed_key: Mapped[bytes]
    """The body's key, sealed to the national desk, under the lock of a week."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    """The window that is next, or on."""
    again_at: Mapped[datetime | None]
    """When the one after it opens, where she agreed to two."""
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When the desk was told that it waits."""
    begun_at: Mapped[datetime | None]
    """When the desk was told that its window is on."""
    wanted_by: Mapped[str | None]
    approved_by: Mapped[str | None]
    """Two people's names, for this window alone."""
    opened_at: Mapped[datetime | None]
    """When its number was last seen in this window."""
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """A `domain.call_back.CallOutcome`."""

    @property
    def window(self) -> Window:
        return Window(self.opens_at, self.closes_at)


def waiting_of(session: Session, tip_ids: Iterable[int]) -> Sequence[CallBack]:
    """Held until the transaction ends."""
    found = select(CallBack).where(CallBack.tip_id.in_(tip_ids), _waits())
    return session.scalars(found.with_for_update()).all()


def waiting_of_session(
    session: Session, session_key: str, *, up_to_passage: int
) -> Sequence[CallBack]:
    """Held until the transaction ends."""
    told = select(Tip.id).where(Tip.session_key == session_key, Tip.passage <= up_to_passage)
    return waiting_of(session, session.scalars(told).all())


def one(session: Session, call_back_id: int, *, for_writing: bool = False) -> CallBack:
    """Raises NotFound where there is none, or it waits no more."""
    row = session.get(CallBack, call_back_id, with_for_update=for_writing)
    if row is None:
        raise NotFound(f"no call-back {call_back_id}: `hotline callbacks list` says which wait")
    if row.state != CallBackState.WAITING:
        raise NotFound(f"call-back {call_back_id} is {row.state}: its number is gone")
    return row


def everyone(session: Session, viewer: Viewer | None = THE_LINE) -> Sequence[CallBack]:
    """Those that wait, the next first; then the rest, the newest first."""
    found = select(CallBack).join(Tip, Tip.id == CallBack.tip_id).where(visible_to(viewer))
    rows = session.scalars(found.order_by(CallBack.id.desc())).all()
    waiting = [row for row in rows if row.state == CallBackState.WAITING]
    ended = [row for row in rows if row.state != CallBackState.WAITING]
    return [*sorted(waiting, key=lambda row: (row.opens_at, row.id)), *ended]


def any_due(session: Session, at: datetime) -> bool:
    """Whether time asks anything of one that waits."""
    return is_any(session, CallBack.id, *_due(at))


def due(session: Session, at: datetime) -> Sequence[CallBack]:
    """Held until the transaction ends; what somebody else holds is for the next tick."""
    rows = select(CallBack).where(*_due(at)).order_by(CallBack.id).limit(200)
    return session.scalars(rows.with_for_update(skip_locked=True)).all()


def desk_people(session: Session, at: datetime, tip_id: int) -> Sequence[Responder]:
    """Whoever of the national desk can be told of this tip."""
    found = select(Responder).where(
        Responder.level == Level.NATIONAL, may_be_told(tip_id), *living(at)
    )
    return session.scalars(found.order_by(Responder.id)).all()


def _due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        _waits(),
        or_(
            CallBack.closes_at <= at,
            and_(CallBack.opens_at <= at, CallBack.begun_at.is_(None)),
            and_(CallBack.asked_at <= at - QUIET, CallBack.told_at.is_(None)),
        ),
    )


def _waits() -> ColumnElement[bool]:
    return CallBack.state == CallBackState.WAITING
