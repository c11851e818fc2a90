"""Links between tips that are probably about one situation."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0085"
down_revision: str | None = "0084"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tip_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("a", sa.Integer(), nullable=False),
        sa.Column("b", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["a"], ["tip.id"], name=op.f("tip_link_a_of"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["b"], ["tip.id"], name=op.f("tip_link_b_of"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("tip_link_key")),
        sa.UniqueConstraint("a", "b", name=op.f("tip_link_a_b_once")),
    )
    op.create_index(op.f("tip_link_b_index"), "tip_link", ["b"])
