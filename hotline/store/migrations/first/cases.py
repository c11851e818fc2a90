"""Creates the tables of cases and of statistics."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    _cases()
    _evidence()
    _statistics()


def _cases() -> None:
    op.create_table(
        "case_counted",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("case_counted_tip_id_of")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("case_counted_key")),
    )
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
        "possible_victim",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        sa.Column("clock", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung", sa.Integer(), server_default="0", nullable=False),
        sa.Column("record_key", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("possible_victim_responder_id_of")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("possible_victim_tip_id_of")),
        sa.PrimaryKeyConstraint("tip_id", "n", name=op.f("possible_victim_key")),
    )
    op.create_index(op.f("possible_victim_due_at_index"), "possible_victim", ["due_at"])
    op.create_table(
        "case_code",
        sa.Column("case_log_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_log_id"], ["case_log.id"], name=op.f("case_code_case_log_id_of")
        ),
        sa.PrimaryKeyConstraint("case_log_id", name=op.f("case_code_key")),
    )
    op.create_table(
        "case_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["case_key.tip_id"], name=op.f("case_grant_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("case_grant_key")),
        sa.UniqueConstraint("tip_id", "holder", name=op.f("case_grant_tip_id_holder_once")),
    )
    op.create_table(
        "case_note",
        sa.Column("case_log_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_log_id"], ["case_log.id"], name=op.f("case_note_case_log_id_of")
        ),
        sa.PrimaryKeyConstraint("case_log_id", name=op.f("case_note_key")),
    )
    op.create_table(
        "service_referral",
        sa.Column("offered_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thirty_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["offered_id"], ["case_log.id"], name=op.f("service_referral_offered_id_of")
        ),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("service_referral_responder_id_of")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("service_referral_tip_id_of")),
        sa.PrimaryKeyConstraint("offered_id", name=op.f("service_referral_key")),
    )
    op.create_index(op.f("service_referral_due_at_index"), "service_referral", ["due_at"])
    op.create_index("service_referral_of", "service_referral", ["tip_id", "n"])
    op.create_table(
        "started_form",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("started_form_responder_id_of")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("started_form_tip_id_of")),
        sa.PrimaryKeyConstraint("tip_id", "responder_id", name=op.f("started_form_key")),
    )


def _evidence() -> None:
    op.create_table(
        "coverage",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name=op.f("coverage_key")),
    )
    op.create_table(
        "home_origin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("home_origin_key")),
    )


def _statistics() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("first_month", sa.String(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("release_key")),
        sa.UniqueConstraint("period", name=op.f("release_period_once")),
    )
    op.create_table(
        "release_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("release_cell_release_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("release_cell_key")),
        sa.UniqueConstraint(
            "release_id",
            "indicator",
            "dimension",
            "value",
            name=op.f("release_cell_release_id_indicator_dimension_value_once"),
        ),
    )
    op.create_table(
        "release_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("release_approval_release_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("release_approval_key")),
        sa.UniqueConstraint(
            "release_id", "role", name=op.f("release_approval_release_id_role_once")
        ),
    )
    op.create_table(
        "person_sum",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("person_sum_key")),
    )
    op.create_table(
        "person_count",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("person_count_key")),
    )
    op.create_table(
        "programme_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("year", sa.String(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("programme_target_key")),
    )
