"""What happened to a case, as rows that never change; and the words of notes. Older cases are taken over."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0086"
down_revision: str | None = "0085"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQLITE = tuple(
    f"CREATE TRIGGER case_log_no_{what} BEFORE {what} ON case_log"
    " BEGIN SELECT RAISE(ABORT, 'case_log is insert only'); END"
    for what in ("update", "delete")
)
POSTGRES = (
    "CREATE FUNCTION case_log_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'case_log is insert only'"
    " USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER case_log_no_change BEFORE UPDATE OR DELETE ON case_log"
    " FOR EACH ROW EXECUTE FUNCTION case_log_refuses()",
)
BELIEVED = "(doubted_at IS NULL OR proved_at IS NOT NULL)"
EARLIER = (
    ("told", "created_at", "created_at IS NOT NULL"),
    ("taken", "acknowledged_at", f"acknowledged_at IS NOT NULL AND {BELIEVED}"),
    ("opened", "opened_at", "opened_at IS NOT NULL"),
    ("on_site", "on_site_at", "on_site_at IS NOT NULL"),
    ("offered", "handed_to_help_at", "handed_to_help_at IS NOT NULL"),
    ("passed", "passed_at", "passed_at IS NOT NULL"),
)
"""Kind, when, and of which referrals."""


def upgrade() -> None:
    op.create_table(
        "case_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        sa.Column("desk", sa.String(), nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("case_log_responder_id_of")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["case_log.id"], name=op.f("case_log_supersedes_of")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("case_log_tip_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("case_log_key")),
        sa.UniqueConstraint("key", name=op.f("case_log_key_once")),
    )
    op.create_index(op.f("case_log_tip_id_index"), "case_log", ["tip_id"])
    op.create_table(
        "case_note",
        sa.Column("case_log_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_log_id"], ["case_log.id"], name=op.f("case_note_case_log_id_of")
        ),
        sa.PrimaryKeyConstraint("case_log_id", name=op.f("case_note_key")),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    _take_over("'{}'" if sqlite else "'{}'::json")
    for words in SQLITE if sqlite else POSTGRES:
        op.execute(words)


def _take_over(no_codes: str) -> None:
    """Of referrals and closed tips, once for each person and kind. By whichever way it came is not known any more."""
    for kind, at, which in EARLIER:
        op.execute(
            "INSERT INTO case_log (tip_id, at, responder_id, way, kind, codes, key)"
            f" SELECT tip_id, min({at}), responder_id, 'clock', '{kind}', {no_codes},"
            f" '{kind}:' || min(id) FROM referral WHERE {which}"
            " GROUP BY tip_id, responder_id ORDER BY min(id)"
        )
    op.execute(
        "INSERT INTO case_log (tip_id, at, way, kind, codes, key)"
        f" SELECT id, closed_at, 'clock', 'closed', {no_codes}, 'closed:' || id || '-earlier'"
        " FROM tip WHERE closed_at IS NOT NULL ORDER BY id"
    )
