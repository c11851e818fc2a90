"""Tips that wait, and drafts that are silent, are found without a look at all the others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "tip_waits"
down_revision: str | None = "report_network"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WAITS = sa.text("state != 'draft' AND (referred_urgency IS NULL OR referred_urgency > urgency)")
DRAFT = sa.text("state = 'draft'")


def upgrade() -> None:
    op.create_index(
        "tip_waits", "tip", ["urgency", "id"], sqlite_where=WAITS, postgresql_where=WAITS
    )
    op.create_index("tip_silent", "tip", ["updated_at"], sqlite_where=DRAFT, postgresql_where=DRAFT)
    op.drop_index("tip_waiting", "tip")
