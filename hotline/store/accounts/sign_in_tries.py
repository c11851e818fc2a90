"""Failed tries of a name, whether there is an account of that name or not: the one is delayed like the other."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new


class SignInTry(Row):
    __tablename__ = "sign_in_try"

    name_key: Mapped[bytes] = mapped_column(primary_key=True)
    """Keyed digest of what was typed: some type their password there."""
    failures: Mapped[int]
    last_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]


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


def next_try(session: Session, name_key: bytes) -> datetime | None:
    return session.scalar(select(SignInTry.next_try_at).where(SignInTry.name_key == name_key))


def holds_older(session: Session, than: datetime) -> bool:
    """Whether `forget_older` would change anything."""
    older = select(SignInTry.name_key).where(SignInTry.last_at <= than)
    return session.execute(older.limit(1)).first() is not None
