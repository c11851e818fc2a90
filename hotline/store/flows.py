"""Revisions: unchangeable saved flows; one is live. Rows, and the questions asked of them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.database import Row


class Revision(Row):
    """All the flows as they stood at one moment: a caller in the middle finishes on hers."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the canonical document: importing the same flows twice makes one revision."""
    document: Mapped[dict[str, Any]]
    """`{"flows": {name: flow document}, "entries": {...}}`, as `engine.document` reads it."""
    created_at: Mapped[datetime]
    live_from: Mapped[datetime | None]
    """The newest of these is live. A draft has none."""
