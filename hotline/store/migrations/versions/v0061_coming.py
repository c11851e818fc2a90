"""What was told about coming, and how the national desk decided to go."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0061"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("visit", sa.String(), nullable=True))
    op.add_column("tip", sa.Column("manner", sa.String(), nullable=True))
