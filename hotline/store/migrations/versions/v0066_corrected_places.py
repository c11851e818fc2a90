"""One passage is one case: the places that it was told of before, and referrals that ended."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0066"
down_revision: str | None = "0065"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("place_step", sa.Integer(), server_default="0", nullable=False))
    op.add_column("referral", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "tip_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("tip_place_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tip_place_key")),
    )
    op.create_index("tip_place_tip", "tip_place", ["tip_id"])
