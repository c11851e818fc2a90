"""What was answered to the SMS of responders, and every case that one SMS was about."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("inbound_seen", sa.Column("more_referrals", sa.JSON(), nullable=True))
    op.create_table(
        "reply_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("text_key", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("reply_answer_responder_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reply_answer_key")),
    )
    op.create_index(
        "reply_answer_responder", "reply_answer", ["responder_id", "answered_at"], unique=False
    )
    op.create_index("reply_answer_old", "reply_answer", ["answered_at"], unique=False)
