"""A session knows its phone and the text that it has heard; a try at a secret is noted by that text."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("dialogue", sa.Column("caller_key", sa.String(), nullable=True))
    op.add_column("dialogue", sa.Column("heard_key", sa.String(), nullable=True))
    op.create_table(
        "guess",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("heard_key", sa.String(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("target_key", sa.String(), nullable=False),
        sa.Column("compared", sa.Boolean(), nullable=False),
        sa.Column("opened_key", sa.String(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("guess_key")),
        sa.UniqueConstraint(
            "session_key", "heard_key", name=op.f("guess_session_key_heard_key_once")
        ),
    )
    op.create_index("guess_contact", "guess", ["contact_key", "at"], unique=False)
    op.create_index("guess_target", "guess", ["target_key", "at"], unique=False)
    op.create_index("guess_at", "guess", ["at"], unique=False)
