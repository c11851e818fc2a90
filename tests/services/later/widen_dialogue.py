"""A migration as the next release may bring one: it widens one table, and what runs meanwhile notices nothing."""

import sqlalchemy as sa
from alembic import op

revision = "a later dialogue"
down_revision = "a later tip"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dialogue", sa.Column("later", sa.String(), server_default="", nullable=False))
    op.execute("UPDATE dialogue SET later = 'filled'")
