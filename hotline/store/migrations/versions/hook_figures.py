"""How often hooks answered how fast: a table of its own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "hook_figures"
down_revision: str | None = "deadline_open"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "hook_figure",
        sa.Column("hook", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("bound", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("microseconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hook", "outcome", "bound", name=op.f("hook_figure_key")),
    )
