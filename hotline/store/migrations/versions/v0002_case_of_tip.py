"""Who is responsible for a tip, and the end that somebody wants for it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("holder_id", sa.Integer(), nullable=True))
    op.add_column("tip", sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tip", sa.Column("end_wanted", sa.String(), nullable=True))
    op.add_column("tip", sa.Column("end_wanted_by", sa.String(), nullable=True))
