"""Leave of responders, and when one left for good."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("responder", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("leave_responder_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("leave_key")),
    )
    op.create_index("leave_responder", "leave", ["responder_id", "ends_at"], unique=False)
