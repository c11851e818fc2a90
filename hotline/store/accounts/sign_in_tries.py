"""Keeps failed attempts of names. A name with an account and a name without one are delayed and counted alike."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new


class SignInTry(Row):
    __tablename__ = "sign_in_try"

    name_key: Mapped[bytes] = mapped_column(primary_key=True)
    """Keyed digest of what was typed: some type their password there."""
    failures: Mapped[int]
    last_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]


class FailedSignIn(Row):
    """One password or code that was not taken. Kept for an hour."""

    __tablename__ = "failed_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_key: Mapped[bytes]
    """Keyed digest of what was typed: some type their password there."""
    is_known: Mapped[bool]
    """True if an account that may enter has this name."""
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed attempts since a moment."""

    of_one: int
    """Of the name that failed most."""
    in_all: int


def failed(
    session: Session, name_key: bytes, at: datetime, since: datetime, *, is_known: bool
) -> int:
    """Notes a failed attempt; returns which it is since a moment: of its account, or of all names without one."""
    session.add(FailedSignIn(name_key=name_key, is_known=is_known, at=at))
    session.flush()
    same = FailedSignIn.name_key == name_key if is_known else FailedSignIn.is_known.is_(False)
    return session.scalar(select(func.count()).where(same, FailedSignIn.at > since)) or 0


def failures(session: Session, since: datetime) -> Failures:
    counts = select(func.count()).where(FailedSignIn.at > since).group_by(FailedSignIn.name_key)
    found = session.scalars(counts).all()
    return Failures(max(found, default=0), sum(found))


def held(session: Session, name_key: bytes, at: datetime) -> SignInTry:
    """The row of a name, held until the transaction ends; it is made where there was none.

    Made again where somebody who entered by that name forgot it between the two statements.
    """
    found = select(SignInTry).where(SignInTry.name_key == name_key).with_for_update()
    row = None
    while row is None:
        add_if_new(session, SignInTry(name_key=name_key, failures=0, last_at=at, next_try_at=None))
        row = session.scalars(found).one_or_none()
    return row


def forget(session: Session, name_key: bytes) -> None:
    session.execute(delete(SignInTry).where(SignInTry.name_key == name_key))


def forget_older(session: Session, than: datetime) -> None:
    session.execute(delete(SignInTry).where(SignInTry.last_at <= than))
    session.execute(delete(FailedSignIn).where(FailedSignIn.at <= than))


def next_try(session: Session, name_key: bytes) -> datetime | None:
    return session.scalar(select(SignInTry.next_try_at).where(SignInTry.name_key == name_key))


def holds_older(session: Session, than: datetime) -> bool:
    """Whether `forget_older` would change anything."""
    tries = select(SignInTry.name_key).where(SignInTry.last_at <= than)
    failed_ones = select(FailedSignIn.id).where(FailedSignIn.at <= than)
    return any(session.execute(one.limit(1)).first() for one in (tries, failed_ones))
