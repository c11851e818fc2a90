"""Sessions and the stop list: phones known by keyed digests alone. Rows, and the questions asked of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.database import Row


class Dialogue(Row):
    """One session, as little of it as a lost run needs to be rebuilt alike, and reach to be counted once."""

    __tablename__ = "dialogue"
    __table_args__ = (Index("dialogue_started", "started_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    """Keyed digest of the gateway's session id."""
    channel: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The flows that were live when the session began: a replay runs on these."""
    entry: Mapped[str]
    """The published string's suffix that was dialled ("" for the bare code)."""
    dialled: Mapped[int]
    """Letters of `text` that were dialled ahead, before anything was shown."""
    reporting: Mapped[bool]
    """Whether the report was on offer when the session began."""
    responder_id: Mapped[int | None]
    """Set where an enrolled phone dialled the responders' entry."""
    network: Mapped[str | None]
    language: Mapped[str]
    counted: Mapped[list[str]]
    """Names of what reach has counted already in this session."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Stopped(Row):
    """A number that nothing is ever sent to again, by its lasting keyed digest."""

    __tablename__ = "stopped"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]


class InboundSeen(Row):
    """An MO that was dealt with: the gateway repeats until it hears 200. Never its words."""

    __tablename__ = "inbound_seen"

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    received_at: Mapped[datetime]
