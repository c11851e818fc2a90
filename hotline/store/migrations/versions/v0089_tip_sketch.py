"""Sealed sketches of what was typed in a tip, by which a desk finds tips in like words. Gone after a week."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0089"
down_revision: str | None = "0088"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tip_sketch",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("desk_code", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["desk_code"], ["desk.code"], name=op.f("tip_sketch_desk_code_of")),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("tip_sketch_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tip_id", "desk_code", name=op.f("tip_sketch_key")),
    )
    op.create_index("tip_sketch_at", "tip_sketch", ["at"])
    op.create_index("tip_sketch_desk", "tip_sketch", ["desk_code", "tip_id"])
