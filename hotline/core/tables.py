"""Stores attempts at short secrets, and the mark that says that all data in this database is sample data.

An attempt has its caller, its target and its result. The database stores callers and targets only as keyed digests.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Database, Row, add_if_new, take_lock


class AttemptRow(Row):
    """One attempt at a secret and its result. If the gateway repeats a caller's request, the code finds this row and
    does not count a second attempt. The hotline keeps the row for some days."""

    __tablename__ = "secret_attempt"
    __table_args__ = (UniqueConstraint("session_key", "text_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str]
    session_key: Mapped[str]
    text_key: Mapped[str]
    """The keyed digest of everything typed in the session, up to the end of the attempt."""
    contact_key: Mapped[str]
    target_key: Mapped[str]
    """The keyed digest of the target of the attempt, such as a receipt. A caller may have named a target that does
    not exist. The field is empty if the hotline does not count attempts at this target."""
    compared: Mapped[bool]
    """False if earlier attempts had already reached the limit, so that the hotline did not compare the secret."""
    opened_key: Mapped[str | None]
    results: Mapped[list[str]]
    """The flags that the attempt sets. The flow uses these flags to choose the caller's next screen."""
    at: Mapped[datetime]


def find_attempt(session: Session, session_key: str, text_key: str) -> AttemptRow | None:
    tried = (AttemptRow.session_key == session_key, AttemptRow.text_key == text_key)
    return session.scalars(select(AttemptRow).where(*tried)).one_or_none()


def count_of_contact(
    session: Session, secret: str, contact_keys: Collection[str], since: datetime
) -> int:
    """Returns the number of attempts by these callers in which the hotline compared the secret."""
    return _count(session, AttemptRow.contact_key.in_(contact_keys), secret, since)


def attempt_times(
    session: Session, secret: str, contact_keys: Collection[str], text: str, since: datetime
) -> list[datetime]:
    """Returns the times of all attempts by these callers whose result has `text` as its first flag. The oldest time
    comes first."""
    tries = select(AttemptRow.at, AttemptRow.results).where(
        AttemptRow.contact_key.in_(contact_keys), AttemptRow.secret == secret, AttemptRow.at > since
    )
    return [
        at for at, words in session.execute(tries.order_by(AttemptRow.at)) if words[:1] == [text]
    ]


def count_of_target(session: Session, secret: str, target_key: str, since: datetime) -> int:
    """Returns the number of attempts at this target in which the hotline compared the secret."""
    return _count(session, AttemptRow.target_key == target_key, secret, since)


def _count(session: Session, condition: ColumnElement[bool], secret: str, since: datetime) -> int:
    looked_at = (condition, AttemptRow.secret == secret, AttemptRow.compared, AttemptRow.at > since)
    return session.scalar(select(func.count()).where(*looked_at)) or 0


def lock_digests(session: Session, keys: Collection[str]) -> None:
    """Locks these digests until the transaction ends, so that no other transaction adds an attempt after the count. On
    SQLite no lock is needed, because only one writer works at a time. The function takes the locks in sorted order, so
    that two transactions never wait for each other."""
    for lock in sorted(int(key[:15], 16) for key in set(keys)):
        take_lock(session, lock)


def record_attempt(session: Session, row: AttemptRow) -> None:
    """Records an attempt. A second call for the same attempt changes nothing."""
    add_if_new(session, row)


ONE = 1


SAMPLE = "invented"


class SampleMark(Row):
    """The single row that marks the data as sample data. No command deletes this row."""

    __tablename__ = "sample_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str]
    marked_at: Mapped[datetime]


def mark_sample(session: Session, at: datetime) -> None:
    """Marks the data as sample data. Every later release of statistics then says that its data is sample data. A
    second call changes nothing."""
    add_if_new(session, SampleMark(id=ONE, origin=SAMPLE, marked_at=at))


def is_sample(database: Database) -> bool:
    """Returns True if the database contains sample data. Raises StoreUnavailable."""
    with database.reading() as session:
        return session.scalar(select(SampleMark.origin)) == SAMPLE
