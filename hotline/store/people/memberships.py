"""Memberships: who acts at which desk, and at which level. Rows, and the questions asked of them."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.database import Row


class Membership(Row):
    """A person's place at one desk. It is ended and never changed: another level is another row."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    desk_code: Mapped[str]
    level: Mapped[str]
    """A `domain.referrals.referral.Level`."""
    categories: Mapped[list[str]]
    """Empty means all."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    """None while it runs."""
