"""Clocks by kind: at most one of a kind is open for a tip."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0052"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("deadline", sa.Column("nth", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deadline", sa.Column("set_at", sa.DateTime(timezone=True), nullable=True))
    still_open = sa.text("fired_at IS NULL")
    op.create_index(
        "deadline_one",
        "deadline",
        ["tip_id", "kind"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
