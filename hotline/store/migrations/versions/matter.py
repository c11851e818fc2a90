"""Complaints beside tips: what was told, of every row."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "matter"
down_revision: str | None = "receipts"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("matter", sa.String(), nullable=False, server_default="tip"))
