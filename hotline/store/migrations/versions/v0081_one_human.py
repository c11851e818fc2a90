"""The responder who enters by an account: one human's phone and console are ended together."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0081"
down_revision: str | None = "0080"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("account", sa.Column("responder_id", sa.Integer(), nullable=True))
    op.create_index("account_responder", "account", ["responder_id"], unique=True)
