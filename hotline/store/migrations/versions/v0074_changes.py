"""What editors write before it is live: changes, their steps, what was found in them, and who signed which text."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0074"
down_revision: str | None = "0073"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    _changes()
    _steps()
    _findings()
    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("signature_key")),
        sa.UniqueConstraint(
            "place",
            "language",
            "digest",
            "signed_by",
            name=op.f("signature_place_language_digest_signed_by_once"),
        ),
    )
    for name, kind in (
        ("change_id", sa.Integer()),
        ("published_by_id", sa.Integer()),
        ("approved_by_id", sa.Integer()),
        ("approved_by", sa.String()),
        ("lapses_at", sa.DateTime(timezone=True)),
        ("settled_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("publication", sa.Column(name, kind, nullable=True))


def _changes() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_digest", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("noted_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["base_id"], ["revision.id"], name=op.f("change_base_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("change_key")),
        sa.UniqueConstraint("source", name=op.f("change_source_once")),
    )
    op.create_index("change_state", "change", ["state", "id"])


def _steps() -> None:
    op.create_table(
        "change_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("says", sa.JSON(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("change_step_change_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("change_step_key")),
        sa.UniqueConstraint("once", name=op.f("change_step_once_once")),
        sa.UniqueConstraint(
            "change_id", "part", "version", name=op.f("change_step_change_id_part_version_once")
        ),
    )


def _findings() -> None:
    op.create_table(
        "change_check",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("change_check_change_id_of")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("change_check_key")),
    )
    op.create_table(
        "flow_state",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("septets", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("flow_state_key")),
    )
