"""Defines two groups of tables: opinions about the help that persons got, and requests to the reader process.

Opinions stay in their table until the reader process has counted them. The row of an opinion names no tip, person,
responder or service. The row has no time except the month of the opinion. The id of the row is a random number, so the
order of the ids reveals nothing.

A row of `PinReading` is one request that a responder makes with a PIN. `PinReading` has at most one row for each text
that a session has sent. A row of `PinReadingAsk` is one request of the gateway that waits for the answer. If the
gateway repeats its request, `PinReadingAsk` has two rows, but the reader process carries out the responder's request
only once. The hotline deletes the rows of `PinReading` and `PinReadingAsk` after ten minutes.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.cases.rules_reading_requests import ReaderQuestion, ReadingState
from hotline.core.database import Database, Row, add_if_new, change_rows, has_row
from hotline.core.logs import REQUEST

LARGEST_ID = 2**31 - 1


class HelpAnswer(Row):
    """One opinion about the help, encrypted for the reader process."""

    __tablename__ = "help_answer"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[str]
    body: Mapped[bytes]


def add_answer(session: Session, month: str, body: bytes) -> None:
    add_if_new(session, HelpAnswer(id=secrets.randbelow(LARGEST_ID), month=month, body=body))


def rewrite_answers(session: Session) -> None:
    """Writes all stored opinions to the database again, in one transaction.

    PostgreSQL stores in each row the number of the transaction that wrote the row. Without this function, this number
    would link an opinion to the caller's tip.
    """
    session.execute(update(HelpAnswer).values(month=HelpAnswer.month))


def answers_until(session: Session, month: str) -> Sequence[HelpAnswer]:
    """Returns the stored opinions from this month and from earlier months, which are not counted yet."""
    found = select(HelpAnswer).where(HelpAnswer.month <= month).order_by(HelpAnswer.id)
    return session.scalars(found).all()


def waiting_months(session: Session) -> frozenset[str]:
    """Returns the months of the stored opinions, which are not counted yet."""
    return frozenset(session.scalars(select(HelpAnswer.month).distinct()))


def delete_answers(session: Session, ids: Collection[int]) -> None:
    """Deletes these opinions after they were counted."""
    session.execute(delete(HelpAnswer).where(HelpAnswer.id.in_(ids)))


class PinReading(Row):
    """A request to the reader process: for a list, for a page, or to carry out a command.

    The answer is encrypted once for the reader process, and once for each waiting request of the gateway.
    """

    __tablename__ = "pin_reading"
    __table_args__ = (UniqueConstraint("session_key", "text_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_key: Mapped[str]
    text_digest: Mapped[str]
    """A keyed digest of the text that the session had sent up to this request, without the PIN. The digests of a
    session reveal nothing about the PIN."""
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("responder.id"))
    """The responder who dialled. None if the phone belongs to no responder."""
    question: Mapped[dict[str, Any]]
    """The content of the request, as a `ReaderQuestion`."""
    of_id: Mapped[int | None] = mapped_column(ForeignKey("pin_reading.id"))
    """The earlier request that this request repeats. The reader process carries out only the earlier request."""
    state: Mapped[str]
    """The state of the request, as the value of a `ReadingState`."""
    encrypted_answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The answer without the text of a case, encrypted with the key of the reader process. If the phone repeats the
    request, the reader process sends this answer again."""
    shown: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The answer without the text of a case, as the phone showed it. Only the gateway's session id and the PIN together
    decrypt this answer."""
    given_up_at: Mapped[datetime | None]
    """The time at which the phone's screen asked the responder to wait, because no answer had come in time. All later
    gateway requests with the same text get the same screen."""
    at: Mapped[datetime]


class PinReadingAsk(Row):
    """One request of the gateway that waits for an answer of the reader process. The row contains the encrypted PIN,
    and later the answer."""

    __tablename__ = "pin_reading_ask"

    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("pin_reading.id", ondelete="CASCADE"))
    encrypted_pin: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """The public key with which the reader process encrypts its answer to this request."""
    box: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    request: Mapped[str] = mapped_column(default=REQUEST.get, server_default="")
    """The id of the gateway's request, as the log shows it."""


def readings_of_session(session: Session, session_key: str) -> dict[str, PinReading]:
    """Returns the requests of a session, keyed by the digest of their text."""
    rows = session.scalars(select(PinReading).where(PinReading.session_key == session_key))
    return {row.text_digest: row for row in rows}


