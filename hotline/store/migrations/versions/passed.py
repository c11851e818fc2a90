"""Which lessons an officer passed: a column that stays empty for leaders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "passed"
down_revision: str | None = "matter"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("joined", sa.Column("passed", sa.JSON(), nullable=True))
