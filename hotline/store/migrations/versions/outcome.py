"""What came of a tip: a column of its own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "outcome"
down_revision: str | None = "answered"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("outcome", sa.String(), nullable=True))
