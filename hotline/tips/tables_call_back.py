"""Stores the call-backs that callers requested, with their encrypted phone numbers.

Only `body` contains the phone number and the code word. It is encrypted for the national desk. When the call-back ends,
the contents of `body` and `encrypted_key` are deleted.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, exists, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, has_row
from hotline.errors import NotFound
from hotline.people.rules import Level
from hotline.people.tables import Responder, active_conditions
from hotline.tips.queries_visible import THE_LINE, Viewer, may_see_tip, visible_to
from hotline.tips.rules import OVERSEEN
from hotline.tips.rules_call_back import HALF_WINDOW, NOTICE_DELAY, CallBackState, Window
from hotline.tips.tables import Tip


class CallBack(Row):
    __tablename__ = "call_back"
    __table_args__ = (Index("call_back_state", "state"), Index("call_back_tip", "tip_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    uid: Mapped[str] = mapped_column(unique=True)
    """A random id of 32 hex digits. The encrypted data of the call-back is bound to this id."""
    state: Mapped[str]
    """The value of a `tips.rules_call_back.CallBackState`."""
    body: Mapped[bytes]
    """The phone number, the code word, and the answer to the question of who else may answer the phone. They are padded
    and encrypted."""
    encrypted_key: Mapped[bytes]
    """The key of `body`, encrypted for the national desk under the weekly lock."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    """The end of the present window for a call, or of the next window."""
    again_at: Mapped[datetime | None]
    """The beginning of a second window, if the caller agreed to two windows."""
    asked_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    """The time when the desk was notified of the request."""
    begun_at: Mapped[datetime | None]
    """The time when the desk was notified that the window has begun."""
    asked_by: Mapped[str | None]
    approved_by: Mapped[str | None]
    """The names of the people who requested and approved to see the number in this window. They are valid only for this
    window.
    """
    opened_at: Mapped[datetime | None]
    """The last time in this window when the number was shown."""
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """The value of a `tips.rules_call_back.CallOutcome`."""

    @property
    def window(self) -> Window:
        return Window(self.opens_at, self.closes_at)


def waiting_call_backs(session: Session, tip_ids: Iterable[int]) -> Sequence[CallBack]:
    """Returns the waiting call-backs of these tips, and locks them until the transaction ends."""
    found = select(CallBack).where(CallBack.tip_id.in_(tip_ids), _waits())
    return session.scalars(found.with_for_update()).all()


def waiting_of_session(
    session: Session, session_key: str, *, up_to_attempt: int
) -> Sequence[CallBack]:
    """Returns the waiting call-backs of a session's report attempts up to `up_to_attempt`, and locks them."""
    tips = select(Tip.id).where(Tip.session_key == session_key, Tip.attempt <= up_to_attempt)
    return waiting_call_backs(session, session.scalars(tips).all())


def get_call_back(session: Session, call_back_id: int, *, for_writing: bool = False) -> CallBack:
    """Returns a waiting call-back. Raises NotFound if the call-back does not exist or has ended."""
    row = session.get(CallBack, call_back_id, with_for_update=for_writing)
    if row is None:
        raise NotFound(f"there is no call-back {call_back_id}: see `hotline callbacks list`")
    if row.state != CallBackState.WAITING:
        raise NotFound(f"call-back {call_back_id} is {row.state}, so its number is erased")
    return row


def visible_call_backs(session: Session, viewer: Viewer | None = THE_LINE) -> Sequence[CallBack]:
    """Returns the call-backs that the viewer may see: first those that are waiting, by time, then the others, newest
    first.
    """
    found = select(CallBack).join(Tip, Tip.id == CallBack.tip_id).where(visible_to(viewer))
    rows = session.scalars(found.order_by(CallBack.id.desc())).all()
    waiting = [row for row in rows if row.state == CallBackState.WAITING]
    ended = [row for row in rows if row.state != CallBackState.WAITING]
    return [*sorted(waiting, key=lambda row: (row.opens_at, row.id)), *ended]


def has_due(session: Session, at: datetime, *, is_paused: bool) -> bool:
    """Returns True if a call-back must now be ended or needs a message."""
    return has_row(session, CallBack.id, *_due(at, is_paused))


def due_call_backs(session: Session, at: datetime, *, is_paused: bool) -> Sequence[CallBack]:
    """Returns up to 200 call-backs that need an action now. Locks them until the transaction ends.

    Skips rows that other transactions have locked.
    """
    rows = select(CallBack).where(*_due(at, is_paused)).order_by(CallBack.id).limit(200)
    return session.scalars(rows.with_for_update(skip_locked=True)).all()


def desk_people(session: Session, at: datetime, tip_id: int) -> Sequence[Responder]:
    """Returns the active responders who decide about this tip: people of the national desk who may see it.

    For a complaint about the national desk, these are the people of oversight desks.
    """
    overseen = exists().where(Tip.id == tip_id, Tip.official == OVERSEEN).correlate(None)
    decides = or_(Responder.level == Level.NATIONAL, overseen)
    found = select(Responder).where(decides, may_see_tip(tip_id), *active_conditions(at))
    return session.scalars(found.order_by(Responder.id)).all()


def _due(at: datetime, is_paused: bool) -> tuple[ColumnElement[bool], ...]:
    moves = CallBack.closes_at <= at + HALF_WINDOW
    begins = and_(CallBack.opens_at <= at, CallBack.begun_at.is_(None))
    return (
        _waits(),
        or_(
            *((moves,) if is_paused else (CallBack.closes_at <= at, begins)),
            and_(CallBack.asked_at <= at - NOTICE_DELAY, CallBack.notified_at.is_(None)),
        ),
    )


def _waits() -> ColumnElement[bool]:
    return CallBack.state == CallBackState.WAITING
