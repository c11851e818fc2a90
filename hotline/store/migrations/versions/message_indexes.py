"""A gateway's id is looked for among the attempts, never here."""

from collections.abc import Sequence

from alembic import op

revision: str = "message_indexes"
down_revision: str | None = "referral_indexes"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.drop_index("message_provider_id_index", "message")
