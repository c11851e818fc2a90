"""What is told of a month that is over: made once, and never changed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0090"
down_revision: str | None = "0089"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "reach_edition",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("reach_edition_key")),
    )
    op.create_table(
        "reach_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("bound", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["month"], ["reach_edition.month"], name=op.f("reach_cell_month_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reach_cell_key")),
        sa.UniqueConstraint(
            "month", "figure", "by", "row", name=op.f("reach_cell_month_figure_by_row_once")
        ),
    )
