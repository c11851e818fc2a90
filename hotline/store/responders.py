"""Responders: who acts in a district. Rows, and the questions asked of them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain import trial
from hotline.store.database import Row


class Responder(Row):
    __tablename__ = "responder"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    """A `domain.referral.Level`."""
    language: Mapped[str]
    districts: Mapped[list[str]]
    """NISR codes; empty means all."""
    categories: Mapped[list[str]]
    """Empty means all."""
    number_key: Mapped[str] = mapped_column(unique=True)
    """Lasting keyed digest of the MSISDN: how an enrolled phone is recognised."""
    sealed_number: Mapped[bytes]
    """The MSISDN, sealed to the relay alone."""
    active: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[str | None]
    """Why the gateway will never deliver to this number, if it said so. Not a living recipient."""
    created_at: Mapped[datetime]


def everybody(session: Session) -> Sequence[Responder]:
    """All who were ever enrolled, in the order of enrolment."""
    people = select(Responder).where(Responder.level != trial.LEVEL)
    return session.scalars(people.order_by(Responder.id)).all()


def known_numbers(session: Session, number_keys: Collection[str]) -> set[str]:
    """Those of these digests that somebody is enrolled under."""
    return set(
        session.scalars(select(Responder.number_key).where(Responder.number_key.in_(number_keys)))
    )


def enrolled(session: Session, number_key: str) -> Responder | None:
    """Who acts under this number today."""
    here = select(Responder).where(Responder.number_key == number_key, Responder.active)
    return session.scalars(here).one_or_none()


def language_of(session: Session, responder_id: int) -> str | None:
    responder = session.get(Responder, responder_id)
    return responder.language if responder else None
