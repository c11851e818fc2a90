"""Adds a column to one table, as a migration of the next release may do. Running processes of the older release still
work."""

import sqlalchemy as sa
from alembic import op

from hotline.operations import migrate

revision = "a later tip"
down_revision = migrate.newest_version()
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("later", sa.String(), server_default="", nullable=False))
    op.execute("UPDATE tip SET later = 'filled'")
