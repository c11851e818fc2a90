"""Nothing looks for referrals by their time alone."""

from collections.abc import Sequence

from alembic import op

revision: str = "referral_indexes"
down_revision: str | None = "tip_waits"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.drop_index("referral_created", "referral")
