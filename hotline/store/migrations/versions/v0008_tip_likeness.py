"""By what tips of one day are found to be alike."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tip_likeness",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("words_key", sa.String(), nullable=True),
        sa.Column("who_key", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("tip_likeness_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("tip_likeness_key")),
    )
    op.create_index("tip_likeness_at", "tip_likeness", ["at"])
    op.create_index("tip_likeness_contact", "tip_likeness", ["contact_key"])
    op.create_index("tip_likeness_leader", "tip_likeness", ["leader_id"])
    op.create_index("tip_likeness_words", "tip_likeness", ["words_key"])
