"""Exercises: the desk whose people are tried, and the second person of a planned one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0097"
down_revision: str | None = "0096"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("exercise", sa.Column("desk_code", sa.String(), nullable=True))
    op.add_column("exercise", sa.Column("agreed_by", sa.String(), nullable=True))
