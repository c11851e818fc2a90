"""A tip's term, legal holds, and what the relay does once a day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "retention"
down_revision: str | None = "lane_hold"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    for name in ("closed_at", "warned_at", "erased_at"):
        op.add_column("tip", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("legal_hold_tip_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("legal_hold_key")),
    )
    op.create_index(op.f("legal_hold_tip_id_index"), "legal_hold", ["tip_id"], unique=False)
    op.create_table(
        "errand",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("errand_key")),
    )
