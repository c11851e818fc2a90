"""Questions that desks ask back, and their sealed answers: a table of its own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "asked_back"
down_revision: str | None = "inbox_read"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "asked_back",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("locked_key", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("asked_back_tip_id_of")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("asked_back_key")),
    )
