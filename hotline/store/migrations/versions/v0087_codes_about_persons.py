"""Codes about a person, sealed under a key of their case; when what is due for her; and the counts that they leave."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0087"
down_revision: str | None = "0086"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CODE_COUNTED = (
    "EXISTS (SELECT 1 FROM case_counted c JOIN case_log l ON l.tip_id = c.tip_id"
    " WHERE l.id = OLD.case_log_id)"
)
KEY_COUNTED = "EXISTS (SELECT 1 FROM case_counted WHERE tip_id = OLD.tip_id)"
SQLITE = (
    "CREATE TRIGGER case_code_no_update BEFORE UPDATE ON case_code"
    " BEGIN SELECT RAISE(ABORT, 'case_code is never changed'); END",
    f"CREATE TRIGGER case_code_no_delete BEFORE DELETE ON case_code WHEN NOT {CODE_COUNTED}"
    " BEGIN SELECT RAISE(ABORT, 'case_code was not counted yet'); END",
    f"CREATE TRIGGER case_key_no_delete BEFORE DELETE ON case_key WHEN NOT {KEY_COUNTED}"
    " BEGIN SELECT RAISE(ABORT, 'case_key was not counted yet'); END",
    "CREATE TRIGGER month_count_no_update BEFORE update ON month_count"
    " BEGIN SELECT RAISE(ABORT, 'month_count is insert only'); END",
    "CREATE TRIGGER month_count_no_delete BEFORE delete ON month_count"
    " BEGIN SELECT RAISE(ABORT, 'month_count is insert only'); END",
)
VIOLATES = "USING ERRCODE = 'integrity_constraint_violation'"
POSTGRES = (
    "CREATE FUNCTION case_code_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF TG_OP = 'DELETE' THEN IF {CODE_COUNTED} THEN RETURN OLD; END IF; END IF;"
    f" RAISE EXCEPTION 'case_code is kept until it was counted' {VIOLATES}; END $$",
    "CREATE TRIGGER case_code_no_change BEFORE UPDATE OR DELETE ON case_code"
    " FOR EACH ROW EXECUTE FUNCTION case_code_refuses()",
    "CREATE FUNCTION case_key_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF {KEY_COUNTED} THEN RETURN OLD; END IF;"
    f" RAISE EXCEPTION 'case_key was not counted yet' {VIOLATES}; END $$",
    "CREATE TRIGGER case_key_no_delete BEFORE DELETE ON case_key"
    " FOR EACH ROW EXECUTE FUNCTION case_key_refuses()",
    "CREATE FUNCTION month_count_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION 'month_count is insert only' {VIOLATES}; END $$",
    "CREATE TRIGGER month_count_no_change BEFORE UPDATE OR DELETE ON month_count"
    " FOR EACH ROW EXECUTE FUNCTION month_count_refuses()",
)


OF_SERVICE = (
    ("offered_id", "case_log.id"),
    ("responder_id", "responder.id"),
    ("tip_id", "tip.id"),
)


def upgrade() -> None:
    _keys_and_codes()
    _people()
    _counts()
    for words in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(words)


def _keys_and_codes() -> None:
    op.create_table(
        "case_key",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("case_key_tip_id_of")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("case_key_key")),
    )
    op.create_table(
        "case_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tip_id"],
            ["case_key.tip_id"],
            name=op.f("case_grant_tip_id_of"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("case_grant_key")),
        sa.UniqueConstraint("tip_id", "holder", name=op.f("case_grant_tip_id_holder_once")),
    )
    op.create_table(
        "case_code",
        sa.Column("case_log_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_log_id"], ["case_log.id"], name=op.f("case_code_case_log_id_of")
        ),
        sa.PrimaryKeyConstraint("case_log_id", name=op.f("case_code_key")),
    )


def _people() -> None:
    op.create_table(
        "possible_victim",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("possible_victim_tip_id_of")),
        sa.PrimaryKeyConstraint("tip_id", "n", name=op.f("possible_victim_key")),
    )
    op.create_index(op.f("possible_victim_due_at_index"), "possible_victim", ["due_at"])
    op.create_table(
        "service_referral",
        sa.Column("offered_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        *(
            sa.Column(f"{what}_at", sa.DateTime(timezone=True), nullable=what != "offered")
            for what in ("offered", "answered", "arrived", "thirty")
        ),
        sa.Column("clock", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung", sa.Integer(), server_default="0", nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [key], name=op.f(f"service_referral_{column}_of"))
            for column, key in OF_SERVICE
        ),
        sa.PrimaryKeyConstraint("offered_id", name=op.f("service_referral_key")),
    )
    op.create_index("service_referral_of", "service_referral", ["tip_id", "n"])
    op.create_index(op.f("service_referral_due_at_index"), "service_referral", ["due_at"])


def _counts() -> None:
    op.create_table(
        "case_counted",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("case_counted_tip_id_of")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("case_counted_key")),
    )
    op.create_table(
        "month_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("month_count_key")),
        sa.UniqueConstraint(
            "month",
            "version",
            "figure",
            "row",
            "column",
            name=op.f("month_count_month_version_figure_row_column_once"),
        ),
    )
