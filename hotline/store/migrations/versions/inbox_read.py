"""What is known of an MO beside the gateway's id, whether its answer counts, and how far the inbox was read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "inbox_read"
down_revision: str | None = "answer"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

UNLISTED = sa.text("proved_at IS NULL AND unproven_at IS NULL AND sms_key IS NOT NULL")


def upgrade() -> None:
    op.add_column("inbound_seen", sa.Column("sms_key", sa.String(), nullable=True))
    op.add_column("inbound_seen", sa.Column("referral_id", sa.Integer(), nullable=True))
    for name in ("proved_at", "unproven_at"):
        op.add_column("inbound_seen", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("proved_at", "doubted_at"):
        op.add_column("referral", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("inbound_seen_sms", "inbound_seen", ["sms_key"], unique=True)
    op.create_index(
        "inbound_seen_unlisted",
        "inbound_seen",
        ["received_at"],
        sqlite_where=UNLISTED,
        postgresql_where=UNLISTED,
    )
    op.create_table(
        "inbox_read",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sure_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("news_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("inbox_read_key")),
    )
