"""Stores the recovery pair.

Desk keys are encrypted to its public key. Only the recovery passphrase decrypts its private key.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row


class RecoveryPair(Row):
    """One recovery pair. There are two while the recovery passphrase is being changed. The newer has the highest id."""

    __tablename__ = "recovery_pair"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]
    wrapped_key: Mapped[bytes]
    """The private key, encrypted with the recovery passphrase. It names its format for `hotline.sealing.deskkeys`."""
    made_at: Mapped[datetime]


def everything(session: Session) -> Sequence[RecoveryPair]:
    """Returns every recovery pair, today's first."""
    return session.scalars(select(RecoveryPair).order_by(RecoveryPair.id.desc())).all()


def newest(session: Session) -> RecoveryPair | None:
    """Returns the pair that keys are encrypted to now, or None. The caller holds the lock on the desk."""
    return next(iter(everything(session)), None)


def add(session: Session, public_key: bytes, wrapped_key: bytes, at: datetime) -> None:
    session.add(RecoveryPair(public_key=public_key, wrapped_key=wrapped_key, made_at=at))
    session.flush()


def forget_older(session: Session, than: int) -> None:
    """Deletes the older pairs. Nothing may be encrypted to them any more."""
    session.execute(delete(RecoveryPair).where(RecoveryPair.id < than))
