"""The recovery pair: to its public half each desk's key is sealed; the private half lies under the passphrase alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row


class RecoveryPair(Row):
    """One, but while the passphrase is being changed: then there are two, and today's has the highest id."""

    __tablename__ = "recovery_pair"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]
    wrapped_key: Mapped[bytes]
    """The private half under the enrolment passphrase. Self-describing: `hotline.sealing.deskkeys` reads it."""
    made_at: Mapped[datetime]


def everything(session: Session) -> Sequence[RecoveryPair]:
    """Today's first."""
    return session.scalars(select(RecoveryPair).order_by(RecoveryPair.id.desc())).all()


def newest(session: Session) -> RecoveryPair | None:
    """To whose public half keys are sealed now. Whoever seals a desk's key asks while it holds that desk."""
    return next(iter(everything(session)), None)


def add(session: Session, public_key: bytes, wrapped_key: bytes, at: datetime) -> None:
    session.add(RecoveryPair(public_key=public_key, wrapped_key=wrapped_key, made_at=at))
    session.flush()


def forget_older(session: Session, than: int) -> None:
    """Destroy the pairs before: nothing may be sealed to them any more."""
    session.execute(delete(RecoveryPair).where(RecoveryPair.id < than))
