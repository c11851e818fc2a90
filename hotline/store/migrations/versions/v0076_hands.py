"""An index that holds all that a roster asks of referrals: how much each person has on her hands."""

from collections.abc import Sequence

from alembic import op

revision: str = "0076"
down_revision: str | None = "0075"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("referral_hands", "referral", ["responder_id", "created_at", "state"])
    op.drop_index("referral_responder", "referral")
