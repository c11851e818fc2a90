"""What responders ask of the reader behind their PINs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0083"
down_revision: str | None = "0082"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("text_digest", sa.String(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.LargeBinary(), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["of_id"], ["reading.id"], name=op.f("reading_of_id_of")),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("reading_responder_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reading_key")),
        sa.UniqueConstraint(
            "session_key", "text_digest", name=op.f("reading_session_key_text_digest_once")
        ),
    )
    op.create_index("reading_at", "reading", ["at"])
    op.create_table(
        "reading_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("sealed_pin", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["reading_id"],
            ["reading.id"],
            name=op.f("reading_ask_reading_id_of"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reading_ask_key")),
    )
    op.create_index("reading_ask_open", "reading_ask", ["answered_at", "id"])
