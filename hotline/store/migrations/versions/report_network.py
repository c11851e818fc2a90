"""Which network a delivery report speaks for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "report_network"
down_revision: str | None = "tally"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery_report", sa.Column("network", sa.String(), nullable=True))
