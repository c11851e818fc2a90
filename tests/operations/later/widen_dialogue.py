"""Adds a column to one table, as a migration of the next release may do. Running processes of the older release still
work."""

import sqlalchemy as sa
from alembic import op

revision = "a later dialogue"
down_revision = "a later tip"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dialogue", sa.Column("later", sa.String(), server_default="", nullable=False))
    op.execute("UPDATE dialogue SET later = 'filled'")
