"""Tries at short secrets: who tried what, how often, and what it opened. Keyed digests alone.

Rows, and the questions asked of them.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Index, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new


class Guess(Row):
    """One try at a secret, and what it was answered: a hop that is repeated is no second try. Kept for days."""

    __tablename__ = "guess"
    __table_args__ = (
        UniqueConstraint("session_key", "heard_key"),
        Index("guess_contact", "contact_key", "at"),
        Index("guess_target", "target_key", "at"),
        Index("guess_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str]
    session_key: Mapped[str]
    heard_key: Mapped[str]
    """Keyed digest of the session's text up to and including what was tried."""
    contact_key: Mapped[str]
    target_key: Mapped[str]
    """Keyed digest of what was tried at, whether or not there is such a thing; empty where none is counted."""
    compared: Mapped[bool]
    """False where there were too many tries before it: nothing was looked at."""
    opened_key: Mapped[str | None]
    said: Mapped[list[str]]
    """The flags that the flow was told."""
    at: Mapped[datetime]


def find(session: Session, session_key: str, heard_key: str) -> Guess | None:
    tried = (Guess.session_key == session_key, Guess.heard_key == heard_key)
    return session.scalars(select(Guess).where(*tried)).one_or_none()


def count_of_contact(
    session: Session, secret: str, contact_keys: Collection[str], since: datetime
) -> int:
    """Tries that were looked at."""
    return _count(session, Guess.contact_key.in_(contact_keys), secret, since)


def counted(
    session: Session, secret: str, contact_keys: Collection[str], said: str, since: datetime
) -> list[datetime]:
    """Returns the times of the tries whose first word was `said`, oldest first."""
    tries = select(Guess.at, Guess.said).where(
        Guess.contact_key.in_(contact_keys), Guess.secret == secret, Guess.at > since
    )
    return [at for at, words in session.execute(tries.order_by(Guess.at)) if words[:1] == [said]]


def count_of_target(session: Session, secret: str, target_key: str, since: datetime) -> int:
    """Tries that were looked at."""
    return _count(session, Guess.target_key == target_key, secret, since)


def _count(session: Session, whose: ColumnElement[bool], secret: str, since: datetime) -> int:
    looked_at = (whose, Guess.secret == secret, Guess.compared, Guess.at > since)
    return session.scalar(select(func.count()).where(*looked_at)) or 0


def take_turns(session: Session, keys: Collection[str]) -> None:
    """Hold these digests until the transaction ends: what is counted stays true until the try is noted.

    SQLite's writers queue anyway. In one order, so that no two wait for each other.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for lock in sorted(int(key[:15], 16) for key in set(keys)):
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def note(session: Session, row: Guess) -> None:
    """Twice is once."""
    add_if_new(session, row)
