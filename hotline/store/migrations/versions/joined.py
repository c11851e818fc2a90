"""Phones that joined a roll with a district's code: two tables of their own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "joined"
down_revision: str | None = "locked_for"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "district_code",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("code_key", "roll", "district", "made_by")
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code_key", name=op.f("district_code_key")),
    )
    op.create_table(
        "joined",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("number_key", "roll", "district")
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number_key", name=op.f("joined_key")),
    )
