"""Tallies that nobody waits for, and people counted by sketches."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "tally"
down_revision: str | None = "watch_tables"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("measure", "district", "language", "channel", "entry", "topic")
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("tally_key")),
    )
    op.create_table(
        "people_register",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("register", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "register", name=op.f("people_register_key")),
    )
    op.create_table(
        "people",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("people_key")),
    )
