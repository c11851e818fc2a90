"""Desks: the people of a district, or of the nation, who may open its tips. Rows, and the questions asked of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.database import Row


class Desk(Row):
    """A key pair's public half. The private half exists only wrapped, once for each member."""

    __tablename__ = "desk"

    code: Mapped[str] = mapped_column(primary_key=True)
    """A district's NISR code ("101"), or "national"."""
    public_key: Mapped[bytes]
    created_at: Mapped[datetime]


class DeskMember(Row):
    """One way to open a desk: its private key, wrapped under what this member knows."""

    __tablename__ = "desk_member"
    __table_args__ = (UniqueConstraint("desk_code", "member"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_code: Mapped[str] = mapped_column(ForeignKey("desk.code"))
    member: Mapped[str]
    """"enrolment" for the passphrase of `hotline init`; later also responders and admins."""
    wrapped_key: Mapped[bytes]
    """Self-describing: salt, costs and ciphertext. Only `hotline.sealing.opening` reads it."""
    created_at: Mapped[datetime]
