"""When a callback from an address of the gateway's own brought an SMS."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0062"
down_revision: str | None = "0061"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "inbound_seen", sa.Column("vouched_at", sa.DateTime(timezone=True), nullable=True)
    )
