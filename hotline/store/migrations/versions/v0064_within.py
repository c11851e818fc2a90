"""Of a tip from abroad its country, of one whose district is not known its province."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0064"
down_revision: str | None = "0063"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("within", sa.String(), nullable=True))
