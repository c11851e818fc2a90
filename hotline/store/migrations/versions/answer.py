"""Answers to strangers who wrote by SMS: a table of its own, beside the outbox."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "answer"
down_revision: str | None = "passed"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("answer_revision_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("answer_key")),
    )
    op.create_index("answer_due", "answer", ["state", "next_at"], unique=False)
    op.create_index("answer_contact", "answer", ["contact_key", "created_at"], unique=False)
    op.create_index("answer_written", "answer", ["created_at"], unique=False)
