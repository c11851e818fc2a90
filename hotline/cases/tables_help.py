"""Stores the answers to the question if the help was good, until the reader process has counted them.

A row names no tip, person, responder or service, and no time but its month. Its id is drawn at random, so that the
order of the ids says nothing.
"""

import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new

LARGEST_ID = 2**31 - 1


class HelpAnswer(Row):
    """One answer, encrypted for the reader process."""

    __tablename__ = "help_answer"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[str]
    body: Mapped[bytes]


def add_answer(session: Session, month: str, body: bytes) -> None:
    add_if_new(session, HelpAnswer(id=secrets.randbelow(LARGEST_ID), month=month, body=body))


def rewrite_answers(session: Session) -> None:
    """Writes all waiting rows again in one transaction.

    PostgreSQL keeps the number of the transaction that wrote a row. That number would link an answer to the tip of its
    receipt."""
    session.execute(update(HelpAnswer).values(month=HelpAnswer.month))


def answers_until(session: Session, month: str) -> Sequence[HelpAnswer]:
    """Returns the answers of this month and of the months before it that are not counted yet."""
    found = select(HelpAnswer).where(HelpAnswer.month <= month).order_by(HelpAnswer.id)
    return session.scalars(found).all()


def waiting_months(session: Session) -> frozenset[str]:
    """Returns the months that have answers which are not counted yet."""
    return frozenset(session.scalars(select(HelpAnswer.month).distinct()))


def delete_answers(session: Session, ids: Collection[int]) -> None:
    """Deletes these answers, because they were counted."""
    session.execute(delete(HelpAnswer).where(HelpAnswer.id.in_(ids)))
