"""What an SMS asks that is done once the inbox lists it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0065"
down_revision: str | None = "0064"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("inbound_seen", sa.Column("waits", sa.JSON(), nullable=True))