def get_or_create(
    session: Session,
    session_key: str,
    text_digest: str,
    *,
    responder_id: int | None,
    question: ReaderQuestion,
    of_id: int | None,
    at: datetime,
) -> PinReading:
    """Returns the request for one text of the session. Creates the request if there is none."""
    new = PinReading(
        session_key=session_key,
        text_digest=text_digest,
        responder_id=responder_id,
        question=question.to_dict(),
        of_id=of_id,
        state=ReadingState.ASKED,
        at=at,
    )
    add_if_new(session, new)
    here = (PinReading.session_key == session_key, PinReading.text_digest == text_digest)
    return session.scalars(select(PinReading).where(*here)).one()


def add_hop(
    session: Session, reading_id: int, encrypted_pin: bytes, public_key: bytes, at: datetime
) -> int:
    row = PinReadingAsk(
        reading_id=reading_id,
        encrypted_pin=encrypted_pin,
        public_key=public_key,
        box=None,
        asked_at=at,
        answered_at=None,
    )
    session.add(row)
    session.flush()
    return row.id


def answer_of(database: Database, ask_id: int) -> bytes | None:
    """Returns the encrypted answer to one request of the gateway. Returns None if there is no answer yet. Raises
    StoreUnavailable."""
    with database.looking() as connection:
        asked = f"SELECT box FROM pin_reading_ask WHERE id = {connection.mark} AND box IS NOT NULL"
        row = connection.first(asked, (ask_id,))
    return None if row is None else bytes(row[0])


def fix_answer(session: Session, reading_id: int, shown: bytes | None, at: datetime) -> PinReading:
    """Stores the answer that every gateway request with the same text gets from now on. If `shown` is None, these
    gateway requests get the screen that asks the responder to wait.

    If two processes store an answer at the same time, the first answer is kept. Returns the row of the request with the
    committed answer.
    """
    change_rows(
        session,
        update(PinReading)
        .where(
            PinReading.id == reading_id,
            PinReading.shown.is_(None),
            PinReading.given_up_at.is_(None),
        )
        .values({"given_up_at": at} if shown is None else {"shown": shown}),
    )
    fresh = select(PinReading).where(PinReading.id == reading_id)
    return session.scalars(fresh.execution_options(populate_existing=True)).one()


def waiting_hops(session: Session, since: datetime) -> Sequence[tuple[PinReadingAsk, PinReading]]:
    """Returns the waiting requests of the gateway, each with the responder's request, the oldest first.

    Leaves out requests that began to wait before `since`.
    """
    waiting = (
        select(PinReadingAsk, PinReading)
        .join(PinReading, PinReading.id == PinReadingAsk.reading_id)
        .where(PinReadingAsk.answered_at.is_(None), PinReadingAsk.asked_at > since)
        .order_by(PinReadingAsk.id)
    )
    return [(ask, reading) for ask, reading in session.execute(waiting)]


def locked_reading(session: Session, reading_id: int) -> PinReading:
    """Returns the earliest row of a request, and locks the row until the transaction ends. A request has several rows
    if the responder repeats it."""
    root = session.scalar(select(PinReading.of_id).where(PinReading.id == reading_id))
    first = select(PinReading).where(PinReading.id == (root or reading_id)).with_for_update()
    return session.scalars(first.execution_options(populate_existing=True)).one()


def record_state(session: Session, reading_id: int, state: str) -> None:
    """Stores the state of a request in its row."""
    here = update(PinReading).where(PinReading.id == reading_id)
    change_rows(session, here.values(state=state))


def store_answer(session: Session, ask_id: int, box: bytes | None, at: datetime) -> None:
    """Stores the encrypted answer to a waiting request of the gateway. `box` is the encrypted answer, or None if the
    reader process could not answer."""
    here = update(PinReadingAsk).where(
        PinReadingAsk.id == ask_id, PinReadingAsk.answered_at.is_(None)
    )
    change_rows(session, here.values(box=box, answered_at=at))


def has_older(session: Session, before: datetime) -> bool:
    return has_row(session, PinReading.id, PinReading.at <= before)


def delete_older(session: Session, before: datetime) -> None:
    """Deletes responders' requests that were made before the given time. Also deletes the gateway's requests that
    belong to the deleted requests."""
    old = select(PinReading.id).where(PinReading.at <= before)
    session.execute(delete(PinReadingAsk).where(PinReadingAsk.reading_id.in_(old)))
    session.execute(update(PinReading).where(PinReading.of_id.in_(old)).values(of_id=None))
    session.execute(delete(PinReading).where(PinReading.at <= before))
