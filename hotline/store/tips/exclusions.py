"""People and desks that must not know of a tip. Rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.database import Row


class ExclusionReason(StrEnum):
    NAMED = "named"
    """The tip names him. He is never told of it."""
    ASKED = "asked"
    """Whoever told the tip asked for it."""


class Exclusion(Row):
    """A responder or a desk that a tip is kept from. One that was lifted keeps its row."""

    __tablename__ = "exclusion"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), index=True)
    responder_id: Mapped[int | None]
    desk_code: Mapped[str | None]
    why: Mapped[str]
    """An `ExclusionReason`."""
    by: Mapped[str]
    """An actor, as the audit log writes one."""
    at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
