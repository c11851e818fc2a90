"""The audit log: append-only, each row bound to the one before. It covers reads and never holds content."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.database import Row


class AuditEntry(Row):
    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """"line", "clock", "cli:<desk>", "responder:<id>"."""
    action: Mapped[str]
    """Past tense: "tip_read", "responders_imported"."""
    subject: Mapped[str]
    reason: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 over the digest before and this row's fields."""
