"""Stores the questions that translators ask about a text. An editor answers and settles them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row


class TextQuestion(Row):
    __tablename__ = "text_question"
    __table_args__ = (Index("text_question_open", "settled_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    language: Mapped[str]
    asks: Mapped[str]
    asked_by_id: Mapped[int | None]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    """None while it waits for an editor."""


def waiting(session: Session, limit: int, below: str = "") -> Sequence[TextQuestion]:
    """Returns the open questions, oldest first. With `below`, returns only those about texts below that place."""
    here = select(TextQuestion).where(TextQuestion.settled_at.is_(None))
    if below:
        here = here.where(TextQuestion.place.startswith(f"{below}.", autoescape=True))
    return session.scalars(here.order_by(TextQuestion.id).limit(limit)).all()


def count(session: Session) -> int:
    here = select(func.count()).where(TextQuestion.settled_at.is_(None))
    return session.scalar(here) or 0
