"""Deadlines that are open are found without those that were."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "deadline_open"
down_revision: str | None = "message_indexes"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    still_open = sa.text("fired_at IS NULL")
    op.create_index(
        "deadline_open",
        "deadline",
        ["due_at"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.drop_index("deadline_due", "deadline")
