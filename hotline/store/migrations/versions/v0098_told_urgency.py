"""Tips: the urgency that a tip was told with, where it is a danger since somebody was in danger again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0098"
down_revision: str | None = "0097"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("told_urgency", sa.Integer(), nullable=True))
