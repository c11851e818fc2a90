"""Which desks should read a tip and cannot."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "locked_for"
down_revision: str | None = "revision_pressed"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("locked_for", sa.String(), nullable=True))
