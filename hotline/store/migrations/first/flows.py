"""Creates the tables of flows, of their changes and of what is counted of callers."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    _flows()
    _changes()
    _reach()


def _flows() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("live_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pressed", sa.String(), nullable=True),
        sa.Column("pressed_mark", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("revision_key")),
        sa.UniqueConstraint("digest", name=op.f("revision_digest_once")),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("publication_revision_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("publication_key")),
    )


def _changes() -> None:
    op.create_table(
        "flow_state",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("septets", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("flow_state_key")),
    )
    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("english", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("signature_key")),
        sa.UniqueConstraint(
            "place",
            "language",
            "digest",
            "signed_by",
            name=op.f("signature_place_language_digest_signed_by_once"),
        ),
    )
    op.create_table(
        "text_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asks", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("text_question_key")),
    )
    op.create_index("text_question_open", "text_question", ["settled_at", "id"])
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
        "change_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("says", sa.JSON(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("change_step_change_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("change_step_key")),
        sa.UniqueConstraint(
            "change_id", "part", "version", name=op.f("change_step_change_id_part_version_once")
        ),
        sa.UniqueConstraint("once", name=op.f("change_step_once_once")),
    )


def _reach() -> None:
    op.create_table(
        "hook_figure",
        sa.Column("hook", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("bound", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("microseconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hook", "outcome", "bound", name=op.f("hook_figure_key")),
    )
    op.create_table(
        "people",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("people_key")),
    )
    op.create_table(
        "people_register",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("register", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "register", name=op.f("people_register_key")),
    )
    op.create_table(
        "reach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("reach_key")),
        sa.UniqueConstraint(
            "day",
            "measure",
            "district",
            "language",
            "channel",
            "entry",
            "topic",
            name=op.f("reach_day_measure_district_language_channel_entry_topic_once"),
        ),
    )
    op.create_table(
        "screen_count",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("week", "measure", "name", name=op.f("screen_count_key")),
    )
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("tally_key")),
    )
