"""What a responder said of a case she was told of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0053"
down_revision: str | None = "0052"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("on_site_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "referral", sa.Column("handed_to_help_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("referral", sa.Column("unproved_verb", sa.String(), nullable=True))
    op.add_column("referral", sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True))
