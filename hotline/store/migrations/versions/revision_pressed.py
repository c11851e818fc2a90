"""A revision keeps its compiled form beside its document."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "revision_pressed"
down_revision: str | None = "hook_figures"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("pressed", sa.String(), nullable=True))
    op.add_column("revision", sa.Column("pressed_mark", sa.String(), nullable=True))
