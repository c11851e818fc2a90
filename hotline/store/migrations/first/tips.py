"""Creates the tables of tips and of dialogues."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    _tips()
    _dialogue()
    _sms()


def _tips() -> None:
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
    op.create_index("guess_at", "guess", ["at"])
    op.create_index("guess_contact", "guess", ["contact_key", "at"])
    op.create_index("guess_target", "guess", ["target_key", "at"])
    op.create_table(
        "tip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("passage", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(), server_default="tip", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("within", sa.String(), nullable=True),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("told_urgency", sa.Integer(), nullable=True),
        sa.Column("official", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("do_not_visit", sa.Boolean(), nullable=False),
        sa.Column("visit", sa.String(), nullable=True),
        sa.Column("place_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("manner", sa.String(), nullable=True),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referred_urgency", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_wanted", sa.String(), nullable=True),
        sa.Column("end_wanted_by", sa.String(), nullable=True),
        sa.Column("closure_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closure_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_for", sa.String(), nullable=True),
        sa.Column("receipt_key", sa.String(), nullable=True),
        sa.Column("erase_wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("helped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record_key", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("tip_key")),
        sa.UniqueConstraint("identity", name=op.f("tip_identity_once")),
        sa.UniqueConstraint("uid", name=op.f("tip_uid_once")),
    )
    op.create_index(
        "tip_closure",
        "tip",
        ["closure_requested_at"],
        sqlite_where=sa.text("closure_requested_at IS NOT NULL"),
        postgresql_where=sa.text("closure_requested_at IS NOT NULL"),
    )
    op.create_index("tip_contact", "tip", ["contact_key"])
    op.create_index("tip_alike", "tip", ["place", "category", "created_at"])
    op.create_index("tip_filed", "tip", ["filed_at"])
    op.create_index(
        "tip_open",
        "tip",
        ["filed_at"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("tip_receipt", "tip", ["receipt_key"])
    op.create_index("tip_session", "tip", ["session_key"])
    op.create_index(
        "tip_silent",
        "tip",
        ["updated_at"],
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "tip_waits",
        "tip",
        ["urgency", "id"],
        sqlite_where=sa.text(
            "state != 'draft' AND (referred_urgency IS NULL OR referred_urgency > urgency)"
        ),
        postgresql_where=sa.text(
            "state != 'draft' AND (referred_urgency IS NULL OR referred_urgency > urgency)"
        ),
    )
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_by", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("call_back_tip_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("call_back_key")),
        sa.UniqueConstraint("uid", name=op.f("call_back_uid_once")),
    )
    op.create_index("call_back_state", "call_back", ["state"])
    op.create_index("call_back_tip", "call_back", ["tip_id"])
    op.create_table(
        "exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        sa.Column("desk_code", sa.String(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("exclusion_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("exclusion_key")),
    )
    op.create_index(op.f("exclusion_tip_id_index"), "exclusion", ["tip_id"])
    op.create_table(
        "grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("desk_code", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["desk_code"], ["desk.code"], name=op.f("grant_desk_code_of")),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("grant_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("grant_key")),
        sa.UniqueConstraint("tip_id", "desk_code", name=op.f("grant_tip_id_desk_code_once")),
    )
    op.create_table(
        "tip_likeness",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("words_key", sa.String(), nullable=True),
        sa.Column("who_key", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("tip_likeness_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("tip_likeness_key")),
    )
    op.create_index("tip_likeness_at", "tip_likeness", ["at"])
    op.create_index("tip_likeness_contact", "tip_likeness", ["contact_key"])
    op.create_index("tip_likeness_leader", "tip_likeness", ["leader_id"])
    op.create_index("tip_likeness_words", "tip_likeness", ["words_key"])
    op.create_table(
        "tip_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("a", sa.Integer(), nullable=False),
        sa.Column("b", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["a"], ["tip.id"], name=op.f("tip_link_a_of"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["b"], ["tip.id"], name=op.f("tip_link_b_of"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("tip_link_key")),
        sa.UniqueConstraint("a", "b", name=op.f("tip_link_a_b_once")),
    )
    op.create_index(op.f("tip_link_b_index"), "tip_link", ["b"])
    op.create_table(
        "tip_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("tip_place_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tip_place_key")),
    )
    op.create_index("tip_place_tip", "tip_place", ["tip_id"])
    op.create_table(
        "untold",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("untold_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("untold_key")),
    )
    op.create_index("untold_order", "untold", ["urgency", "tip_id"])


def _dialogue() -> None:
    op.create_table(
        "inbound_seen",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sms_key", sa.String(), nullable=True),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("more_referrals", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("waits", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vouched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unproven_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("inbound_seen_key")),
    )
    op.create_index("inbound_seen_sms", "inbound_seen", ["sms_key"], unique=True)
    op.create_index(
        "inbound_seen_unlisted",
        "inbound_seen",
        ["received_at"],
        sqlite_where=sa.text("proved_at IS NULL AND unproven_at IS NULL AND sms_key IS NOT NULL"),
        postgresql_where=sa.text(
            "proved_at IS NULL AND unproven_at IS NULL AND sms_key IS NOT NULL"
        ),
    )
    op.create_table(
        "stopped",
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number_key", name=op.f("stopped_key")),
    )
    op.create_table(
        "dialogue",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("dialled", sa.Integer(), nullable=False),
        sa.Column("reporting", sa.Boolean(), nullable=False),
        sa.Column("alerts_blocked", sa.Boolean(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        sa.Column("network", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("heard_key", sa.String(), nullable=True),
        sa.Column("starred", sa.JSON(), nullable=True),
        sa.Column("caller_key", sa.String(), nullable=True),
        sa.Column("pinned", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("screens_counted", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("dialogue_revision_id_of")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("dialogue_key")),
    )
    op.create_index("dialogue_started", "dialogue", ["started_at"])
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("text_digest", sa.String(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.LargeBinary(), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["of_id"], ["reading.id"], name=op.f("reading_of_id_of")),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("reading_responder_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reading_key")),
        sa.UniqueConstraint(
            "session_key", "text_digest", name=op.f("reading_session_key_text_digest_once")
        ),
    )
    op.create_index("reading_at", "reading", ["at"])
    op.create_table(
        "reading_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("sealed_pin", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["reading_id"],
            ["reading.id"],
            name=op.f("reading_ask_reading_id_of"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reading_ask_key")),
    )
    op.create_index("reading_ask_open", "reading_ask", ["answered_at", "id"])


def _sms() -> None:
    op.create_table(
        "inbox_read",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sure_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("news_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("inbox_read_key")),
    )
