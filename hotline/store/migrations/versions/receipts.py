"""Receipts of tips, when a helper came, and the tries at receipts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "receipts"
down_revision: str | None = "call_back"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("receipt_key", sa.String(), nullable=True))
    op.add_column("tip", sa.Column("helped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("tip_receipt", "tip", ["receipt_key"], unique=False)
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("receipt_key", sa.String(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("inquiry_key")),
        sa.UniqueConstraint("session_key", "upto", name=op.f("inquiry_session_key_upto_once")),
    )
    op.create_index("inquiry_contact", "inquiry", ["contact_key", "at"], unique=False)
    op.create_index("inquiry_number", "inquiry", ["number_key", "at"], unique=False)
