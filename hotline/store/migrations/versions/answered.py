"""When a person answered for a message that was given up: a column of its own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "answered"
down_revision: str | None = "asked_back"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("message", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
