"""What responders ask of the reader behind their PINs: rows that live for minutes, and the questions asked of them.

A reading is one thing that was asked, once for each place of a session's text; an ask is one hop that waits for it. A
hop that comes twice asks twice, and what it asks is done once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.dialogue.asks import ReaderAsk, ReadingState
from hotline.store.database import Database, Row, add_if_new


class PinReading(Row):
    """One thing asked: a view, a page or an act. What came of it is sealed to the reader itself, and to each hop."""

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("session_key", "text_digest"),
        Index("reading_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_key: Mapped[str]
    text_digest: Mapped[str]
    """Keyed digest of the text up to what was asked, without the PIN: nobody can try PINs on it."""
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """None for a phone that is nobody's."""
    asks: Mapped[dict[str, Any]]
    """A `domain.dialogue.asks.ReaderAsk`."""
    of_id: Mapped[int | None] = mapped_column(ForeignKey("reading.id"))
    """The reading that this one asks for once more: what it does is done for both."""
    state: Mapped[str]
    """A `domain.dialogue.asks.ReadingState`."""
    sealed_answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What was answered, sealed to the reader alone, so that a repeat is answered alike. Never a page."""
    shown: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the hop was told, under a key that needs the gateway's session id and the PIN. Never a page."""
    given_up_at: Mapped[datetime | None]
    """When she was told to wait: from then on this place of her text says so for ever."""
    at: Mapped[datetime]


class PinReadingAsk(Row):
    """One hop that waits: the PIN, sealed to the reader, and where its answer is put."""

    __tablename__ = "reading_ask"
    __table_args__ = (Index("reading_ask_open", "answered_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("reading.id", ondelete="CASCADE"))
    sealed_pin: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """The hop's own: the answer is sealed to it."""
    box: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


def of_session(session: Session, session_key: str) -> dict[str, PinReading]:
    """By digest, what a session has asked."""
    rows = session.scalars(select(PinReading).where(PinReading.session_key == session_key))
    return {row.text_digest: row for row in rows}


def begin(
    session: Session,
    session_key: str,
    text_digest: str,
    *,
    responder_id: int | None,
    asks: ReaderAsk,
    of_id: int | None,
    at: datetime,
) -> PinReading:
    """The reading of this place, made where there is none."""
    new = PinReading(
        session_key=session_key,
        text_digest=text_digest,
        responder_id=responder_id,
        asks=asks.to_dict(),
        of_id=of_id,
        state=ReadingState.ASKED,
        at=at,
    )
    add_if_new(session, new)
    here = (PinReading.session_key == session_key, PinReading.text_digest == text_digest)
    return session.scalars(select(PinReading).where(*here)).one()


def ask(
    session: Session, reading_id: int, sealed_pin: bytes, public_key: bytes, at: datetime
) -> int:
    row = PinReadingAsk(
        reading_id=reading_id,
        sealed_pin=sealed_pin,
        public_key=public_key,
        box=None,
        asked_at=at,
        answered_at=None,
    )
    session.add(row)
    session.flush()
    return row.id


def box_of(database: Database, ask_id: int) -> bytes | None:
    """The answer to one hop, once it is there. Raises StoreUnavailable."""
    with database.looking() as connection:
        asked = f"SELECT box FROM reading_ask WHERE id = {connection.mark} AND box IS NOT NULL"
        row = connection.first(asked, (ask_id,))
    return None if row is None else bytes(row[0])


def settle(session: Session, reading_id: int, shown: bytes | None, at: datetime) -> PinReading:
    """Settles that this place of the text shows it, or, where there is nothing, that it says to wait.

    Of two hops the first one settles it. Returns the reading as it is committed.
    """
    session.execute(
        update(PinReading)
        .where(
            PinReading.id == reading_id,
            PinReading.shown.is_(None),
            PinReading.given_up_at.is_(None),
        )
        .values({"given_up_at": at} if shown is None else {"shown": shown})
        .execution_options(synchronize_session=False)
    )
    fresh = select(PinReading).where(PinReading.id == reading_id)
    return session.scalars(fresh.execution_options(populate_existing=True)).one()


def unanswered(session: Session, since: datetime) -> Sequence[tuple[PinReadingAsk, PinReading]]:
    """The hops that wait, the oldest first; what is too old is waited for by nobody."""
    waiting = (
        select(PinReadingAsk, PinReading)
        .join(PinReading, PinReading.id == PinReadingAsk.reading_id)
        .where(PinReadingAsk.answered_at.is_(None), PinReadingAsk.asked_at > since)
        .order_by(PinReadingAsk.id)
    )
    return [(ask, reading) for ask, reading in session.execute(waiting)]


def hold(session: Session, reading_id: int) -> PinReading:
    """The reading at which it was first asked, held until this transaction ends."""
    root = session.scalar(select(PinReading.of_id).where(PinReading.id == reading_id))
    first = select(PinReading).where(PinReading.id == (root or reading_id)).with_for_update()
    return session.scalars(first.execution_options(populate_existing=True)).one()


def decide(session: Session, reading_id: int, state: str) -> None:
    """Note what became of a reading, which may ask once more for an earlier one."""
    here = update(PinReading).where(PinReading.id == reading_id)
    session.execute(here.values(state=state).execution_options(synchronize_session=False))


def answer(session: Session, ask_id: int, box: bytes | None, at: datetime) -> None:
    """Put the answer where the hop looks; none where there is no answer."""
    here = update(PinReadingAsk).where(
        PinReadingAsk.id == ask_id, PinReadingAsk.answered_at.is_(None)
    )
    session.execute(
        here.values(box=box, answered_at=at).execution_options(synchronize_session=False)
    )


def holds_older(session: Session, before: datetime) -> bool:
    return session.scalar(select(PinReading.id).where(PinReading.at <= before).limit(1)) is not None


def forget(session: Session, before: datetime) -> None:
    """Delete what is too old, with the hops that waited for it."""
    old = select(PinReading.id).where(PinReading.at <= before)
    session.execute(delete(PinReadingAsk).where(PinReadingAsk.reading_id.in_(old)))
    session.execute(update(PinReading).where(PinReading.of_id.in_(old)).values(of_id=None))
    session.execute(delete(PinReading).where(PinReading.at <= before))
